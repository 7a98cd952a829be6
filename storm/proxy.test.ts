import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { startProxy, type Proxy, type ProxyOptions } from './proxy.js';
import { DIRECTIONS, type Direction, type Weather } from './weather.js';

/** One end of a connection, with all that happened to it. */
class End {
  text = '';
  pieces = 0;
  ended = false;
  error: string | undefined;
  closed = false;
  private waiting: (() => void)[] = [];

  constructor(readonly socket: Socket) {
    const seen = (note: () => void): void => {
      note();
      for (const look of this.waiting.splice(0)) look();
    };
    socket.on('data', (piece) =>
      seen(() => {
        this.text += piece.toString('latin1');
        this.pieces++;
      }),
    );
    socket.on('end', () => seen(() => (this.ended = true)));
    socket.on('error', (error: NodeJS.ErrnoException) => seen(() => (this.error = error.code)));
    socket.on('close', () => seen(() => (this.closed = true)));
  }

  /** Resolves when it is so; a test that waits in vain runs into its time limit. */
  async until(so: (end: End) => boolean): Promise<void> {
    while (!so(this)) await new Promise<void>((again) => this.waiting.push(again));
  }

  send(text: string): Promise<void> {
    return new Promise((sent, failed) =>
      this.socket.write(text, (error) => (error ? failed(error) : sent())),
    );
  }
}

/** The two ends of one connection through the proxy, named by the direction that the weather is in. */
interface Pair {
  readonly sender: End;
  readonly receiver: End;
}

let target: Server;
let accepted: ((socket: Socket) => void)[] = [];
const sockets: Socket[] = [];
let proxy: Proxy;

beforeEach(async () => {
  target = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    accepted.shift()?.(socket);
  }).listen(0, '127.0.0.1');
  await once(target, 'listening');
});

afterEach(async () => {
  await proxy.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  accepted = [];
  await new Promise((closed) => target.close(closed));
});

const start = async (options: Omit<ProxyOptions, 'target'> = {}): Promise<void> => {
  proxy = await startProxy({ target: { port: (target.address() as AddressInfo).port }, ...options });
};

async function pair(direction: Direction): Promise<Pair> {
  const arrives = new Promise<Socket>((resolve) => accepted.push(resolve));
  const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
  sockets.push(socket);
  const client = new End(socket);
  const server = new End(await arrives);
  return direction === 'up' ? { sender: client, receiver: server } : { sender: server, receiver: client };
}

/** A message the other way and one back over it: whatever was to come before has come. */
async function otherWayIsFair({ sender, receiver }: Pair): Promise<void> {
  const before = sender.text;
  await receiver.send('back');
  await sender.until((end) => end.text === `${before}back`);
}

/** Waits that end when they are told to. */
function steeredWaits(): {
  waits: { ms: number; over: () => void }[];
  wait: NonNullable<ProxyOptions['wait']>;
} {
  const waits: { ms: number; over: () => void }[] = [];
  return {
    waits,
    wait: (ms, change) =>
      new Promise((over) => {
        waits.push({ ms, over });
        change.addEventListener('abort', () => over(), { once: true });
      }),
  };
}

describe.each(DIRECTIONS)('weather %s', (direction) => {
  const turn = (weather: Weather | null): void => proxy.set(direction, weather);

  test('latency: pieces wait side by side, jitter included, and keep their order', async () => {
    const { waits, wait } = steeredWaits();
    await start({ wait, seed: 3 });
    const both = await pair(direction);
    turn({ kind: 'latency', ms: 100, jitterMs: 50 });
    await both.sender.send('one ');
    await otherWayIsFair(both);
    await both.sender.send('two ');
    await otherWayIsFair(both);
    expect(waits).toHaveLength(2);
    for (const { ms } of waits) expect(ms >= 100 && ms < 150).toBe(true);
    expect(both.receiver.text).toBe('');
    waits[1]!.over();
    await otherWayIsFair(both);
    expect(both.receiver.text).toBe('');
    waits[0]!.over();
    await both.receiver.until((end) => end.text === 'one two ');
    expect(proxy.struck(direction)).toBe(2);
    // What still waits when the weather turns fair goes at once.
    await both.sender.send('three');
    turn(null);
    await both.receiver.until((end) => end.text === 'one two three');
  });

  test('reset: open connections at once, new ones with their first bytes', async () => {
    await start();
    const open = await pair(direction);
    turn({ kind: 'reset' });
    for (const end of [open.sender, open.receiver]) {
      await end.until((one) => one.closed);
      expect(end.error).toBe('ECONNRESET');
    }
    const next = await pair(direction);
    await otherWayIsFair(next);
    await next.sender.send('never there');
    for (const end of [next.sender, next.receiver]) {
      await end.until((one) => one.closed);
      expect(end.error).toBe('ECONNRESET');
    }
    expect(next.receiver.text).toBe('');
  });

  test('blackhole: nothing passes, nobody is told, and what was lost stays lost', async () => {
    await start();
    const [hit, idle] = [await pair(direction), await pair(direction)];
    turn({ kind: 'blackhole' });
    await hit.sender.send('lost');
    await otherWayIsFair(hit);
    turn(null);
    await hit.sender.send('behind the hole');
    await otherWayIsFair(hit);
    hit.sender.socket.end();
    await otherWayIsFair(hit);
    await idle.sender.send('whole');
    await idle.receiver.until((end) => end.text === 'whole');
    expect(hit.receiver).toMatchObject({ text: '', ended: false, closed: false, error: undefined });
  });

  test('blackhole: ends and resets are swallowed as well', async () => {
    await start();
    const [ending, breaking] = [await pair(direction), await pair(direction)];
    turn({ kind: 'blackhole' });
    ending.sender.socket.end();
    await otherWayIsFair(ending);
    breaking.sender.socket.resetAndDestroy();
    await breaking.sender.until((end) => end.closed);
    // A connection of its own, so that the reset has had its turn too.
    await otherWayIsFair(await pair(direction));
    for (const { receiver } of [ending, breaking])
      expect(receiver).toMatchObject({ ended: false, closed: false, error: undefined });
  });

  test('half-close: this direction ends, the other goes on', async () => {
    await start();
    const open = await pair(direction);
    turn({ kind: 'half-close' });
    await open.receiver.until((end) => end.ended);
    await open.sender.send('into nothing');
    await otherWayIsFair(open);
    expect(open.receiver.text).toBe('');
    expect(open.sender.ended).toBe(false);
    const next = await pair(direction);
    await next.sender.send('first');
    await next.receiver.until((end) => end.ended);
    expect(next.receiver.text).toBe('first');
    await otherWayIsFair(next);
  });

  test('sliced: every byte by itself', async () => {
    await start();
    const both = await pair(direction);
    turn({ kind: 'sliced' });
    const text = 'abcdefgh'.repeat(64);
    await both.sender.send(text);
    await both.receiver.until((end) => end.text.length === text.length);
    expect(both.receiver.text).toBe(text);
    expect(proxy.struck(direction)).toBe(text.length);
    expect(both.receiver.pieces).toBeGreaterThan(text.length / 4);
    await otherWayIsFair(both);
  });

  test('slow: as long as its bytes take, and no longer than the weather lasts', async () => {
    const { waits, wait } = steeredWaits();
    await start({ wait });
    const both = await pair(direction);
    turn({ kind: 'slow', bytesPerSecond: 1000 });
    const text = 'x'.repeat(500);
    await both.sender.send(text);
    for (let portions = 1; portions <= 4; portions++) {
      await both.receiver.until((end) => end.text.length === 50 * portions);
      await otherWayIsFair(both);
      expect(waits.map(({ ms }) => ms)).toEqual(Array(portions).fill(50));
      if (portions < 4) waits[portions - 1]!.over();
    }
    turn(null);
    await both.receiver.until((end) => end.text.length === text.length);
  });

  test('cut: each connection is ended after so many bytes', async () => {
    await start();
    const open = await pair(direction);
    await open.sender.send('before ');
    await open.receiver.until((end) => end.text === 'before ');
    turn({ kind: 'cut', afterBytes: 5 });
    await open.sender.send('abc');
    await open.receiver.until((end) => end.text === 'before abc');
    await open.sender.send('defgh');
    await open.receiver.until((end) => end.ended);
    await open.sender.until((end) => end.ended || end.error !== undefined);
    expect(open.receiver.text).toBe('before abcde');
    const next = await pair(direction);
    await next.sender.send('abcdefgh');
    await next.receiver.until((end) => end.ended);
    expect(next.receiver.text).toBe('abcde');
    expect(proxy.struck(direction)).toBe(2);
  });

  test('a reader that does not read holds up its writer, and loses nothing', async () => {
    await start();
    const { sender, receiver } = await pair(direction);
    receiver.socket.pause();
    const piece = Buffer.alloc(1024 * 1024, 'p');
    const pieces = 64;
    for (let i = 0; i < pieces; i++) sender.socket.write(piece);
    // Two looks that see the same: the buffers on the way are full.
    let taken = -1;
    for (let now = 0; now !== taken || now === 0;) {
      taken = now;
      await new Promise((again) => setTimeout(again, 100));
      now = sender.socket.bytesWritten - sender.socket.writableLength;
    }
    expect(sender.socket.writableLength).toBeGreaterThan((pieces / 2) * piece.length);
    receiver.text = '';
    receiver.socket.resume();
    await receiver.until((end) => end.text.length === pieces * piece.length);
  });
});

test('the same seed draws the same jitter, another seed another', async () => {
  const drawn = async (seed: number): Promise<number[]> => {
    const waits: number[] = [];
    await start({ seed, wait: async (ms) => void waits.push(ms) });
    const both = await pair('up');
    proxy.set('up', { kind: 'latency', ms: 10, jitterMs: 90 });
    for (let i = 1; i <= 5; i++) {
      await both.sender.send('.');
      await both.receiver.until((end) => end.text.length === i);
    }
    await proxy.close();
    return waits;
  };
  const first = await drawn(7);
  expect(first).toHaveLength(5);
  expect(await drawn(7)).toEqual(first);
  expect(await drawn(8)).not.toEqual(first);
});

test('fair weather passes ends, resets and refusals on', async () => {
  await start();
  const ending = await pair('up');
  await ending.sender.send('all');
  ending.sender.socket.end();
  await ending.receiver.until((end) => end.ended);
  expect(ending.receiver.text).toBe('all');
  ending.receiver.socket.end();
  await ending.sender.until((end) => end.closed);
  const breaking = await pair('down');
  await breaking.sender.send('…');
  breaking.sender.socket.resetAndDestroy();
  await breaking.receiver.until((end) => end.error === 'ECONNRESET');
  target.close();
  const refused = connect({ port: proxy.port, host: '127.0.0.1' });
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNRESET');
});

test('close leaves no socket, whatever the weather was', async () => {
  await start();
  const pairs: Pair[] = [];
  const weathers: (Weather | null)[] = [
    null,
    { kind: 'blackhole' },
    { kind: 'half-close' },
    { kind: 'latency', ms: 60_000, jitterMs: 0 },
    { kind: 'slow', bytesPerSecond: 1 },
    { kind: 'sliced' },
  ];
  for (const direction of DIRECTIONS) {
    for (const weather of weathers) {
      const both = await pair(direction);
      proxy.set(direction, weather);
      both.sender.socket.write('x'.repeat(100_000));
      pairs.push(both);
    }
    proxy.set(direction, { kind: 'blackhole' });
  }
  expect(proxy.links).toBe(pairs.length);
  await proxy.close();
  expect(proxy.links).toBe(0);
  for (const { sender, receiver } of pairs)
    for (const end of [sender, receiver]) {
      end.socket.end();
      await end.until((one) => one.closed || one.ended || one.error !== undefined);
    }
  await expect(once(connect({ port: proxy.port, host: '127.0.0.1' }), 'connect')).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
});

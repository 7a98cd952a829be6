import { setMaxListeners } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { Random } from '#shop';
import { Flow, type Air } from './flow.js';
import { DIRECTIONS, type Direction, type Weather } from './weather.js';

export interface ProxyOptions {
  readonly target: { readonly host?: string; readonly port: number };
  /** Draws the jitter; the same seed draws the same delays in the same order. */
  readonly seed?: number;
  /** How a delay is waited for, at most until the weather changes; by the machine's clock unless told otherwise. */
  readonly wait?: Air['wait'];
}

/** A TCP proxy on this machine whose two directions have weather of their own. */
export interface Proxy {
  readonly port: number;
  /** For open connections and new ones, at once; null is fair weather. */
  set(direction: Direction, weather: Weather | null): void;
  /** How often the weather of a direction did something since it was last set. */
  struck(direction: Direction): number;
  /** Connections that are open at one end at least. */
  readonly links: number;
  /** Destroys every connection and answers when none is left. */
  close(): Promise<void>;
}

const byClock: Air['wait'] = async (ms, change) => {
  await after(ms, undefined, { signal: change }).catch(() => undefined);
};

/** Starts a proxy on a free port of this machine and answers when it listens. */
export async function startProxy({ target, seed = 1, wait = byClock }: ProxyOptions): Promise<Proxy> {
  const random = new Random(seed);
  const skies = { up: new Sky(random, wait), down: new Sky(random, wait) };
  const links = new Set<Link>();

  // Half-open connections stay so: ends are passed on as what they are.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const link = new Link(client, target, skies);
    links.add(link);
    void link.closed.then(() => links.delete(link));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });

  return {
    port: (server.address() as AddressInfo).port,
    set(direction, weather) {
      skies[direction].turn(weather);
      for (const link of links) link.flows[direction].changed();
    },
    struck: (direction) => skies[direction].strikes,
    get links() {
      return links.size;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const direction of DIRECTIONS) skies[direction].turn(null);
      await Promise.all([...links].map((link) => link.destroy()));
      await closed;
    },
  };
}

/** The weather of one direction of one proxy. */
class Sky implements Air {
  weather: Weather | null = null;
  strikes = 0;
  private epoch = new AbortController();

  constructor(
    private readonly random: Random,
    readonly wait: Air['wait'],
  ) {}

  get change(): AbortSignal {
    return this.epoch.signal;
  }

  turn(weather: Weather | null): void {
    const past = this.epoch;
    this.epoch = new AbortController();
    // Every piece on its way listens.
    setMaxListeners(0, this.epoch.signal);
    this.weather = weather;
    this.strikes = 0;
    past.abort();
  }

  delayMs(): number {
    if (this.weather?.kind !== 'latency') return 0;
    return this.weather.ms + this.random.next() * this.weather.jitterMs;
  }

  strike(): void {
    this.strikes++;
  }
}

/** One connection through the proxy. */
class Link {
  readonly flows: Readonly<Record<Direction, Flow>>;
  /** Both ends are gone. */
  readonly closed: Promise<void>;
  private readonly ends: readonly [Socket, Socket];

  constructor(
    client: Socket,
    { host = '127.0.0.1', port }: ProxyOptions['target'],
    skies: Record<Direction, Sky>,
  ) {
    const server = connect({ host, port, allowHalfOpen: true, noDelay: true });
    this.ends = [client, server];
    // Each flow hears of the errors of the end it reads, a refused connection among them.
    for (const end of this.ends) end.on('error', () => undefined);
    this.flows = {
      up: new Flow(client, server, () => skies.up),
      down: new Flow(server, client, () => skies.down),
    };
    this.closed = Promise.all(this.ends.map(gone)).then(() => undefined);
    for (const direction of DIRECTIONS) void this.flows[direction].run();
  }

  async destroy(): Promise<void> {
    for (const end of this.ends) end.destroy();
    await this.closed;
  }
}

const gone = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });

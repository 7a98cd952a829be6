import { constants, gunzipSync } from 'node:zlib';
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { DEMO_CREDENTIALS, startSandbox, type Sandbox } from './index.js';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox({ orders: 60, anchor: '2026-11-21' });
});
afterEach(() => sandbox.close());

const NAMES = 'query Names { orders(first: 50) { nodes { name } } }';

/** The reply's head; its body is left to the test. */
async function ask(path: string, body: object, token?: string): Promise<IncomingMessage> {
  const call = request(`${sandbox.url}/shopify/demo/admin/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { 'x-shopify-access-token': token }),
    },
  });
  call.end(JSON.stringify(body));
  const [reply] = (await once(call, 'response')) as [IncomingMessage];
  return reply;
}

async function bytes(reply: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of reply) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function token(): Promise<string> {
  const { clientId, clientSecret } = DEMO_CREDENTIALS;
  const reply = await ask('oauth/access_token', {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
  });
  return JSON.parse((await bytes(reply)).toString()).access_token;
}

const query = (with_: string): Promise<IncomingMessage> =>
  ask('api/2026-10/graphql.json', { query: NAMES }, with_);

describe('a fault of the sandbox', () => {
  it('packs a true reply and keeps its second half', async () => {
    const granted = await token();
    const whole = (await bytes(await query(granted))).toString();
    sandbox.turn({ faults: [{ kind: 'truncated-gzip', next: 1 }] });
    const reply = await query(granted);
    expect(reply.headers['content-encoding']).toBe('gzip');
    const half = await bytes(reply);
    expect(reply.headers['content-length']).toBe(String(half.length));
    expect(() => gunzipSync(half)).toThrow('unexpected end of file');
    const text = gunzipSync(half, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
    expect(text.length).toBeGreaterThan(20);
    expect(whole.slice(0, text.length)).toBe(text);
  });

  it('goes silent in the middle of a true reply, and stays', async () => {
    const granted = await token();
    sandbox.turn({ faults: [{ kind: 'stall', next: 1 }] });
    const reply = await query(granted);
    expect(reply.statusCode).toBe(200);
    const [half] = (await once(reply, 'data')) as [Buffer];
    expect(half.length).toBe(Math.floor(Number(reply.headers['content-length']) / 2));
    // Another call is answered meanwhile: the first is neither ended nor broken.
    await bytes(await query(granted));
    expect([reply.complete, reply.errored]).toEqual([false, null]);
    reply.destroy();
  });

  it('waits before it strikes', async () => {
    const granted = await token();
    sandbox.turn({ faults: [{ kind: 'status', status: 504, delayMs: 60, next: 1 }] });
    const started = performance.now();
    expect((await query(granted)).statusCode).toBe(504);
    expect(performance.now() - started).toBeGreaterThanOrEqual(59);
  });

  it('ends access tokens in the middle of a run', async () => {
    const granted = await token();
    sandbox.turn({ faults: [{ kind: 'expire', skip: 1, next: 1 }] });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await query(granted)).statusCode);
    expect(statuses).toEqual([200, 401, 401]);
    expect((await query(await token())).statusCode).toBe(200);
  });
});

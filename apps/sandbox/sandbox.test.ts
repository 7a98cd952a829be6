import { request } from 'node:http';
import {
  buildTruth,
  DEMO_CREDENTIALS,
  DEMO_EXPIRING_CREDENTIALS,
  DEMO_STATIC_CREDENTIALS,
  startSandbox,
  type Sandbox,
  type SandboxOptions,
} from './index.js';

let sandbox: Sandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

const ANCHOR = '2026-11-21';
const open = async (options: SandboxOptions = {}): Promise<Sandbox> =>
  (sandbox = await startSandbox({ orders: 60, anchor: ANCHOR, ...options }));

interface Got {
  status: number;
  headers: Headers;
  text: string;
}

async function send(path: string, method = 'GET', body?: object): Promise<Got> {
  const reply = await fetch(sandbox!.url + path, {
    method,
    headers: {
      'content-type': 'application/json',
      'x-shopify-access-token': DEMO_STATIC_CREDENTIALS.accessToken,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: reply.status, headers: reply.headers, text: await reply.text() };
}

const query = (text = 'query Names { orders(first: 2) { nodes { name } } }', shop = 'demo'): Promise<Got> =>
  send(`/shopify/${shop}/admin/api/2026-10/graphql.json`, 'POST', { query: text });
const knobs = async (body: object): Promise<void> => {
  const { status, text } = await send('/_sandbox/knobs', 'POST', body);
  if (status !== 200) throw new Error(text);
};
const ledger = async () => JSON.parse((await send('/_sandbox/ledger')).text);

describe('the sandbox', () => {
  it('serves the demo shop on this machine alone', async () => {
    const { url } = await open();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const { status, headers, text } = await query();
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('x-shopify-api-version')).toBe('2026-10');
    expect(JSON.parse(text).data.orders.nodes).toHaveLength(2);
  });

  it('gives a token for the demo credentials', async () => {
    await open();
    const { text } = await send('/shopify/demo/admin/oauth/access_token', 'POST', {
      grant_type: 'client_credentials',
      client_id: DEMO_CREDENTIALS.clientId,
      client_secret: DEMO_CREDENTIALS.clientSecret,
    });
    expect(JSON.parse(text).access_token).toMatch(/^shpat_/);
  });

  it('tells the same truth served and unserved', async () => {
    await open({ seed: 5 });
    const served = JSON.parse((await send('/_sandbox/truth')).text);
    expect(served.streams).toEqual(buildTruth({ orders: 60, anchor: ANCHOR, seed: 5 }).streams);
    const accounts = Object.values<{ streams: object }>(served.accounts);
    expect(Object.assign({}, ...accounts.map(({ streams }) => streams))).toEqual(served.streams);
    expect(Object.keys(served.accounts)).toContain('shopify/demo');
    for (const [account, truth] of Object.entries(served.accounts))
      expect(JSON.parse((await send(`/_sandbox/${account}/truth`)).text)).toEqual(truth);
    expect(served).toEqual(sandbox!.truth());
  });

  it('keeps several shops apart', async () => {
    const source = { kind: 'built-in', seed: 1, orders: 5 } as const;
    await open({
      shops: [
        { name: 'one', source },
        { name: 'two', source: { ...source, orders: 9 } },
      ],
    });
    const platforms = [...sandbox!.simulators.keys()];
    expect(platforms).toContain('shopify');
    expect(Object.keys(sandbox!.truth().accounts)).toEqual(
      platforms.flatMap((name) => [`${name}/one`, `${name}/two`]),
    );
    expect((await query('{ shop { name } }', 'two')).text).toContain('"name":"two"');
    expect((await query('{ shop { name } }', 'demo')).status).toBe(404);
  });

  it('gives two shops of one seed no id in common, and each other platform’s account those of its own shop', async () => {
    const source = { kind: 'built-in', seed: 1, orders: 30 } as const;
    await open({
      shops: [
        { name: 'one', source },
        { name: 'two', source },
      ],
    });
    const rows = async (path: string): Promise<Record<string, Record<string, Record<string, unknown>>>> =>
      JSON.parse((await send(`/_sandbox/${path}/rows`)).text);
    const [one, two, parcels] = [
      await rows('shopify/one'),
      await rows('shopify/two'),
      await rows('shipbob/two'),
    ];
    for (const table of ['orders', 'order_items', 'order_shipments', 'shopify_refunds', 'shopify_customers'])
      expect([table, Object.keys(one[table]!).filter((id) => id in two[table]!)]).toEqual([table, []]);
    const sold = Object.values(parcels['shipbob_orders']!).map((row) => row['reference_id'] as string);
    expect(sold.filter((id) => id in two['orders']!).length).toBeGreaterThan(10);
    expect(sold.filter((id) => id in one['orders']!)).toEqual([]);
  });

  it('edits a shop on request', async () => {
    await open();
    const { status, text } = await send('/_sandbox/shopify/demo/edit', 'POST', { op: 'delete', count: 2 });
    expect(status).toBe(200);
    expect(JSON.parse(text).ids).toHaveLength(2);
    expect(sandbox!.truth().streams['shopify.orders']!.records).toBe(58);
    expect(
      (await send('/_sandbox/shopify/demo/edit', 'POST', { op: 'cancel', stream: 'products' })).status,
    ).toBe(400);
  });

  it.each([
    ['/_sandbox/knobs', { colour: 'red' }, 400, /Unrecognized key/],
    ['/_sandbox/knobs', { faults: [{ kind: 'plague' }] }, 400, /Invalid option/],
    ['/_sandbox/knobs', { platform: 'xero' }, 404, /no platform xero/],
    ['/_sandbox/shopify/nobody/edit', { op: 'touch' }, 404, /no shop nobody/],
    ['/_sandbox/nothing', {}, 404, /has no POST/],
  ])('refuses %s %j', async (path, body, status, message) => {
    await open();
    const reply = await send(path, 'POST', body);
    expect(reply.status).toBe(status);
    expect(reply.text).toMatch(message);
  });

  it.each([
    [{ orders: -1 }, /orders/],
    [{ anchor: 'soon' }, /anchor/],
    [{ sead: 1 }, /sead/],
  ])('does not start with %j', async (options, message) => {
    await expect(startSandbox(options as SandboxOptions)).rejects.toThrow(message);
  });

  it('says so where its port is taken', async () => {
    const { port } = await open();
    await expect(startSandbox({ port, orders: 1 })).rejects.toThrow(`port ${port} is taken`);
  });

  it('lets a clock run ahead', async () => {
    await open({ now: () => Date.parse('2026-11-21T12:00:00Z') });
    await knobs({ clockOffsetMs: 3_600_000 });
    const { text } = await send('/_sandbox/shopify/demo/edit', 'POST', { op: 'touch' });
    expect(JSON.parse(text).at).toBe('2026-11-21T13:00:00.000Z');
  });
});

describe('the ledger', () => {
  it('counts what was served and refused, by kind, operation and points, and knows no secret', async () => {
    await open();
    await query();
    await query('query Names { orders(first: 3) { nodes { name } } }');
    await query('query Wrong { orders(first: 1) { nodes { nope } } }');
    await fetch(`${sandbox!.url}/shopify/demo/admin/api/2026-10/graphql.json`, {
      method: 'POST',
      headers: { 'x-shopify-access-token': 'shpat_stolen' },
    });
    await send('/shopify/demo/admin/oauth/access_token', 'POST', {
      grant_type: 'refresh_token',
      client_id: DEMO_CREDENTIALS.clientId,
      client_secret: DEMO_CREDENTIALS.clientSecret,
      refresh_token: DEMO_EXPIRING_CREDENTIALS.refreshToken,
    });
    const { accounts, requests } = await ledger();
    expect(accounts).toEqual({
      'shopify/demo': {
        served: 3,
        refused: { 'invalid-query': 1, unauthorized: 1 },
        points: 5,
        tokenRefreshes: 1,
        operations: { Names: 2, invalid: 1, none: 1, 'token-refresh': 1 },
      },
    });
    expect(requests).toHaveLength(5);
    expect(requests[0]).toMatchObject({
      account: 'shopify/demo',
      method: 'POST',
      operation: 'Names',
      status: 200,
      outcome: 'served',
      points: 2,
    });
    expect(JSON.stringify({ accounts, requests })).not.toMatch(/shp(at|rt|ss)_/);
    await send('/_sandbox/ledger/reset', 'POST');
    expect(await ledger()).toEqual({ accounts: {}, requests: [] });
  });
});

describe('a fault', () => {
  it('strikes the next calls it is meant for, and no more', async () => {
    await open();
    await knobs({ faults: [{ kind: 'status', status: 503, next: 2 }] });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await query()).status);
    expect(statuses).toEqual([503, 503, 200]);
    expect((await ledger()).accounts['shopify/demo'].refused).toEqual({ 'fault:status': 2 });
  });

  it.each([
    ['2.0', '2.0'],
    [30, '30'],
    [undefined, null],
  ])('of 429 has Retry-After %s', async (retryAfter, header) => {
    await open();
    await knobs({
      faults: [{ kind: 'status', status: 429, ...(retryAfter === undefined ? {} : { retryAfter }) }],
    });
    const { status, headers } = await query();
    expect([status, headers.get('retry-after')]).toEqual([429, header]);
  });

  it('can be a page of HTML under 200', async () => {
    await open();
    await knobs({ faults: [{ kind: 'html' }] });
    const { status, headers, text } = await query();
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toMatch(/^<!DOCTYPE html>/);
  });

  it('can cut a body or a connection', async () => {
    await open();
    await knobs({
      faults: [
        { kind: 'truncated', next: 1 },
        { kind: 'reset', next: 1 },
      ],
    });
    await expect(query()).rejects.toThrow();
    await expect(query()).rejects.toThrow();
    expect((await query()).status).toBe(200);
  });

  it('can leave a caller waiting, until he gives up', async () => {
    await open();
    await knobs({ faults: [{ kind: 'timeout' }] });
    const silent = request(`${sandbox!.url}/shopify/demo/admin/api/2026-10/graphql.json`, { method: 'POST' });
    const ended = new Promise<string>((resolve) =>
      silent.once('error', () => resolve('cut')).once('response', () => resolve('answered')),
    );
    silent.end('{}');
    while ((await ledger()).accounts['shopify/demo'] === undefined);
    await sandbox!.close();
    sandbox = undefined;
    expect(await ended).toBe('cut');
  });

  it('can lose the reply of what was done: a refresh that must be asked for again', async () => {
    await open();
    await knobs({ faults: [{ kind: 'reset', path: 'access_token', after: true, next: 1 }] });
    const refresh = (): Promise<Got> =>
      send('/shopify/demo/admin/oauth/access_token', 'POST', {
        grant_type: 'refresh_token',
        client_id: DEMO_CREDENTIALS.clientId,
        client_secret: DEMO_CREDENTIALS.clientSecret,
        refresh_token: DEMO_EXPIRING_CREDENTIALS.refreshToken,
      });
    expect((await query()).status).toBe(200);
    await expect(refresh()).rejects.toThrow();
    expect((await refresh()).status).toBe(200);
  });

  it('comes at random by the seed: the same run twice', async () => {
    const outcomes = async (): Promise<number[]> => {
      await open({ seed: 3 });
      await knobs({ faults: [{ kind: 'status', status: 502, probability: 0.4 }] });
      const seen = [];
      for (let i = 0; i < 20; i++) seen.push((await query()).status);
      await sandbox!.close();
      sandbox = undefined;
      return seen;
    };
    const first = await outcomes();
    expect(new Set(first)).toEqual(new Set([200, 502]));
    expect(await outcomes()).toEqual(first);
  });

  it('ends when all are taken away', async () => {
    await open();
    await knobs({ faults: [{ kind: 'status' }], latencyMs: 0 });
    expect((await query()).status).toBe(500);
    await knobs({ faults: null });
    expect((await query()).status).toBe(200);
  });
});

describe('latency', () => {
  it('is added to a call, while its points are charged', async () => {
    await open({ plan: { maximumAvailable: 300, restoreRate: 0.001 } });
    await knobs({ latencyMs: { fixed: 40, jitter: 10 } });
    const page = 'query Page { orders(first: 250, query: "id:1") { nodes { id } } }';
    const [one, two] = await Promise.all([query(page), query(page)]);
    const both = [one.text, two.text]
      .map((text) => (JSON.parse(text).errors ? 'throttled' : 'served'))
      .sort();
    expect(both).toEqual(['served', 'throttled']);
    const { requests } = await ledger();
    const served = requests.find(({ outcome }: { outcome: string }) => outcome === 'served');
    expect(served.tookMs).toBeGreaterThanOrEqual(39);
  });
});

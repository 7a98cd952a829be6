import { add, type Decimal, sum, times } from '#kernel';
import { truthOf } from '#simulators/shopify';
import type { Stream } from '#sync';
import { describeWith, sharedFile } from '../../../tests/shared.js';
import { shopify } from './platform.js';
import { KEYS, NOW, readAll, sandbox, settings } from './testing/sandbox.js';
import { misfits } from './testing/misfits.js';

const credentials = { accessToken: KEYS.accessToken };
const window = { from: null, to: NOW };
type Shop = ReturnType<typeof sandbox>;

/** Sends as the engine would, and holds each call's weight to what it was charged. */
const sender = (shop: Shop) => async (spec: Parameters<Shop['call']>[0]) => {
  const reply = await shop.call(spec, credentials);
  expect(shopify.classify(reply, NOW)).toBeUndefined();
  const { cost } = (reply.body as { extensions: { cost: { requestedQueryCost: number } } }).extensions;
  expect(spec.weight).toBeGreaterThanOrEqual(cost.requestedQueryCost);
  return reply.body;
};

async function copied(shop: Shop, stream: Stream) {
  const { records } = await readAll(stream, { window, size: stream.size.start, send: sender(shop) });
  const byKey = new Map(records.map((record) => [stream.key(record), record]));
  const tables: Record<string, Record<string, unknown>[]> = {
    [stream.into.name]: [...byKey.values()].map((record) => stream.map(record)),
  };
  for (const child of stream.children)
    tables[child.into.name] = [
      ...new Map(
        [...byKey.values()].flatMap((record) => child.rows(record)).map(({ key, row }) => [key, row]),
      ).values(),
    ];
  for (const into of [stream.into, ...stream.children.map((child) => child.into)])
    expect((tables[into.name] ?? []).flatMap((row) => misfits(into, row))).toEqual([]);
  return tables;
}

const total = (rows: readonly Record<string, unknown>[] | undefined, column: string): Decimal =>
  sum((rows ?? []).map((row) => row[column] as Decimal));

/** What counts units, where it is not what was sold. */
const UNITS: Readonly<Record<string, string>> = {
  inventory: 'quantityOnHand',
  shopify_inventory_levels: 'onHand',
};

async function expectWhole(shop: Shop): Promise<void> {
  const { store } = shop.simulator.shop('demo');
  const { streams } = truthOf(store);
  for (const stream of shopify.streams) {
    if (stream.name === 'shopify.payouts' && store.payments === null) continue;
    const tables = await copied(shop, stream);
    for (const [name, truth] of Object.entries(streams[stream.name]?.tables ?? {})) {
      const rows = tables[name] ?? [];
      expect({ name, rows: rows.length }).toEqual({ name, rows: truth.rows });
      if (truth.sum_total) expect({ [store.currency]: total(rows, 'total') }).toEqual(truth.sum_total);
      if (truth.sum_total_spent)
        expect({ [store.currency]: total(rows, 'totalSpent') }).toEqual(truth.sum_total_spent);
      if (truth.sum_net) expect({ [store.currency]: total(rows, 'net') }).toEqual(truth.sum_net);
      const counted = UNITS[name] ?? 'qty';
      if (truth.units !== undefined)
        expect(rows.reduce((units, row) => units + ((row[counted] as number | null) ?? 0), 0)).toBe(
          truth.units,
        );
      if (truth.sum_qty_price) {
        let sold = '0' as Decimal;
        for (const row of rows) sold = add(sold, times(row['price'] as Decimal, row['qty'] as number));
        expect({ [store.currency]: sold }).toEqual(truth.sum_qty_price);
      }
    }
  }
}

describe('a shop of the sandbox', () => {
  it('is copied whole: every row, and every penny', async () => {
    await expectWhole(sandbox());
  });

  it.each(shopify.streams.filter(({ cursor }) => cursor).map((stream) => [stream.name, stream] as const))(
    '%s reads only its window',
    async (_, stream) => {
      const shop = sandbox();
      const { records } = await readAll(stream, { window, size: stream.size.start, send: sender(shop) });
      const instants = records.map((record) => stream.cursor!.of(record).getTime());
      expect(instants).toEqual([...instants].sort((a, b) => a - b));
      const from = new Date(instants[Math.floor(instants.length / 2)]!);
      const part = await readAll(stream, {
        window: { from, to: NOW },
        size: stream.size.start,
        send: sender(shop),
      });
      const keys = new Set(part.records.map((record) => stream.key(record)));
      expect(keys.size).toBeLessThan(records.length);
      for (const record of records)
        if (stream.cursor!.of(record) >= from) expect(keys).toContain(stream.key(record));
    },
  );

  it('that takes only smaller queries refuses a page for its size, and takes half of it', async () => {
    const shop = sandbox({ maxQueryCost: 300 });
    const [orders] = shopify.streams;
    const reply = await shop.call(orders!.request({ window, place: null, size: 2, settings }), credentials);
    expect(shopify.tooLarge(reply)).toBe(true);
    expect(shopify.classify(reply, NOW)).toMatchObject({ kind: 'refused' });
    const smaller = await shop.call(orders!.request({ window, place: null, size: 1, settings }), credentials);
    expect(shopify.classify(smaller, NOW)).toBeUndefined();
  });

  it('with an empty bucket says when to come back', async () => {
    const shop = sandbox({ plan: { maximumAvailable: 1000, restoreRate: 100 } });
    const [orders] = shopify.streams;
    const ask = () => shop.call(orders!.request({ window, place: null, size: 2, settings }), credentials);
    let reply = await ask();
    for (let i = 0; i < 20 && !shopify.classify(reply, NOW); i++) reply = await ask();
    const failure = shopify.classify(reply, NOW);
    expect(failure).toMatchObject({ kind: 'throttled' });
    shop.clock.now = failure?.retryAt ?? NOW;
    expect(shopify.classify(await ask(), NOW)).toBeUndefined();
  });

  it('names the scope that was not granted', async () => {
    const shop = sandbox({ scopes: ['read_orders', 'read_products'] });
    const customers = shopify.streams.find(({ name }) => name === 'shopify.customers');
    const reply = await shop.call(
      customers!.request({ window, place: null, size: 2, settings }),
      credentials,
    );
    expect(shopify.classify(reply, NOW)?.message).toContain('read_customers');
    const probe = await shop.call(shopify.probe.request(settings), credentials);
    expect(shopify.probe.says(probe.body)).toMatch(
      /missing read_customers .*; orders of the last 60 days only/,
    );
  });

  it('tells of a version that has expired', async () => {
    const shop = sandbox();
    const old = { shop: 'demo', apiVersion: '2024-07' };
    const reply = await shop.call(shopify.probe.request(old), credentials);
    expect(shopify.notice(reply, old)).toMatch(/2024-07, answered in 2026-01/);
    expect(
      shopify.notice(await shop.call(shopify.probe.request(settings), credentials), settings),
    ).toBeNull();
  });
});

describe('signing in to it', () => {
  const { clientId, clientSecret, expiring } = KEYS;

  it.each([
    ['client credentials', { clientId, clientSecret }],
    ['a refresh token', { clientId, clientSecret, ...expiring }],
  ])('with %s, again and again', async (_, first) => {
    const shop = sandbox();
    let held: unknown = shopify.credentials.parse(first);
    for (let day = 0; day < 3; day++) {
      const { body } = await shop.call(shopify.auth.renew({ settings, credentials: held })!);
      held = shopify.credentials.parse(
        shopify.auth.renewed({ credentials: held, body, now: shop.clock.now }),
      );
      const probe = await shop.call(shopify.probe.request(settings), held);
      expect(shopify.classify(probe, NOW)).toBeUndefined();
      shop.clock.now = shopify.auth.expiresAt(held)!;
      expect(shop.clock.now.getTime()).toBeGreaterThan(NOW.getTime());
    }
  });

  it('a token that died is the credential’s fault', async () => {
    const shop = sandbox();
    const reply = await shop.call(shopify.probe.request(settings), { accessToken: 'shpat_wrong' });
    expect(reply.status).toBe(401);
    const refused = await shop.call(
      shopify.auth.renew({ settings, credentials: { clientId, clientSecret: 'wrong' } })!,
    );
    expect(shopify.classify(refused, NOW)).toMatchObject({ kind: 'credential' });
  });
});

const RETAIL = 'data/online-retail/online-retail-2010-12.csv.gz';

describeWith(RETAIL)('a real shop’s twenty days', () => {
  it('are copied whole', async () => {
    await expectWhole(sandbox({ source: { kind: 'file', path: sharedFile(RETAIL) ?? '' } }));
  }, 60_000);
});

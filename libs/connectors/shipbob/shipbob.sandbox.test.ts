import { add, ZERO, type Decimal } from '#kernel';
import { DEMO_ACCESS } from '#simulators/shipbob';
import { ShopifySimulator } from '#simulators/shopify';
import type { Stream } from '#sync';
import { shipbob } from './platform.js';
import { ask, credentials, exactly, NOW, readAll, settings, stage } from './testing/stage.js';

const shopify = new ShopifySimulator({
  shops: [{ name: 'demo', source: { kind: 'built-in', seed: 1, orders: 250 } }],
  anchor: NOW,
});
const shop = () => stage({ trade: () => shopify.trade('demo') });

type Row = Record<string, unknown>;

async function copied(at: ReturnType<typeof stage>, stream: Stream): Promise<Record<string, Row[]>> {
  const { records } = await readAll(at, stream);
  const byKey = new Map(records.map((record) => [stream.key(record), record]));
  return {
    [stream.into.name]: [...byKey.values()].map((record) => stream.map(record)),
    ...Object.fromEntries(
      stream.children.map((child) => [
        child.into.name,
        [
          ...new Map(
            [...byKey.values()].flatMap((one) => child.rows(one)).map(({ key, row }) => [key, row]),
          ).values(),
        ],
      ]),
    ),
  };
}

const count = (rows: readonly Row[], column: string): number =>
  rows.reduce((all, row) => all + (row[column] as number), 0);

function sums(rows: readonly Row[], amount: string): Record<string, Decimal> {
  const totals: Record<string, Decimal> = {};
  for (const row of rows)
    if (row[amount] !== null) {
      const currency = row['currency'] as string;
      totals[currency] = add(totals[currency] ?? ZERO, row[amount] as Decimal);
    }
  return totals;
}

describe('an account of the sandbox', () => {
  it('is copied whole: every row, every unit and every penny', async () => {
    const at = shop();
    const { streams } = at.simulator.truth();
    for (const stream of shipbob.streams) {
      const tables = await copied(at, stream);
      for (const [name, truth] of Object.entries(streams[stream.name]!.tables)) {
        const rows = tables[name]!;
        expect({ name, rows: rows.length }).toEqual({ name, rows: truth.rows });
        if (truth.sum_cost) expect(sums(rows, 'cost')).toEqual(truth.sum_cost);
        if (truth.sum_total_cost) expect(sums(rows, 'totalCost')).toEqual(truth.sum_total_cost);
        if (truth.units !== undefined && 'quantityOnHand' in rows[0]!)
          expect(count(rows, 'quantityOnHand')).toBe(truth.units);
      }
    }
  });

  it('has what really happens: parcels split and short, returns open and done, mixed currencies', async () => {
    const { simulator } = shop();
    const { orders, returns, receiving, products, inventory } = simulator.account().store;
    const statuses = new Set(orders.map(({ status }) => status));
    for (const status of ['Processing', 'Fulfilled', 'PartiallyFulfilled', 'Exception', 'Cancelled'])
      expect(statuses).toContain(status);
    expect(orders.some(({ shipments }) => shipments.length > 1)).toBe(true);
    expect(orders.some(({ created_date }) => !/Z|\+/.test(created_date))).toBe(true);
    expect(returns.some(({ completed_date }) => completed_date === null)).toBe(true);
    expect(receiving.some(({ status }) => status === 'Processing')).toBe(true);
    expect(products.some(({ type }) => type === 'Bundle')).toBe(true);
    expect(inventory.some(({ sku }) => sku === null)).toBe(true);
    expect(inventory.some((level) => level.total_backordered_quantity > 0)).toBe(true);
  });

  it('holds at ShipBob what the shop’s sales left there', async () => {
    const { simulator } = shop();
    for (const level of simulator.account().store.inventory) {
      const held = level.locations.reduce((all, one) => all + one.on_hand_quantity, 0);
      expect(held).toBe(level.total_on_hand_quantity);
    }
  });

  it('brings what changed by either clock, and what was returned or received since', async () => {
    const at = shop();
    const later = new Date('2026-11-21T11:00:00Z');
    at.clock.now = later;
    const [, orders, returns, receiving] = shipbob.streams;
    const done = {
      track: at.simulator.edit('demo', { op: 'track', count: 3 }),
      ship: at.simulator.edit('demo', { op: 'ship', count: 4 }),
      complete: at.simulator.edit('demo', { op: 'complete', stream: 'returns', count: 2 }),
      touch: at.simulator.edit('demo', { op: 'touch', stream: 'receiving', count: 2 }),
    } as unknown as Record<string, { ids: string[] }>;
    const keys = async (stream: Stream) =>
      (await readAll(at, stream, { from: new Date('2026-11-21T10:30:00Z'), to: later, size: 3 })).records.map(
        (one) => stream.key(one),
      );
    const changed = [...done['track']!.ids, ...done['ship']!.ids];
    expect(changed).toHaveLength(7);
    expect(new Set(await keys(orders!))).toEqual(new Set(changed));
    expect(await keys(returns!)).toEqual(expect.arrayContaining(done['complete']!.ids));
    expect(await keys(receiving!)).toEqual(expect.arrayContaining(done['touch']!.ids));
  });

  it('is listed by ids and versions, and answers records by id', async () => {
    const at = shop();
    for (const stream of shipbob.streams.filter(({ listing }) => listing)) {
      const { records } = await readAll(at, stream);
      const listing = stream.listing!;
      const listed = [];
      for (let page: unknown = null; ;) {
        const spec = listing.request({ place: page as number | null, size: 50, settings });
        const body = listing.body.parse(exactly((await ask(at, spec)).body));
        listed.push(...listing.entries(body));
        page = listing.next({ body, place: page as number | null, size: 50 });
        if (page === null) break;
      }
      expect(new Map(listed.map(({ id, version }) => [id, version]))).toEqual(
        new Map(records.map((one) => [stream.key(one), stream.cursor!.of(one)])),
      );
      const ids = listed.slice(0, 3).map(({ id }) => id);
      const spec = listing.fetch.request({ ids: [...ids, '1'], settings });
      const found = listing.fetch.records(listing.fetch.body.parse(exactly((await ask(at, spec)).body)));
      expect(found.map(({ id }) => id).sort()).toEqual([...ids].sort());
    }
  });
});

describe('its doors', () => {
  it('shut after 150 calls a minute, and say when they open', async () => {
    const at = stage({ perMinute: 150 });
    const call = () => ask(at, shipbob.probe.request(settings));
    for (let left = 149; left >= 0; left--)
      expect(shipbob.meter(await call())).toEqual({ level: { available: left } });
    const refused = await call();
    const failure = shipbob.classify(refused, at.clock.now);
    expect(failure).toMatchObject({ kind: 'throttled', retryAt: new Date('2026-11-21T10:01:00Z') });
    at.clock.now = failure!.retryAt!;
    expect((await call()).status).toBe(200);
  });

  it('name the scope that was not granted in the probe, and refuse without a word', async () => {
    const at = stage({
      scopes: ['channels_read', 'orders_read', 'inventory_read', 'products_read', 'receiving_read'],
    });
    expect(shipbob.probe.says((await ask(at, shipbob.probe.request(settings))).body)).toMatch(
      /missing returns_read$/,
    );
    const returns = shipbob.streams.find(({ name }) => name === 'shipbob.returns')!;
    const window = { from: null, to: NOW };
    const reply = await ask(at, returns.request({ window, place: null, size: 50, settings }));
    expect(reply).toMatchObject({ status: 403, body: null });
    expect(shipbob.classify(reply, NOW)).toMatchObject({ kind: 'refused' });
  });

  it('refuse a dead token, a dead version and a page that is too large', async () => {
    const at = stage();
    expect((await ask(at, shipbob.probe.request(settings), { accessToken: 'wrong' })).status).toBe(401);
    expect((await ask(at, { path: '/1.0/order', operation: 'x' })).status).toBe(404);
    const tooLarge = await ask(at, { path: '/2026-01/order', query: { Limit: 251 }, operation: 'x' });
    expect(shipbob.classify(tooLarge, NOW)).toMatchObject({
      kind: 'refused',
      detail: 'Limit: The field Limit must be between 1 and 250.',
    });
  });

  it('renew an app’s token hour by hour, each refresh token once', async () => {
    const at = stage();
    const { clientId, clientSecret, redirectUri, refreshToken } = DEMO_ACCESS;
    const first: unknown = shipbob.credentials.parse({ clientId, clientSecret, redirectUri, refreshToken });
    let held = first;
    for (let hour = 0; hour < 3; hour++) {
      const reply = await ask(at, shipbob.auth.renew({ settings, credentials: held })!, null);
      held = shipbob.credentials.parse(
        shipbob.auth.renewed({ credentials: held, body: exactly(reply.body), now: at.clock.now }),
      );
      expect((await ask(at, shipbob.probe.request(settings), held)).status).toBe(200);
      at.clock.now = shipbob.auth.expiresAt(held)!;
      expect((await ask(at, shipbob.probe.request(settings), held)).status).toBe(401);
    }
    const again = await ask(at, shipbob.auth.renew({ settings, credentials: first })!, null);
    expect(shipbob.classify(again, NOW)).toMatchObject({ kind: 'credential' });
  });

  it('lie and break records where they were told to, and leave the truth alone', async () => {
    const at = stage();
    const [, orders] = shipbob.streams;
    const truth = at.simulator.truth();
    at.simulator.knobs('demo', {
      corrupt: { stream: 'orders', count: 1, set: { created_date: 'yesterday' } },
    });
    await expect(readAll(at, orders!)).rejects.toThrow(/not an instant/);
    at.simulator.knobs('demo', { corrupt: null, lie: { stream: 'orders', empty: true } });
    expect((await readAll(at, orders!)).records).toEqual([]);
    at.simulator.knobs('demo', { lie: null });
    expect((await readAll(at, orders!)).records).toHaveLength(truth.streams['shipbob.orders']!.records);
    expect(at.simulator.truth()).toEqual(truth);
    expect(credentials.accessToken).toMatch(/^[A-F0-9]{64}-\d+$/);
  });
});

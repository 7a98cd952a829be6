import { createSender, type Sender } from '#http';
import { later, minutes } from '#kernel';
import { shipbob } from '#connectors/shipbob';
import { shopify } from '#connectors/shopify';
import { DEMO_ACCESS, type ShipBobSimulator } from '#simulators/shipbob';
import type { ShopifySimulator } from '#simulators/shopify';
import type { ConnectionRow, RunRow } from '#warehouse';
import { DEMO_STATIC_CREDENTIALS, startSandbox, type Sandbox } from '../apps/sandbox/index.js';
import { NOW, openTestEngine, type TestEngine } from './engine.js';
import { describeDb } from './postgres.js';

interface Sale {
  readonly source_id: string;
  readonly status: string;
  readonly tracking_number: string | null;
  readonly carrier: string | null;
}

const WORDS: Readonly<Record<string, string>> = {
  Processing: 'processing',
  PartiallyFulfilled: 'partially_shipped',
  Cancelled: 'cancelled',
  Exception: 'exception',
};

const msOf = (text: string): number => Date.parse(/Z|\+/.test(text) ? text : `${text}Z`);

describeDb('a sale and the parcels it left in', () => {
  let sandbox: Sandbox;
  let sender: Sender;
  let db: TestEngine;
  let shop: ConnectionRow;
  let warehouse: ConnectionRow;

  beforeAll(async () => {
    sender = createSender({ retryDelayMs: 1 });
    db = await openTestEngine(shipbob, sender);
    sandbox = await startSandbox({ orders: 120, anchor: '2026-11-21', now: () => db.clock.now.getTime() });
    sandbox.turn({ platform: 'shipbob', perMinute: 100_000 });
    const made = { sandbox: true } as const;
    shop = await db.connect({
      ...made,
      platform: 'shopify',
      name: 'shop',
      settings: { shop: 'demo' },
      credentials: DEMO_STATIC_CREDENTIALS,
      baseUrl: `${sandbox.url}/shopify/demo`,
    });
    warehouse = await db.connect({
      ...made,
      platform: 'shipbob',
      name: 'warehouse',
      settings: {},
      credentials: { accessToken: DEMO_ACCESS.accessToken },
      baseUrl: `${sandbox.url}/shipbob/demo`,
    });
  }, 60_000);
  afterAll(async () => {
    await sandbox.close();
    sender.close();
    await db.close();
  });

  const readParcels = async (kind: RunRow['kind'] = 'incremental') =>
    db.finish(await db.queue(warehouse, { stream: 'shipbob.orders', kind }));
  const readSales = async (kind: RunRow['kind'] = 'incremental') =>
    db.finish(await db.queue(shop, { stream: 'shopify.orders', kind }), { platform: shopify });
  const sales = () =>
    db.engine.warehouse.query<Sale>(
      'select source_id, status, tracking_number, carrier from orders where connection_id = $1 order by source_id',
      [shop.id],
    );

  /** By the simulators' own records: of the shop's word and ShipBob's, the newer. */
  function expected(): Sale[] {
    const theirs = (sandbox.simulators.get('shipbob') as unknown as ShipBobSimulator).account().store.orders;
    const { orders } = (sandbox.simulators.get('shopify') as unknown as ShopifySimulator).shop('demo').store;
    const byReference = new Map(theirs.map((order) => [order.reference_id, order]));
    return [...orders.values()]
      .map((order): Sale => {
        const own = {
          source_id: order.legacyResourceId,
          status: order.cancelledMs === null ? order.displayFulfillmentStatus.toLowerCase() : 'cancelled',
          ...shopParcel(order.fulfillmentList),
        };
        const order2 = byReference.get(order.legacyResourceId);
        if (!order2) return { source_id: own.source_id, status: own.status, ...told(own) };
        const clock = Math.max(
          msOf(order2.created_date),
          ...order2.shipments.flatMap((one) =>
            [one.last_update_at, one.last_tracking_update_at].map((at) => (at === null ? 0 : msOf(at))),
          ),
        );
        const parcels = order2.shipments.filter(({ status }) => status !== 'Cancelled');
        const word =
          order2.status === 'Fulfilled'
            ? parcels.every(({ delivery_date }) => delivery_date !== null)
              ? 'delivered'
              : 'shipped'
            : WORDS[order2.status]!;
        const tracked = parcels
          .filter(({ tracking }) => tracking !== null)
          .map((one) => ({
            at: Math.max(
              msOf(one.last_update_at),
              one.last_tracking_update_at === null ? 0 : msOf(one.last_tracking_update_at),
            ),
            number: one.tracking!.tracking_number,
            carrier: one.tracking!.carrier,
          }))
          .reduce<{ at: number; number: string; carrier: string } | null>(
            (last, one) => (last && last.at > one.at ? last : one),
            null,
          );
        const isNewer = tracked !== null && tracked.at > (own.at ?? 0);
        return {
          source_id: own.source_id,
          status: clock > order.updatedMs ? word : own.status,
          ...(isNewer ? { tracking_number: tracked.number, carrier: tracked.carrier } : told(own)),
        };
      })
      .sort((a, b) => (a.source_id < b.source_id ? -1 : 1));
  }

  const told = ({ tracking_number, carrier }: Pick<Sale, 'tracking_number' | 'carrier'>) => ({
    tracking_number,
    carrier,
  });

  type Parcels = ReturnType<ShopifySimulator['shop']>['store']['orders'] extends {
    values(): Iterable<infer O>;
  }
    ? O extends { fulfillmentList: infer F }
      ? F
      : never
    : never;

  /** The parcel that changed last of the first five, as the shop shows them. */
  function shopParcel(parcels: Parcels): Pick<Sale, 'tracking_number' | 'carrier'> & { at: number | null } {
    const shown = parcels.slice(0, 5).flatMap((one) => {
      const [tracking] = one.trackingList;
      return tracking?.number
        ? [{ at: Date.parse(one.updatedAt), number: tracking.number, carrier: tracking.company }]
        : [];
    });
    const last = shown.reduce<(typeof shown)[number] | null>(
      (best, one) => (best && best.at >= one.at ? best : one),
      null,
    );
    return { tracking_number: last?.number ?? null, carrier: last?.carrier ?? null, at: last?.at ?? null };
  }

  it('that comes after its parcels gets what was said of them', async () => {
    expect(await readParcels()).toMatchObject({ state: 'succeeded', quarantined: 0 });
    expect(await sales()).toEqual([]);
    expect(await readSales()).toMatchObject({ state: 'succeeded', quarantined: 0 });
    expect(await sales()).toEqual(expected());
    const words = new Set((await sales()).map(({ status }) => status));
    for (const word of ['delivered', 'shipped', 'exception', 'unfulfilled']) expect(words).toContain(word);
  }, 60_000);

  it('gets what changes afterwards, and keeps it when the shop is read again', async () => {
    db.clock.now = later(NOW, minutes(30));
    for (const op of ['ship', 'track', 'track']) sandbox.edit({ op, count: 6 }, 'shipbob');
    const before = await sales();
    expect(await readParcels()).toMatchObject({ state: 'succeeded' });
    const after = await sales();
    expect(after).toEqual(expected());
    expect(after.filter((sale, i) => sale.status !== before[i]!.status).length).toBeGreaterThan(3);
    expect(await readSales('refresh')).toMatchObject({ state: 'succeeded', changed: 0, inserted: 0 });
    expect(await sales()).toEqual(after);
  }, 60_000);

  it('that changes in the shop later is the shop’s again, and no parcel makes a sale', async () => {
    db.clock.now = later(NOW, minutes(90));
    sandbox.edit({ op: 'touch', count: 10 }, 'shopify');
    expect(await readSales()).toMatchObject({ state: 'succeeded' });
    expect(await readParcels('refresh')).toMatchObject({ state: 'succeeded', changed: 0 });
    expect(await sales()).toEqual(expected());
    const strangers = await db.engine.warehouse.query('select 1 from orders where connection_id <> $1', [
      shop.id,
    ]);
    expect(strangers).toEqual([]);
  }, 60_000);
});

import { z } from 'zod';
import { minutes } from '#kernel';
import { beginReplay, editQuarantined, listQuarantine, type ConnectionRow } from '#warehouse';
import { defineTable, instant, integer, text, type RowOf } from '#warehouse/tables';
import { NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop } from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';
import { defineStream } from './define.js';
import { onto } from './onto.js';
import { wireInstant } from './wire.js';

/** Orders of a shop, on which a warehouse of parcels fills in the carrier and its note. */
const sales = defineTable(
  'test_sales',
  {
    number: text(),
    total: integer(),
    carrier: text().orNull,
    parcels: integer().orNull,
    trackedAt: instant().orNull,
  },
  { newest: { trackedAt: ['carrier', 'parcels'] }, foundBy: ['number'] },
);
const parcels = defineTable('test_parcels', { sale: text(), carrier: text() });

const COLUMNS = {
  test_sales:
    'number text not null, total integer not null, carrier text, parcels integer, tracked_at timestamptz',
  test_parcels: 'sale text not null, carrier text not null',
};

const Sale = z.object({
  id: z.string(),
  number: z.string(),
  total: z.number(),
  editedAt: wireInstant,
  carrier: z.string().nullable(),
  trackedAt: wireInstant.nullable(),
});
const Parcel = z.object({
  id: z.string(),
  sale: z.string().nullable(),
  number: z.string().nullable(),
  carrier: z.string(),
  parcels: z.number().int(),
  at: wireInstant,
});

const page = {
  title: 'Records',
  every: minutes(15),
  size: { start: 100, min: 1, max: 100 },
  body: z.object({ records: z.array(z.unknown()) }),
  records: (body: { records: readonly unknown[] }) => body.records,
} as const;

const saleStream = defineStream({
  ...page,
  name: 'fake.sales',
  request: () => ({ path: '/sales', operation: 'sales' }),
  schema: Sale,
  key: (sale) => sale.id,
  cursor: { of: (sale) => sale.editedAt, order: 'unordered', lookback: minutes(5), startAt: null },
  into: sales,
  map: (sale): RowOf<typeof sales> => ({
    number: sale.number,
    total: sale.total,
    carrier: sale.carrier,
    parcels: null,
    trackedAt: sale.trackedAt,
  }),
});

const parcelStream = defineStream({
  ...page,
  name: 'fake.parcels',
  request: () => ({ path: '/parcels', operation: 'parcels' }),
  schema: Parcel,
  key: (parcel) => parcel.id,
  cursor: { of: (parcel) => parcel.at, order: 'unordered', lookback: minutes(5), startAt: null },
  into: parcels,
  map: (parcel) => ({ sale: parcel.sale ?? parcel.number ?? '', carrier: parcel.carrier }),
  onto: [
    onto({
      into: sales,
      clock: 'trackedAt',
      match: (parcel: z.output<typeof Parcel>) => [
        { column: 'sourceId', value: parcel.sale },
        { column: 'number', value: parcel.number },
      ],
      at: (parcel) => parcel.at,
      map: (parcel) => ({ carrier: parcel.carrier, parcels: parcel.parcels }),
    }),
  ],
});

const at = (n: number): string => new Date(NOW.getTime() - 86_400_000 + n * 60_000).toISOString();
const sale = (n: number, more: object = {}) => ({
  id: `s${n}`,
  number: `#${n}`,
  total: n,
  editedAt: at(n),
  carrier: null,
  trackedAt: null,
  ...more,
});
const parcel = (n: number, more: object = {}) => ({
  id: `p${n}`,
  sale: `s${n}`,
  number: null,
  carrier: `carrier ${n}`,
  parcels: 1,
  at: at(100 + n),
  ...more,
});

describeDb('columns that one stream fills in on rows of another', () => {
  const net = new FakeShop();
  const served: { sales: object[]; parcels: object[] } = { sales: [], parcels: [] };
  let db: TestEngine;
  let shop: ConnectionRow;
  let depot: ConnectionRow;
  beforeAll(async () => {
    db = await openTestEngine(fakePlatform({ streams: [saleStream, parcelStream] }), net);
    for (const [table, columns] of Object.entries(COLUMNS))
      await db.engine.warehouse.query(
        `create table ${table} (${columns}, connection_id text not null, source_id text not null,
           source_updated_at timestamptz, first_seen_at timestamptz not null default now(),
           synced_at timestamptz not null default now(), deleted_at timestamptz, run_id text not null,
           payload_hash text not null, primary key (connection_id, source_id))`,
      );
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    await db.engine.warehouse.query('truncate test_sales, test_parcels, patches, quarantine');
    [shop, depot] = [await db.connect(), await db.connect()];
    served.sales = [];
    served.parcels = [];
    net.script = ({ url }) =>
      net.reply(200, { records: served[new URL(url).pathname.slice(1) as 'sales' | 'parcels'] });
  });

  const sell = async (
    records: object[],
    connection = shop,
    kind: 'incremental' | 'refresh' = 'incremental',
  ) => {
    served.sales = records;
    return db.finish(await db.queue(connection, { stream: 'fake.sales', kind }));
  };
  const ship = async (records: object[], connection = depot) => {
    served.parcels = records;
    return db.finish(await db.queue(connection, { stream: 'fake.parcels' }));
  };
  const row = async (id: string, connection = shop) => {
    const [found] = await db.engine.warehouse.query<Record<string, unknown>>(
      `select carrier, parcels, tracked_at as "trackedAt", total, source_updated_at as version, payload_hash as hash
       from test_sales where connection_id = $1 and source_id = $2`,
      [connection.id, id],
    );
    return found;
  };
  const waiting = async () =>
    (
      await db.engine.warehouse.query<{ key: string }>(
        'select key from patches where applied_at is null order by 1',
      )
    ).map(({ key }) => key);

  it('are found by the source id or by the other columns in turn, and nothing else of the row changes', async () => {
    await sell([sale(1), sale(2)]);
    const before = await row('s1');
    expect(await ship([parcel(1), parcel(2, { sale: 'nobody', number: '#2' })])).toMatchObject({
      state: 'succeeded',
      inserted: 2,
      changed: 0,
    });
    expect(await row('s1')).toEqual({
      ...before,
      carrier: 'carrier 1',
      parcels: 1,
      trackedAt: new Date(at(101)),
    });
    expect(await row('s2')).toMatchObject({ carrier: 'carrier 2' });
    expect(await waiting()).toEqual([]);
  });

  it('wait for a row that is not there yet, and never make one', async () => {
    await ship([parcel(1), parcel(2, { sale: null, number: '#2' })]);
    expect(await db.engine.warehouse.query('select 1 from test_sales')).toEqual([]);
    expect(await waiting()).toEqual(['p1', 'p2']);
    await sell([sale(1), sale(2), sale(3)]);
    expect(await row('s1')).toMatchObject({ carrier: 'carrier 1' });
    expect(await row('s2')).toMatchObject({ carrier: 'carrier 2' });
    expect(await row('s3')).toMatchObject({ carrier: null });
    expect(await waiting()).toEqual([]);
  });

  it('stay as the newest source says, whoever speaks last', async () => {
    await sell([sale(1)]);
    await ship([parcel(1)]);
    await ship([parcel(9, { sale: 's1', carrier: 'older', at: at(50) })]);
    expect(await row('s1')).toMatchObject({ carrier: 'carrier 1' });
    await ship([parcel(8, { sale: 's1', carrier: 'newer', at: at(300) })]);
    expect(await row('s1')).toMatchObject({ carrier: 'newer', trackedAt: new Date(at(300)) });
    // The owner's own word counts by the same clock, and its silence never.
    await sell([sale(1, { total: 7, editedAt: at(400) })]);
    expect(await row('s1')).toMatchObject({ total: 7, carrier: 'newer', parcels: 1 });
    await sell([sale(1, { total: 8, editedAt: at(401), carrier: 'the shop', trackedAt: at(299) })]);
    expect(await row('s1')).toMatchObject({ total: 8, carrier: 'newer' });
    await sell([sale(1, { total: 9, editedAt: at(402), carrier: 'the shop', trackedAt: at(350) })]);
    expect(await row('s1')).toMatchObject({ total: 9, carrier: 'the shop', parcels: null });
    // Takes it back: what the others said stands again.
    await sell([sale(1, { total: 9, editedAt: at(403) })]);
    expect(await row('s1')).toMatchObject({ carrier: 'newer', parcels: 1, trackedAt: new Date(at(300)) });
  });

  it('of the owner itself can be taken back where nobody else said anything', async () => {
    await sell([sale(1, { carrier: 'the shop', trackedAt: at(10) })]);
    await sell([sale(1, { editedAt: at(20) })]);
    expect(await row('s1')).toMatchObject({ carrier: null, trackedAt: null });
  });

  it('are no difference to a refresh of the owner, which heals its own columns all the same', async () => {
    await sell([sale(1)]);
    await ship([parcel(1)]);
    expect(await sell([sale(1)], shop, 'refresh')).toMatchObject({ same: 1, changed: 0 });
    await db.engine.warehouse.query('with h as (update test_sales set total = 99 returning 1) select from h');
    expect(await sell([sale(1)], shop, 'refresh')).toMatchObject({ changed: 1 });
    expect(await row('s1')).toMatchObject({ total: 1, carrier: 'carrier 1' });
  });

  it('of a record that says something new replace what it said, and the same again writes nothing', async () => {
    await sell([sale(1)]);
    await ship([parcel(1)]);
    const [first] = await db.engine.warehouse.query(
      'select xmin from test_sales union all select xmin from patches',
    );
    await ship([parcel(1)]);
    const [again] = await db.engine.warehouse.query(
      'select xmin from test_sales union all select xmin from patches',
    );
    expect(again).toEqual(first);
    await ship([parcel(1, { at: at(200), parcels: 2 })]);
    expect(await row('s1')).toMatchObject({ parcels: 2 });
  });

  it('go to no row where several could be meant', async () => {
    const other = await db.connect();
    await sell([sale(1)]);
    await sell([sale(1, { id: 'x1' })], other);
    await ship([parcel(1, { sale: null, number: '#1' })]);
    expect(await waiting()).toEqual(['p1']);
    await ship([parcel(1, { sale: 'x1', number: '#1', at: at(200) })]);
    expect(await row('x1', other)).toMatchObject({ carrier: 'carrier 1' });
    expect(await row('s1')).toMatchObject({ carrier: null });
  });

  it('leave a stranger of the same number for the row whose id they tell, and the stranger has its own word again', async () => {
    const other = await db.connect();
    const strangers = { id: 'x1', number: '#1' };
    await sell([sale(1, { ...strangers, carrier: 'the stranger', trackedAt: at(10) })], other);
    await ship([parcel(1, { number: '#1' })]);
    expect(await row('x1', other)).toMatchObject({ carrier: 'carrier 1' });
    await sell([sale(1)]);
    expect(await row('s1')).toMatchObject({ carrier: 'carrier 1', parcels: 1 });
    expect(await row('x1', other)).toMatchObject({
      carrier: 'the stranger',
      parcels: null,
      trackedAt: new Date(at(10)),
    });
    expect(await waiting()).toEqual([]);
    // It is no news to anybody who reads the stranger again.
    expect(
      await sell([sale(1, { ...strangers, carrier: 'the stranger', trackedAt: at(10) })], other, 'refresh'),
    ).toMatchObject({ same: 1 });
  });

  it('wait again where a number turns out to be of several, and what else was said of the row stands', async () => {
    const other = await db.connect();
    await sell([sale(1, { id: 'x1' })], other);
    await ship([
      parcel(1, { sale: null, number: '#1', at: at(200) }),
      parcel(2, { sale: 'x1', carrier: 'by its id', at: at(150) }),
    ]);
    expect(await row('x1', other)).toMatchObject({ carrier: 'carrier 1' });
    // Its owner speaks meanwhile, older than both: that is what it would fall back to.
    await sell([sale(1, { id: 'x1', editedAt: at(160), carrier: 'the stranger', trackedAt: at(11) })], other);
    await sell([sale(1)]);
    expect(await waiting()).toEqual(['p1']);
    expect(await row('s1')).toMatchObject({ carrier: null });
    expect(await row('x1', other)).toMatchObject({ carrier: 'by its id', trackedAt: new Date(at(150)) });
    // What it said last takes another row's id for its own: the owner's word is left.
    await ship([parcel(2, { sale: 's1', carrier: 'by its id', at: at(170) })]);
    expect(await row('s1')).toMatchObject({ carrier: 'by its id' });
    expect(await row('x1', other)).toMatchObject({
      carrier: 'the stranger',
      parcels: null,
      trackedAt: new Date(at(11)),
    });
  });

  it('go by no number where the id is that of several', async () => {
    const [twin, other] = [await db.connect(), await db.connect()];
    await sell([sale(1, { number: 'a' })]);
    await sell([sale(1, { number: 'b' })], twin);
    await sell([sale(9, { number: '#1' })], other);
    await ship([parcel(1, { number: '#1' })]);
    expect(await waiting()).toEqual(['p1']);
    expect(await row('s9', other)).toMatchObject({ carrier: null });
  });

  it('come to one number’s only row or to none, where two shops bring it at once', async () => {
    const other = await db.connect();
    const many = Array.from({ length: 30 }, (_, i) => i + 1);
    await ship(many.map((n) => parcel(n, { sale: null, number: `#${n}` })));
    served.sales = many.map((n) => sale(n));
    const [here, there] = [
      await db.queue(shop, { stream: 'fake.sales' }),
      await db.queue(other, { stream: 'fake.sales' }),
    ];
    await Promise.all([db.attempt(here), db.attempt(there)]);
    expect(await waiting()).toHaveLength(30);
    const [filled] = await db.engine.warehouse.query(
      'select count(*)::int as n from test_sales where carrier is not null',
    );
    expect(filled).toEqual({ n: 0 });
  });

  it('never come from another workspace, or from the connection itself', async () => {
    await db.engine.warehouse.query(
      `insert into workspaces (id, name) values ('w2', 'Other') on conflict do nothing`,
    );
    await db.engine.warehouse.query(
      `with w as (update connections set workspace_id = 'w2' where id = $1 returning 1) select from w`,
      [depot.id],
    );
    await ship([parcel(1)]);
    await sell([sale(1)]);
    await ship([parcel(2, { sale: 's1' })]);
    await ship([parcel(3, { sale: 's1' })], shop);
    expect(await row('s1')).toMatchObject({ carrier: null });
    expect(await waiting()).toEqual(['p1', 'p2', 'p3']);
  });

  it('that do not fit the row spoil their record, and land with its replay', async () => {
    await sell([sale(1)]);
    expect(await ship([parcel(1, { parcels: 2 ** 40 })])).toMatchObject({ quarantined: 1, inserted: 0 });
    const { warehouse } = db.engine;
    const [bad] = await listQuarantine(warehouse, { state: 'open', connectionId: depot.id, limit: 9 });
    expect(bad!.reason).toContain('test_sales: parcels: ');
    expect(await row('s1')).toMatchObject({ carrier: null });
    const mended = { ...parcel(1), parcels: 3 };
    await editQuarantined(warehouse, { ...bad!, connection: depot.name }, mended, { by: 'ann', at: NOW });
    const replay = await beginReplay(warehouse, { connectionId: depot.id }, 'ann', NOW);
    expect(await db.finish(replay!.runs[0]!)).toMatchObject({ state: 'succeeded', inserted: 1 });
    expect(await row('s1')).toMatchObject({ carrier: 'carrier 1', parcels: 3 });
  });

  it('miss no row, whichever of the two commits first', async () => {
    const many = Array.from({ length: 40 }, (_, i) => i + 1);
    served.sales = many.map((n) => sale(n));
    served.parcels = many.map((n) => parcel(n));
    const [selling, shipping] = [
      await db.queue(shop, { stream: 'fake.sales' }),
      await db.queue(depot, { stream: 'fake.parcels' }),
    ];
    await Promise.all([db.attempt(selling), db.attempt(shipping)]);
    expect(await waiting()).toEqual([]);
    const [filled] = await db.engine.warehouse.query(
      'select count(*)::int as n from test_sales where carrier is not null',
    );
    expect(filled).toEqual({ n: 40 });
  });
});

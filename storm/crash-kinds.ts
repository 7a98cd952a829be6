import { planBackfill, type SliceSize, type Stream } from '#sync';
import {
  beginReplay,
  editQuarantined,
  findBackfill,
  findRun,
  insertBackfill,
  insertRun,
  isFinished,
  listQuarantine,
  type ConnectionRow,
  type RunKind,
} from '#warehouse';
import { until } from '../tests/stratus.js';
import type { Shop } from './crash-shops.js';
import type { Lane } from './lane.js';

/*
 * Every kind of run on every shape of stream. A kind prepares what is there and here before, undisturbed, and then sets
 * the work going that is struck.
 */

/** Where a kind is tried: one account of its own, and the lane whose worker reads it. */
export interface Stage {
  readonly lane: Lane;
  readonly shop: Shop;
  readonly connection: ConnectionRow;
  readonly stream: Stream;
}

/** Work under way: settles when it has ended, and throws where it has not ended well. */
export type Ended = Promise<void>;

export interface Kind {
  readonly name: string;
  readonly stream: string;
  /** Records of the shop. */
  readonly records: number;
  readonly prepare?: (stage: Stage) => Promise<void>;
  readonly start: (stage: Stage) => Promise<() => Ended>;
  /** Slices that read at once, each with a page in its hands. */
  readonly parallel?: number;
  /** Its next run is to cost what it costs after an undisturbed one: the lookback and no more. */
  readonly goesOn?: boolean;
  /** Replies take so long: a run that must come to the end of its time slice. */
  readonly replyMs?: number;
  /** It makes no call: what it reads is here. */
  readonly callsNothing?: boolean;
}

/** A run to its end. */
export async function read(stage: Stage, kind: RunKind = 'incremental'): Promise<void> {
  await (
    await run(kind)(stage)
  )();
}

const run =
  (kind: RunKind): Kind['start'] =>
  async ({ lane, connection, stream }) => {
    const row = await insertRun(
      lane.warehouse,
      { connectionId: connection.id, stream: stream.name, kind, trigger: 'manual' },
      new Date(),
    );
    await lane.queues.addRun(stream.platform, stream.name, { runId: row!.id, connection: connection.name });
    return () => ended(lane, row!.id);
  };

const ended = (lane: Lane, id: string): Ended =>
  until(`run ${id} ends`, async () => {
    const now = await findRun(lane.warehouse, id);
    if (!now || !isFinished(now.state)) return false;
    if (now.state !== 'succeeded') throw new Error(`run ${id} ${now.state}: ${now.failure ?? ''}`);
    return true;
  }).then(() => undefined);

const backfill =
  (slices: SliceSize, parallel: number): Kind['start'] =>
  async ({ lane, connection, stream, shop }) => {
    const now = new Date();
    const windows = planBackfill({ stream, from: shop.oldest(), to: now, slices, parallel }, now);
    const made = await insertBackfill(
      lane.warehouse,
      {
        connectionId: connection.id,
        stream: stream.name,
        from: windows.at(-1)!.from,
        to: now,
        slice: slices,
        parallel,
        requestedBy: 'drill',
        windows,
      },
      now,
    );
    await lane.queues.addBackfill(stream.platform, {
      id: made.id,
      stream: stream.name,
      connection: connection.name,
      runIds: made.slices.map(({ id }) => id),
      parallel,
    });
    return () =>
      until(`backfill ${made.id} ends`, async () => {
        const { state } = await findBackfill(lane.warehouse, made.id, new Date());
        if (state === 'failed' || state === 'cancelled') throw new Error(`backfill ${made.id} ${state}`);
        return state === 'succeeded';
      }).then(() => undefined);
  };

const replay: Kind['start'] = async ({ lane, connection, stream }) => {
  const begun = await beginReplay(lane.warehouse, { connectionId: connection.id }, 'drill', new Date());
  if (!begun) throw new Error(`nothing of ${connection.name} lies in the quarantine`);
  for (const one of begun.runs)
    await lane.queues.addRun(stream.platform, stream.name, { runId: one.id, connection: connection.name });
  return async () => {
    await Promise.all(begun.runs.map(({ id }) => ended(lane, id)));
    const [left] = await listQuarantine(lane.warehouse, {
      state: 'open',
      connectionId: connection.id,
      limit: 1,
    });
    if (left) throw new Error(`record ${left.recordKey} stays in the quarantine: ${left.reason}`);
  };
};

/** Read once; since then some records changed and some are gone there. */
const moved = async (stage: Stage): Promise<void> => {
  await read(stage);
  stage.shop.touch(3);
  stage.shop.remove(2);
};

/** Rows that somebody deleted here, besides. */
const holed = async (stage: Stage): Promise<void> => {
  await moved(stage);
  await lose(stage, 3);
};

/** The oldest that the shop still has: of what is gone there too, nothing would ever ask for the children again. */
async function lose({ lane, shop, connection, stream }: Stage, count: number): Promise<void> {
  const table = stream.into.name;
  await lane.warehouse.query(
    `with lost as (select source_id from "${table}" where connection_id = $1 and source_id = any($3)
       order by source_updated_at, source_id limit $2), gone as (
       delete from "${table}" t using lost where t.connection_id = $1 and t.source_id = lost.source_id returning 1)
     select from gone`,
    [connection.id, count, Object.keys(shop.truth()[table]!)],
  );
}

/** Rows are lost of what no count has vouched for: the next run finds that out and reads everything again. */
const unproven = async (stage: Stage): Promise<void> => {
  const { lane, connection } = stage;
  await read(stage);
  stage.shop.touch(2);
  await lose(stage, 3);
  await lane.warehouse.query('update checkpoints set proven_at = null where connection_id = $1', [
    connection.id,
  ]);
};

/** Some records did not parse and are whole by now; what was kept of them is not what was sent. */
const spoilt = async (stage: Stage): Promise<void> => {
  const { lane, connection } = stage;
  stage.shop.corrupt(6);
  await read(stage);
  stage.shop.mend();
  await lane.warehouse.query('update quarantine set whole = false where connection_id = $1', [connection.id]);
};

/** The same, and a person has mended what was kept. */
const edited = async (stage: Stage): Promise<void> => {
  const { lane, connection, shop } = stage;
  shop.corrupt(6);
  await read(stage);
  shop.mend();
  const records = await listQuarantine(lane.warehouse, {
    state: 'open',
    connectionId: connection.id,
    limit: 100,
  });
  for (const record of records)
    await editQuarantined(
      lane.warehouse,
      { ...record, connection: connection.name },
      shop.wire(record.recordKey),
      {
        by: 'drill',
        at: new Date(),
      },
    );
};

const SHOPIFY = ['shopify.orders', 'shopify.customers', 'shopify.products'];

const ofShopify = (stream: string): Kind[] => [
  { name: 'incremental', stream, records: 40, start: run('incremental'), goesOn: true },
  { name: 'refresh', stream, records: 40, prepare: moved, start: run('refresh') },
  { name: 'backfill', stream, records: 40, start: backfill('month', 2), parallel: 2 },
  { name: 'reconcile', stream, records: 40, prepare: holed, start: run('reconcile') },
  { name: 'replay', stream, records: 40, prepare: spoilt, start: replay },
];

export const KINDS: readonly Kind[] = [
  ...SHOPIFY.flatMap(ofShopify),
  {
    name: 'census, read again',
    stream: 'shopify.orders',
    records: 40,
    prepare: unproven,
    start: run('incremental'),
  },
  {
    name: 'incremental in time slices',
    stream: 'fake.ascending',
    records: 60,
    start: run('incremental'),
    replyMs: 120,
  },
  { name: 'reconcile', stream: 'fake.ascending', records: 40, prepare: holed, start: run('reconcile') },
  {
    name: 'replay of edited records',
    stream: 'fake.ascending',
    records: 40,
    prepare: edited,
    start: replay,
    callsNothing: true,
  },
  { name: 'incremental', stream: 'fake.unordered', records: 40, start: run('incremental'), goesOn: true },
  { name: 'refresh', stream: 'fake.unordered', records: 40, prepare: moved, start: run('refresh') },
  { name: 'backfill', stream: 'fake.unordered', records: 40, start: backfill('day', 2), parallel: 2 },
  { name: 'incremental', stream: 'fake.whole', records: 40, prepare: moved, start: run('incremental') },
  {
    name: 'backfill, slices too deep',
    stream: 'fake.deep',
    records: 60,
    start: backfill('month', 2),
    parallel: 2,
  },
];

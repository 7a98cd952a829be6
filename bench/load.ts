import { once } from 'node:events';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { decimal } from '#kernel';
import { openWarehouse, queryOf, upsert, type Incoming, type Warehouse } from '#warehouse';
import { orderItems, type RowOf } from '#warehouse/tables';
import { benchDatabase } from './database.js';
import { inFlight, median, rate, round, type BenchResult } from './measure.js';

const ROWS = 200_000;
const PAGE = 2000;
const ROUNDS = 3;
/** Pages in flight: one is built while Postgres takes the other. */
const LANES = 2;
const STAMP = { connectionId: 'conn_bench', runId: 'run_bench' };

/**
 * Rows per second into `order_items`, its indexes included: `COPY` of the same rows as the raw limit, then our first
 * load, then the same pages again unchanged, with the WAL that those cost.
 */
export async function load(): Promise<BenchResult> {
  const measured = await measureLoad(ROUNDS);
  return {
    bench: 'load',
    ours: Math.round(measured.first),
    limit: Math.round(measured.copied),
    unit: 'rows/s',
    ratio: round(measured.firstRatio),
    unchanged: Math.round(measured.again),
    unchangedRatio: round(measured.againRatio),
    walBytesPerUnchangedRow: round(measured.walPerRow),
    rows: ROWS,
    rowsPerPage: PAGE,
    pagesInFlight: LANES,
  };
}

export interface LoadMeasured {
  /** Rows per second of the raw `COPY`, of our first load and of the same pages again. */
  readonly copied: number;
  readonly first: number;
  readonly again: number;
  /** Medians of the ratios within each round. */
  readonly firstRatio: number;
  readonly againRatio: number;
  readonly walPerRow: number;
}

/** Medians over so many rounds, after one that only warms caches and compilers up. */
export async function measureLoad(count: number): Promise<LoadMeasured> {
  const database = await benchDatabase();
  const warehouse = await openWarehouse({
    url: database.url,
    applicationName: 'bench load',
    poolSize: LANES + 1,
  });
  try {
    const pages = makePages();
    const rounds = [];
    for (let i = 0; i <= count; i++) {
      const copied = await rawCopy(database.url, pages);
      await warehouse.query('truncate order_items');
      await warehouse.query('checkpoint');
      const first = await rate(ROWS, () => loadPages(warehouse, pages));
      await warehouse.query('vacuum analyze order_items');
      const before = await walPosition(warehouse);
      const again = await rate(ROWS, () => loadPages(warehouse, pages));
      const wal = (await walPosition(warehouse)) - before;
      if (i > 0) rounds.push({ copied, first, again, wal: wal / ROWS });
    }
    return {
      copied: median(rounds.map((one) => one.copied)),
      first: median(rounds.map((one) => one.first)),
      again: median(rounds.map((one) => one.again)),
      firstRatio: median(rounds.map((one) => one.first / one.copied)),
      againRatio: median(rounds.map((one) => one.again / one.copied)),
      walPerRow: median(rounds.map((one) => one.wal)),
    };
  } finally {
    await warehouse.close();
    await database.drop();
  }
}

/** Line items as a real shop has them: four an order, a few thousand SKUs. */
function makePages(): Incoming[][] {
  const pages: Incoming[][] = [];
  for (let start = 0; start < ROWS; start += PAGE)
    pages.push(Array.from({ length: PAGE }, (_, i) => makeRow(start + i)));
  return pages;
}

function makeRow(i: number): Incoming {
  const order = Math.floor(i / 4);
  const row: RowOf<typeof orderItems> = {
    orderId: `#${1001 + order}`,
    source: 'shopify',
    sku: `SKU-${i % 3000}`,
    asin: null,
    title: 'WHITE HANGING HEART T-LIGHT HOLDER',
    qty: 1 + (i % 9),
    currentQty: 1 + (i % 9),
    price: decimal('2.55'),
    discountedTotal: decimal('15.30'),
    tax: decimal('0.00'),
    feeEstimate: null,
    currency: 'GBP',
    productId: String(7_000_000_000 + (i % 3000)),
    variantId: String(9_000_000_000 + (i % 3000)),
  };
  return {
    sourceId: String(14_000_000_000_000 + i),
    version: new Date(1_760_000_000_000 + order * 1000),
    gone: false,
    parentSourceId: String(5_000_000_000_000 + order),
    row,
  };
}

async function loadPages(warehouse: Warehouse, pages: readonly Incoming[][]): Promise<void> {
  await inFlight(pages, LANES, async (page) => {
    await warehouse.transaction((manager) => upsert(queryOf(manager), orderItems, STAMP, page));
  });
}

const COPY_COLUMNS =
  'connection_id, run_id, source_id, source_updated_at, payload_hash, parent_source_id, order_id, source, sku, title, qty, current_qty, price, discounted_total, tax, currency, product_id, variant_id';

/** The fastest way into the table: one `COPY` of the same rows, their text built on the way. */
async function rawCopy(url: string, pages: readonly Incoming[][]): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('truncate order_items');
    await client.query('checkpoint');
    return await rate(ROWS, async () => {
      const stream = client.query(copyFrom(`copy order_items (${COPY_COLUMNS}) from stdin`));
      const finished = once(stream, 'finish');
      for (const page of pages) if (!stream.write(page.map(copyLine).join(''))) await once(stream, 'drain');
      stream.end();
      await finished;
    });
  } finally {
    await client.end();
  }
}

const HASH = 'd41d8cd98f00b204e9800998ecf8427e';

const COPIED = [
  'orderId',
  'source',
  'sku',
  'title',
  'qty',
  'currentQty',
  'price',
  'discountedTotal',
  'tax',
  'currency',
  'productId',
  'variantId',
] as const;

function copyLine({ sourceId, version, parentSourceId, row }: Incoming): string {
  const own = COPIED.map((name) => row[name]);
  return `${[STAMP.connectionId, STAMP.runId, sourceId, version!.toISOString(), HASH, parentSourceId, ...own].join('\t')}\n`;
}

async function walPosition(warehouse: Warehouse): Promise<number> {
  const [row] = await warehouse.query<{ at: string }>(
    `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as at`,
  );
  return Number(row!.at);
}

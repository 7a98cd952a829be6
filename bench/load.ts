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
  const loading = await openLoading();
  try {
    const rounds = [];
    // The first only warms caches and compilers up.
    for (let i = 0; i <= ROUNDS; i++) {
      const copied = await loading.copied();
      const first = await loading.first();
      const again = await loading.again();
      if (i > 0) rounds.push({ copied, first, again });
    }
    return {
      bench: 'load',
      ours: Math.round(median(rounds.map((one) => one.first))),
      limit: Math.round(median(rounds.map((one) => one.copied))),
      unit: 'rows/s',
      ratio: round(median(rounds.map((one) => one.first / one.copied))),
      unchanged: Math.round(median(rounds.map((one) => one.again.rate))),
      unchangedRatio: round(median(rounds.map((one) => one.again.rate / one.copied))),
      walBytesPerUnchangedRow: round(median(rounds.map((one) => one.again.wal))),
      rows: ROWS,
      rowsPerPage: PAGE,
      pagesInFlight: LANES,
    };
  } finally {
    await loading.close();
  }
}

/** The table to load, and the ways into it; each answers rows per second. */
export interface Loading {
  copied(): Promise<number>;
  /** Our load of the rows into the emptied table. */
  first(): Promise<number>;
  /** The same pages again, and the bytes of WAL that each unchanged row cost. */
  again(): Promise<{ rate: number; wal: number }>;
  close(): Promise<void>;
}

export async function openLoading(): Promise<Loading> {
  const database = await benchDatabase();
  const warehouse = await openWarehouse({
    url: database.url,
    applicationName: 'bench load',
    poolSize: LANES + 1,
  });
  const pages = makePages();
  return {
    copied: () => rawCopy(database.url, pages),
    async first() {
      await warehouse.query('truncate order_items');
      await warehouse.query('checkpoint');
      return rate(ROWS, () => loadPages(warehouse, pages));
    },
    async again() {
      await warehouse.query('vacuum analyze order_items');
      const before = await walPosition(warehouse);
      const again = await rate(ROWS, () => loadPages(warehouse, pages));
      return { rate: again, wal: ((await walPosition(warehouse)) - before) / ROWS };
    },
    async close() {
      await warehouse.close();
      await database.drop();
    },
  };
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

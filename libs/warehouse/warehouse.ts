import pg from 'pg';
import { DataSource, type EntityManager, type Logger } from 'typeorm';
import { Failure } from '#kernel';
import { migrations } from '#migrations';
import { engineEntities, entityOf } from './entities.js';
import { preparing } from './prepared.js';
import { clientUnlessSilent } from './silence.js';
import {
  amazonInventory,
  amazonTransactions,
  freeagentBankAccounts,
  freeagentBankTransactionExplanations,
  freeagentBankTransactions,
  freeagentBillItems,
  freeagentBills,
  freeagentCategories,
  freeagentContacts,
  freeagentInvoiceItems,
  freeagentInvoices,
  freeagentTransactions,
  freeagentUsers,
  inventory,
  orderItems,
  orders,
  orderShipments,
  settlementLines,
  settlements,
  shipbobFulfillmentCenters,
  shipbobInventory,
  shipbobOrders,
  shipbobProducts,
  shipbobReceivingOrders,
  shipbobReturns,
  shipbobShipments,
  shipbobVariants,
  shopifyBalanceTransactions,
  shopifyCustomers,
  shopifyInventoryLevels,
  shopifyLocations,
  shopifyPayouts,
  shopifyProducts,
  shopifyRefundLines,
  shopifyRefunds,
  shopifyTransactions,
  shopifyVariants,
  type Table,
} from './tables/index.js';

/** Every warehouse table, for counts, drift tests and `status`. */
export const warehouseTables: readonly Table[] = [
  orders,
  orderItems,
  orderShipments,
  inventory,
  shipbobInventory,
  shipbobOrders,
  shipbobShipments,
  shipbobReturns,
  shipbobReceivingOrders,
  shipbobProducts,
  shipbobVariants,
  shipbobFulfillmentCenters,
  freeagentContacts,
  freeagentInvoices,
  freeagentInvoiceItems,
  freeagentBills,
  freeagentBillItems,
  freeagentCategories,
  freeagentBankAccounts,
  freeagentBankTransactions,
  freeagentBankTransactionExplanations,
  freeagentTransactions,
  freeagentUsers,
  shopifyRefunds,
  shopifyRefundLines,
  shopifyTransactions,
  shopifyCustomers,
  shopifyProducts,
  shopifyVariants,
  shopifyLocations,
  shopifyInventoryLevels,
  shopifyPayouts,
  shopifyBalanceTransactions,
  settlements,
  settlementLines,
  amazonTransactions,
  amazonInventory,
];

export interface WarehouseOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`: which process holds a connection. */
  readonly applicationName: string;
  readonly poolSize?: number;
  /** How long one statement may take; 2 min by default, 0 for as long as it takes. */
  readonly statementTimeoutMs?: number;
}

/** One process's door to Postgres. */
export interface Warehouse {
  readonly dataSource: DataSource;
  readonly url: string;
  query<R>(sql: string, parameters?: readonly unknown[]): Promise<R[]>;
  /**
   * Runs the work in one transaction, repeated up to five times where Postgres reports a race (serialisation,
   * deadlock, unique violation by another writer). Work must use the manager it is given: another connection
   * taken inside waits for a pool that may be full of transactions.
   */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const RACES = new Set(['40001', '40P01', '23505']);
const LOCK = 0x57_52_41_54;

const nothing = (): void => undefined;
/** TypeORM tells of failed migrations on standard output, which is the command's own; we throw what it would say. */
const SILENT: Logger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};

function dataSource(options: WarehouseOptions): DataSource {
  const statementTimeoutMs = options.statementTimeoutMs ?? 120_000;
  return new DataSource({
    type: 'postgres',
    // Else it looks for a second one in node_modules, beside the one that is bundled with us.
    driver: pg,
    url: options.url,
    applicationName: options.applicationName,
    poolSize: options.poolSize ?? 10,
    connectTimeoutMS: 10_000,
    extra: {
      statement_timeout: statementTimeoutMs,
      // No limit, for migrations, is for ever: they are attended.
      Client: preparing(statementTimeoutMs === 0 ? pg.Client : clientUnlessSilent(statementTimeoutMs)),
      idle_in_transaction_session_timeout: 60_000,
    },
    entities: [...engineEntities, ...warehouseTables.map(entityOf)],
    migrations: [...migrations],
    migrationsTransactionMode: 'each',
    synchronize: false,
    logger: SILENT,
  });
}

/** Connects; fails with one sentence where Postgres cannot be reached or the schema is not this version's. */
export async function openWarehouse(options: WarehouseOptions): Promise<Warehouse> {
  const source = await connect(dataSource(options));
  const missing = await pending(source);
  if (missing.length > 0) {
    await source.destroy();
    throw new Failure(
      'config',
      `the database lacks ${missing.length === 1 ? 'a migration' : `${missing.length} migrations`} (${missing.join(', ')}); run: npx stratus migrate`,
    );
  }
  return {
    dataSource: source,
    url: options.url,
    query: async (sql, parameters = []) => {
      try {
        return await source.query(sql, [...parameters]);
      } catch (thrown) {
        throw databaseFailure(thrown);
      }
    },
    transaction: (work) => repeatOnRace(() => source.transaction(work)),
    close: () => source.destroy(),
  };
}

async function repeatOnRace<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (thrown) {
      if (attempt >= 5 || !RACES.has(codeOf(thrown))) throw databaseFailure(thrown);
    }
  }
}

const codeOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';

/**
 * Class 08 and 57: the connection or the server went away, or took too long; 53: out of disk, memory or connections;
 * 40: a race that five tries did not win; 25: a standby, or a transaction that was left idle; 55P03: a lock not had.
 */
const PASSING = /^(?:08|57|53|40|25006|25P03|55P03)/;
const SOCKET = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** pg says these without a code. */
const LOST =
  /Connection terminated|timeout exceeded when trying to connect|connection is closed|not queryable/i;

/** What Postgres says, as a Failure with a next step: full disks and lost connections are waited out, not bugs. */
export function databaseFailure(thrown: unknown): unknown {
  if (thrown instanceof Failure || !(thrown instanceof Error)) return thrown;
  const code = codeOf(thrown);
  if (code === '53100')
    return new Failure(
      'transient',
      'Postgres has no disk space left; nothing was committed: free space and the run goes on from its checkpoint',
      { cause: thrown },
    );
  if (PASSING.test(code) || SOCKET.has(code) || LOST.test(thrown.message))
    return new Failure(
      'transient',
      `Postgres was lost (${code || thrown.message}); nothing of this page was committed and the run goes on from its checkpoint`,
      { cause: thrown },
    );
  return thrown;
}

async function connect(source: DataSource): Promise<DataSource> {
  const { url } = source.options as { url: string };
  if (!/^postgres(?:ql)?:/.test(url) || !URL.canParse(url))
    throw new Failure(
      'config',
      'DATABASE_URL is no address of a Postgres: it reads like postgres://user:password@host/database',
    );
  try {
    return await source.initialize();
  } catch (cause) {
    const { hostname, port, pathname } = new URL(url);
    const said = cause instanceof Error ? cause.message || codeOf(cause) : String(cause);
    throw new Failure(
      'config',
      `cannot open Postgres at ${hostname}:${port || 5432}${pathname} (${said}); check DATABASE_URL and that the server runs`,
      { cause },
    );
  }
}

async function pending(source: DataSource): Promise<string[]> {
  const [found] = (await source.query(`select to_regclass('migrations') is not null as there`)) as {
    there: boolean;
  }[];
  const done = found?.there
    ? ((await source.query('select name from migrations')) as { name: string }[]).map((row) => row.name)
    : [];
  return source.migrations.map((migration) => migration.name ?? '').filter((name) => !done.includes(name));
}

/**
 * Applies what is missing, one process at a time under an advisory lock, and returns the names applied.
 * Neither the wait for another process nor a long migration is cut short. One that fails leaves the ones before it in place and itself rolled back.
 */
export async function migrate(url: string): Promise<string[]> {
  const source = await connect(
    dataSource({ url, applicationName: 'stratus migrate', poolSize: 3, statementTimeoutMs: 0 }),
  );
  const runner = source.createQueryRunner();
  try {
    await runner.query('select pg_advisory_lock($1)', [LOCK]);
    const applied = await source.runMigrations({ transaction: 'each' });
    return applied.map((migration) => migration.name);
  } catch (cause) {
    throw new Failure(
      'config',
      `a migration failed and was rolled back: ${cause instanceof Error ? cause.message : String(cause)}; mend the cause and run: npx stratus migrate`,
      { cause },
    );
  } finally {
    await runner.query('select pg_advisory_unlock($1)', [LOCK]).catch(() => undefined);
    await runner.release();
    await source.destroy();
  }
}

import { randomBytes } from 'node:crypto';
import { platforms } from '#catalog';
import { readKeyRing } from '#kernel';
import { openQueues, type QueueStore, type Queues } from '#queue';
import { createMetrics, silentLogger, type Logger } from '#telemetry';
import { openWarehouse, insertRun, type RunRow, type Warehouse } from '#warehouse';
import { testDatabase, type TestDatabase } from '../../../tests/postgres.js';
import { createUser, startConsole, type Console, type ConsoleOptions } from '../index.js';
import { Visitor } from './visitor.js';

export const PASSWORD = 'correct horse battery';

/** A console on a database of its own, with one user per role and one connection. */
export interface ConsoleWorld {
  readonly database: TestDatabase;
  readonly warehouse: Warehouse;
  readonly queues: Queues;
  readonly console: Console;
  readonly options: ConsoleOptions;
  now: Date;
  visitor(): Visitor;
  /** A visitor signed in as the user of that role. */
  as(role: 'viewer' | 'operator' | 'admin'): Promise<Visitor>;
  run(stream?: string): Promise<RunRow>;
  /** A run and its job, both failed, as a worker leaves them. */
  failedRun(why?: string): Promise<RunRow>;
  audited(): Promise<{ actor: string; action: string; subject: string | null; outcome: string }[]>;
  close(): Promise<void>;
}

export async function consoleWorld(
  more: {
    store?: QueueStore;
    options?: Partial<ConsoleOptions>;
    logger?: Logger;
  } = {},
): Promise<ConsoleWorld> {
  const database = await testDatabase();
  const warehouse = await openWarehouse({ url: database.url, applicationName: 'test' });
  const queues = openQueues({
    store: more.store ?? { kind: 'postgres', url: database.url },
    platforms: platforms.map(({ name }) => name),
    onError: () => undefined,
  });
  // Opens the queues' tables: nothing of a test may come between.
  await queues.counts('shopify');
  await warehouse.query(
    `insert into connections (id, workspace_id, platform, name, settings, credentials)
     values ('conn_1', 'default', 'shopify', 'demo', '{"shop":"planted-setting"}', 'planted-sealed-credentials')`,
  );
  for (const role of ['viewer', 'operator', 'admin'] as const)
    await createUser(warehouse, { name: role, password: PASSWORD, role });

  const world = { now: new Date('2026-02-03T04:05:06Z') };
  const options: ConsoleOptions = {
    warehouse,
    queues,
    metrics: createMetrics(),
    logger: more.logger ?? silentLogger,
    platforms,
    ring: readKeyRing(randomBytes(32).toString('base64')),
    engine: () => {
      throw new Error('this test calls no platform');
    },
    host: '127.0.0.1',
    port: 0,
    trustProxy: 0,
    secureCookies: false,
    mode: 'embedded',
    now: () => world.now,
    ...more.options,
  };
  const closeDoors = async (): Promise<void> => {
    await queues.close();
    await warehouse.close();
    await database.drop();
  };
  const console = await startConsole(options).catch(async (thrown: unknown) => {
    await closeDoors();
    throw thrown;
  });

  return Object.assign(world, {
    database,
    warehouse,
    queues,
    console,
    options,
    visitor: () => new Visitor(console.url),
    async as(role: string) {
      const visitor = new Visitor(console.url);
      const { status } = await visitor.signIn(role, PASSWORD);
      if (status !== 303) throw new Error(`${role} could not sign in: ${status}`);
      return visitor;
    },
    async run(stream = 'shopify.orders') {
      const row = await insertRun(
        warehouse,
        { connectionId: 'conn_1', stream, kind: 'incremental', trigger: 'manual' },
        world.now,
      );
      await queues.addRun('shopify', stream, { runId: row!.id, connection: 'demo' });
      return row!;
    },
    async failedRun(why = 'the platform refused the call') {
      const row = await this.run();
      await failJob(queues, row.id, why);
      await warehouse.query(
        `update runs set state = 'failed', failure = $2, failure_kind = 'refused', started_at = $3, finished_at = $3,
           attempt = 1 where id = $1`,
        [row.id, why, world.now],
      );
      return row;
    },
    audited: () =>
      warehouse.query<{ actor: string; action: string; subject: string | null; outcome: string }>(
        'select actor, action, subject, outcome from audit_log order by id',
      ),
    async close() {
      await console.close(1000);
      await closeDoors();
    },
  });
}

/** A worker takes this one job and fails it for good. */
async function failJob(queues: Queues, id: string, message: string): Promise<void> {
  let taken = (): void => undefined;
  const handled = new Promise<void>((resolve) => (taken = resolve));
  const worker = queues.work('shopify', {
    concurrency: 1,
    lockMs: 30_000,
    handle: async ({ data }) => {
      if (data.runId === id) taken();
      return { to: 'failed', message };
    },
  });
  await handled;
  // Closing waits for the job under way, so that it has failed when this returns.
  await worker.close(10_000);
}

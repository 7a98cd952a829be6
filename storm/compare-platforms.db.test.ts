import { createSender } from '#http';
import { platformOf } from '#catalog';
import type { ConnectionRow } from '#warehouse';
import { demoConnections, startSandbox, type Sandbox } from '../apps/sandbox/index.js';
import { witnessAll } from '../tests/described.js';
import { NOW, openTestEngine, type TestEngine } from '../tests/engine.js';
import { describeDb } from '../tests/postgres.js';
import type { Witness } from '../tests/witness.js';
import { compareAccount, type Compared, type Truth } from './compare.js';

/** What somebody does to each platform's account between two readings. */
const EDITS: Readonly<Record<string, readonly object[]>> = {
  freeagent: [
    { op: 'touch', stream: 'invoices', count: 3 },
    { op: 'add', stream: 'bills' },
    { op: 'hide', stream: 'contacts', count: 2 },
    { op: 'rebook', stream: 'transactions', count: 2 },
    { op: 'delete', stream: 'categories' },
  ],
  amazon: [
    { op: 'touch', stream: 'orders', count: 3 },
    { op: 'add', stream: 'orders' },
    { op: 'touch', stream: 'inventory', count: 2 },
    { op: 'delete', stream: 'inventory' },
    { op: 'touch', stream: 'transactions', count: 2 },
  ],
  shipbob: [
    { op: 'touch', stream: 'orders', count: 2 },
    { op: 'ship', stream: 'orders', count: 2 },
    { op: 'track', stream: 'orders', count: 2 },
    { op: 'complete', stream: 'returns' },
    { op: 'delete', stream: 'products' },
    { op: 'touch', stream: 'inventory' },
  ],
  // The last: the others' books are made of its sales.
  shopify: [
    { op: 'touch', stream: 'orders', count: 3 },
    { op: 'refund', stream: 'orders', count: 20 },
    { op: 'cancel', stream: 'orders', count: 5 },
    { op: 'track', stream: 'orders', count: 4 },
    { op: 'deliver', stream: 'orders', count: 60 },
    { op: 'add', stream: 'orders' },
    { op: 'delete', stream: 'orders', count: 2 },
    { op: 'delete', stream: 'customers' },
    { op: 'delete', stream: 'products' },
    { op: 'touch', stream: 'customers', count: 2 },
    { op: 'touch', stream: 'products', count: 2 },
    { op: 'touch', stream: 'locations' },
    { op: 'touch', stream: 'inventory', count: 3 },
    { op: 'touch', stream: 'payouts', count: 2 },
  ],
};
/** Longer than any platform keeps what is new to itself, shorter than the shortest step back. */
const BETWEEN_MS = 5 * 60_000;

/** Every simulator tells its rows from its own store; a faithful copy of the account holds just those. */
describeDb('the comparison of what the product read with the rows of', () => {
  const sender = createSender({});
  const clock = { nowMs: NOW.getTime() };
  let sandbox: Sandbox;
  let witnesses: readonly Witness[];
  beforeAll(async () => {
    sandbox = await startSandbox({ orders: 60, now: () => clock.nowMs });
    witnesses = witnessAll(sandbox);
  });
  afterAll(async () => {
    sender.close();
    await sandbox.close();
  });

  it.each(Object.entries(EDITS))(
    '%s finds nothing, before edits and after them',
    async (name, edits) => {
      const demo = demoConnections(sandbox.url).find(({ platform }) => platform === name)!;
      const platform = platformOf(name);
      const db = await openTestEngine(platform, sender);
      try {
        const connection = await db.connect({ ...demo, sandbox: true });
        const readAll = async (kind: 'incremental' | 'reconcile'): Promise<void> => {
          db.clock.now = new Date(clock.nowMs);
          for (const { name: stream, listing } of platform.streams)
            if (kind === 'incremental' || listing)
              expect(await db.finish(await db.queue(connection, { stream, kind }))).toMatchObject({
                state: 'succeeded',
              });
        };
        const compared = async (): Promise<Compared> => compare(db, connection);
        await readAll('incremental');
        const first = await compared();
        expect(first.differences).toEqual([]);
        const tables = platform.streams.flatMap(({ into, children }) => [
          into,
          ...children.map((one) => one.into),
        ]);
        expect(Object.keys(first.rows).sort()).toEqual(tables.map((table) => table.name).sort());
        expect(Object.values(first.rows)).not.toContain(0);

        for (const edit of edits) {
          const { ids } = sandbox.edit(edit, name) as { ids: readonly string[] };
          expect([edit, ids]).toEqual([edit, expect.arrayContaining([expect.any(String)])]);
        }
        clock.nowMs += BETWEEN_MS;
        expect((await compared()).differences).not.toEqual([]);
        await readAll('incremental');
        // What no window tells of (deleted orders, a parcel's second number) the night's comparison finds.
        await readAll('reconcile');
        expect((await compared()).differences).toEqual([]);
        expect(witnesses.flatMap(({ wrong }) => wrong)).toEqual([]);
      } finally {
        await db.close();
      }
    },
    60_000,
  );

  const compare = async (db: TestEngine, connection: ConnectionRow): Promise<Compared> => {
    const reply = await fetch(`${sandbox.url}/_sandbox/${connection.platform}/demo/rows`);
    return compareAccount(db.engine.warehouse, connection, (await reply.json()) as Truth);
  };
});

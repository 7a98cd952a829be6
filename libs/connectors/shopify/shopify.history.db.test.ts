import { startSandbox, DEMO_EXPIRING_CREDENTIALS, type Sandbox } from '../../../apps/sandbox/index.js';
import { NOW, openTestEngine, type TestEngine } from '../../../tests/engine.js';
import { describeDb } from '../../../tests/postgres.js';
import { witness, type Witness } from '../../../tests/witness.js';
import { createSender, type Sender } from '#http';
import { later, minutes } from '#kernel';
import type { Platform, Stream } from '#sync';
import {
  findCheckpoint,
  insertRun,
  supersedeQueued,
  type ConnectionRow,
  type NewRun,
  type RunRow,
} from '#warehouse';
import { shopify } from './platform.js';
import { described } from './testing/described.js';

/** Parts so small that a small shop is read in several. */
const small = (partBytes: number): Platform => ({
  ...shopify,
  streams: shopify.streams.map((stream): Stream => {
    const { history } = stream;
    return { ...stream, history: history && { ...history, partBytes } };
  }),
});

const WITH_BULK = shopify.streams.filter(({ history }) => history).map(({ name }) => name);

/** The past of a shop through bulk operations, through the real engine, door and network. */
describeDb('a Shopify shop’s past', () => {
  let db: TestEngine;
  let sender: Sender;
  let sandbox: Sandbox;
  let connection: ConnectionRow;
  let looked: Witness;
  const platform = small(20_000);
  beforeAll(async () => {
    sender = createSender({ retryDelayMs: 1 });
    db = await openTestEngine(platform, sender);
  });
  afterAll(async () => {
    sender.close();
    await db.close();
  });
  const open = async (settings: object = { bulkFrom: 2 }): Promise<void> => {
    db.clock.now = NOW;
    sandbox = await startSandbox({
      orders: 24,
      now: () => db.clock.now.getTime(),
      plan: { maximumAvailable: 1_000_000, restoreRate: 1_000_000 },
    });
    looked = witness(sandbox.simulators.get('shopify')!, described);
    connection = await db.connect({
      baseUrl: `${sandbox.url}/shopify/demo`,
      settings: { shop: 'demo', ...settings },
      credentials: DEMO_EXPIRING_CREDENTIALS,
      sandbox: true,
    });
  };
  beforeEach(() => open());
  afterEach(async () => {
    await sandbox.close();
    expect(looked.wrong).toEqual([]);
  });

  const bulk = (knobs: object): void => void sandbox.turn({ bulk: knobs });
  const queue = (run: Partial<NewRun> = {}) => db.queue(connection, { stream: 'shopify.orders', ...run });
  const read = async (
    run: Partial<NewRun> = {},
    more?: Parameters<TestEngine['finish']>[1],
  ): Promise<RunRow> => {
    db.clock.now = later(db.clock.now, minutes(1));
    return db.finish(await queue(run), more);
  };
  const requests = () => sandbox.ledger.read().requests;
  /** Calls of an operation that the shop served. */
  const served = (operation: string): number =>
    requests().filter((line) => line.operation === operation && line.outcome === 'served').length;
  const logOf = async ({ id }: RunRow): Promise<string> => {
    const lines = await db.engine.warehouse.query<{ message: string }>(
      'select message from run_logs where run_id = $1 order by id',
      [id],
    );
    return lines.map(({ message }) => message).join('\n');
  };
  const rows = async (table: string): Promise<number> => {
    const [row] = await db.engine.warehouse.query<{ n: string }>(
      `select count(*) as n from "${table}" where connection_id = $1 and deleted_at is null`,
      [connection.id],
    );
    return Number(row?.n);
  };
  const expectWhole = async (stream = 'shopify.orders'): Promise<void> => {
    const { tables } = sandbox.truth().streams[stream]!;
    for (const [table, truth] of Object.entries(tables))
      expect({ table, rows: await rows(table) }).toEqual({ table, rows: (truth as { rows: number }).rows });
  };
  const checkpoint = async () =>
    (await findCheckpoint(db.engine.warehouse, connection.id, 'shopify.orders'))?.cursorAt ?? null;

  it.each(WITH_BULK)('comes through one bulk operation, row for row what pages bring: %s', async (stream) => {
    const first = await read({ stream });
    const records = sandbox.truth().streams[stream]!.records;
    expect(first).toMatchObject({ state: 'succeeded', records, gone: 0, quarantined: 0, verdict: 'matched' });
    expect(served('RunBulk')).toBe(1);
    expect(served('bulk-file')).toBeGreaterThan(0);
    await expectWhole(stream);
    // Page by page, every column compared: nothing was different in the file.
    await db.engine.warehouse.query(
      `update connections set settings = settings || '{"bulkFrom":"never"}' where id = $1`,
      [connection.id],
    );
    expect(await read({ stream, kind: 'refresh' })).toMatchObject({
      state: 'succeeded',
      records,
      inserted: 0,
      changed: 0,
      gone: 0,
    });
    expect(served('RunBulk')).toBe(1);
  });

  it('is read page by page where it holds too little, and what changes since always is', async () => {
    await sandbox.close();
    await open({ bulkFrom: 25 });
    expect(await read()).toMatchObject({ state: 'succeeded', records: 24 });
    expect(served('RunBulk')).toBe(0);
    sandbox.edit({ op: 'touch', count: 9 });
    expect(await read()).toMatchObject({ state: 'succeeded', verdict: 'matched' });
    expect(served('RunBulk')).toBe(0);
  });

  it('is waited for without a worker, and the checkpoint moves at its end', async () => {
    bulk({ seconds: 100 });
    const run = await queue();
    const first = await db.attempt(run);
    expect(first).toMatchObject({ to: 'later', why: expect.stringContaining('writes the export') });
    expect(await db.find(run)).toMatchObject({ state: 'snoozed', attempt: 0, place: { at: 0 } });
    const places: unknown[] = [];
    const done = await db.finish(run, {
      progress: async () => {
        places.push((await db.find(run)).place);
        if (places.length === 2) expect(await checkpoint()).toBeNull();
      },
    });
    expect(done).toMatchObject({ state: 'succeeded', records: 24, verdict: 'matched' });
    expect(places.length).toBeGreaterThan(3);
    expect(await checkpoint()).toEqual(done.cursorAt);
    expect(done.calls).toBeLessThan(30);
    // What changes behind it is read by the next run.
    sandbox.edit({ op: 'touch', count: 3 });
    expect(await read()).toMatchObject({ state: 'succeeded', inserted: 0, verdict: 'matched' });
    expect(await checkpoint()).not.toEqual(done.cursorAt);
    expect(served('RunBulk')).toBe(1);
  });

  it('is not asked for again by a worker that takes over, whenever the one before died', async () => {
    bulk({ seconds: 30 });
    const run = await queue();
    // Killed between the answer and its note: the lease ends, and the place says nothing.
    const killed = new AbortController();
    const send: Sender['send'] = async (request, signal) => {
      const reply = await sender.send(request, signal);
      if (JSON.stringify(request.json ?? '').includes('mutation RunBulk')) killed.abort();
      signal.throwIfAborted();
      return reply;
    };
    await db.attempt(run, { engine: { sender: { ...sender, send } }, signal: killed.signal });
    expect(served('RunBulk')).toBe(1);
    expect(await db.find(run)).toMatchObject({ state: 'queued', place: null });
    // Killed while it waits, then while it reads: after each part.
    let parts = 0;
    for (let tries = 0; tries < 60; tries++) {
      const stop = new AbortController();
      const move = await db.attempt(run, {
        signal: stop.signal,
        progress: async ({ pages }) => {
          if (Number(pages) > parts) stop.abort();
          parts = Number(pages);
        },
      });
      if (move.to === 'done') break;
      if (move.to === 'later') db.clock.now = later(move.at, 1);
    }
    const done = await db.find(run);
    expect(done).toMatchObject({
      state: 'succeeded',
      records: 24,
      inserted: (await rows('orders')) + (await rows('order_items')),
      same: 0,
      verdict: 'matched',
    });
    expect(parts).toBeGreaterThan(3);
    expect(served('RunBulk')).toBe(1);
    await expectWhole();
  });

  it('whose link is over is asked for a new one', async () => {
    const run = await queue();
    let pages = 0;
    const done = await db.finish(run, {
      progress: async () => {
        if (++pages === 2) bulk({ links: 'expire' });
      },
    });
    expect(done).toMatchObject({ state: 'succeeded', records: 24, same: 0 });
    expect(requests().filter(({ outcome }) => outcome === 'link-refused')).toHaveLength(1);
  });

  it.each([
    ['fails', { ends: 'FAILED' }, 'is FAILED (INTERNAL_SERVER_ERROR)'],
    ['is cancelled', { ends: 'CANCELED' }, 'is CANCELED'],
    ['does not group its lines', { grouped: false }, 'which it does not follow'],
    ['was cut off', { lost: 3 }, 'says it holds'],
  ])('that %s is read page by page, and says so', async (_, knobs, said) => {
    bulk(knobs);
    const run = await read();
    expect(run).toMatchObject({ state: 'succeeded', verdict: 'matched', ourCount: '24' });
    expect(await logOf(run)).toMatch(/the window is read page by page/);
    expect(await logOf(run)).toContain(said);
    await expectWhole();
    expect(await checkpoint()).toEqual(run.cursorAt);
  });

  it('that expired while nobody looked is read page by page', async () => {
    const run = await queue();
    await db.attempt(run);
    db.clock.now = later(db.clock.now, minutes(1));
    await db.attempt(run, { signal: AbortSignal.abort() });
    // Written, seen by nobody for eight days.
    sandbox.edit({ op: 'touch', count: 1 });
    db.clock.now = later(db.clock.now, minutes(1));
    await db.engine.sender.send(
      {
        method: 'POST',
        url: `${sandbox.url}/shopify/demo/admin/api/2026-10/graphql.json`,
        headers: { 'x-shopify-access-token': 'shpat_sandbox_demo_00000000000000000000' },
        json: { query: 'query Look { bulkOperations(first: 5) { nodes { status } } }' },
        idempotent: true,
        private: true,
      },
      new AbortController().signal,
    );
    db.clock.now = later(db.clock.now, minutes(60 * 24 * 8));
    const done = await db.finish(run);
    expect(done).toMatchObject({ state: 'succeeded', verdict: 'matched' });
    expect(await logOf(done)).toContain('is EXPIRED');
  });

  it('that is not written within a day is read page by page', async () => {
    bulk({ seconds: 10_000_000 });
    const run = await queue();
    expect(await db.attempt(run)).toMatchObject({ to: 'later' });
    db.clock.now = later(db.clock.now, minutes(60 * 25));
    expect(await db.finish(run)).toMatchObject({ state: 'succeeded', verdict: 'matched' });
    expect(await logOf(run)).toContain('was not written within a day');
  });

  it('whose file lies on a host that is none of Shopify’s is read page by page', async () => {
    const elsewhere: Sender['send'] = async (request, signal) => {
      const reply = await sender.send(request, signal);
      const body = JSON.stringify(reply.body).replace(/http:[^"]*\/bulk\//, 'http://localhost:9/bulk/');
      return request.expect === 'bytes' ? reply : { ...reply, body: JSON.parse(body) as unknown };
    };
    const run = await read({}, { engine: { sender: { ...sender, send: elsewhere } } });
    expect(run).toMatchObject({ state: 'succeeded', verdict: 'matched' });
    expect(await logOf(run)).toMatch(/no export could be had \(.*localhost/);
  });

  it('waits where as many operations run as may', async () => {
    bulk({ slots: 1, seconds: 20 });
    const customers = await queue({ stream: 'shopify.customers' });
    await db.attempt(customers);
    const orders = await queue();
    const waits = await db.attempt(orders);
    expect(waits).toMatchObject({ to: 'later', why: expect.stringContaining('as many bulk operations') });
    expect(await db.find(orders)).toMatchObject({ state: 'snoozed', attempt: 0, pages: 0 });
    expect(await db.finish(customers)).toMatchObject({ state: 'succeeded' });
    expect(await db.finish(orders)).toMatchObject({ state: 'succeeded', records: 24 });
  });

  it('is read once, however many slots come due meanwhile', async () => {
    bulk({ seconds: 100 });
    const slot = (at: number): Partial<NewRun> => ({ trigger: 'schedule', slot: later(NOW, minutes(at)) });
    const first = await queue(slot(0));
    await db.attempt(first);
    const second = await queue(slot(10));
    expect(await supersedeQueued(db.engine.warehouse, second, db.clock.now)).toEqual([]);
    expect(await db.attempt(second)).toMatchObject({
      why: `run ${first.id} of its stream has begun and goes on first`,
    });
    const third = (await insertRun(
      db.engine.warehouse,
      { connectionId: connection.id, stream: 'shopify.orders', kind: 'incremental', ...slot(20) } as NewRun,
      db.clock.now,
    ))!;
    expect(await supersedeQueued(db.engine.warehouse, third, db.clock.now)).toEqual([second.id]);
    expect(await db.finish(first)).toMatchObject({ state: 'succeeded', records: 24 });
    expect(await db.finish(third)).toMatchObject({ state: 'succeeded', inserted: 0 });
    expect(served('RunBulk')).toBe(1);
  });

  it('of a shop that takes no bulk operations is read page by page', async () => {
    const refuse: Sender['send'] = async (request, signal) => {
      if (!JSON.stringify(request.json ?? '').includes('query Bulks')) return sender.send(request, signal);
      const extensions = { code: 'undefinedField', typeName: 'QueryRoot', fieldName: 'bulkOperations' };
      const message = "Field 'bulkOperations' doesn't exist on type 'QueryRoot'";
      const body = { errors: [{ message, extensions }] };
      return { status: 200, headers: {}, body, ms: 1, attempts: 1 };
    };
    const run = await read({}, { engine: { sender: { ...sender, send: refuse } } });
    expect(run).toMatchObject({ state: 'succeeded', records: 24, verdict: 'matched' });
    expect(await logOf(run)).toContain('no export could be had');
    expect(served('RunBulk')).toBe(0);
  });
});

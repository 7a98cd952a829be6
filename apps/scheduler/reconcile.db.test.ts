import { later, minutes } from '#kernel';
import { openQueues, slotAt, type Queues } from '#queue';
import { claimRun, insertRun, type ConnectionRow } from '#warehouse';
import { openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop, fakeStream } from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';
import { declaredSchedules, type Declared } from './declared.js';
import { enqueueSlot, reconcile } from './reconcile.js';

/** BullMQ plans by the machine's own clock. */
const NOW = slotAt({ every: minutes(15) }, new Date());
const platform = fakePlatform({ streams: [fakeStream('fake.things'), fakeStream('fake.heap')] });

describeDb('the reconciler', () => {
  let db: TestEngine;
  let queues: Queues;
  let connection: ConnectionRow;
  let declared: Declared[];
  beforeAll(async () => {
    db = await openTestEngine(platform, new FakeShop());
    queues = openQueues({
      store: { kind: 'postgres', url: db.url },
      platforms: ['fake'],
      onError: () => undefined,
    });
  });
  afterAll(async () => {
    await queues.close();
    await db.close();
  });
  beforeEach(async () => {
    for (const { id } of await queues.schedules()) await queues.removeSchedule(id);
    await db.engine.warehouse.query(`update runs set state = 'cancelled' where state <> 'cancelled'`);
    connection = await db.connect();
    declared = declaredSchedules([connection], [platform], new Map(), []);
    db.logged.length = 0;
  });

  const doors = () => ({ warehouse: db.engine.warehouse, queues, logger: db.engine.logger });
  const pass = (now = NOW, want = declared) => reconcile(doors(), want, now);
  const nothing = {
    added: 0,
    changed: 0,
    removed: 0,
    revived: 0,
    enqueued: 0,
    reaped: 0,
    readded: 0,
    dead: [],
  };
  const runs = () =>
    db.engine.warehouse.query<{ id: string; state: string; stream: string; slot: Date }>(
      'select id, state, stream, slot from runs where connection_id = $1 order by stream desc, slot',
      [connection.id],
    );
  const cadences = async () =>
    Object.fromEntries((await queues.schedules()).map(({ id, cadence }) => [id, cadence]));

  it('adds what is missing, with a run for the slot that is due, and then finds nothing to do', async () => {
    expect(await pass()).toEqual({ ...nothing, added: 2, enqueued: 2 });
    expect(await cadences()).toEqual({
      [`fake.things@${connection.id}`]: { every: minutes(15) },
      [`fake.heap@${connection.id}`]: { every: minutes(15) },
    });
    const made = await runs();
    expect(made).toMatchObject([
      { stream: 'fake.things', state: 'queued', slot: NOW },
      { stream: 'fake.heap', state: 'queued', slot: NOW },
    ]);
    for (const { id } of made) expect(await queues.runState('fake', id)).toBe('open');
    expect(await pass()).toEqual(nothing);
    expect(await pass(later(NOW, minutes(15) - 1))).toEqual(nothing);
  });

  it('changes what is otherwise and removes what nobody declares', async () => {
    await pass();
    const [first] = declared;
    const want = [{ ...first!, cadence: { pattern: '0 3 * * *' } }];
    expect(await pass(NOW, want)).toMatchObject({ added: 0, changed: 1, removed: 1 });
    expect(await cadences()).toEqual({ [first!.id]: { pattern: '0 3 * * *' } });
    expect(await pass(NOW, [])).toMatchObject({ removed: 1 });
    expect(await queues.schedules()).toEqual([]);
  });

  it('revives a schedule that died in silence', async () => {
    await pass();
    const late = later(new Date(), minutes(46));
    expect(await pass(late)).toMatchObject({ revived: 2 });
    expect(db.logged.join()).toContain('schedule revived');
  });

  it('replaces the waiting run of an older slot, and takes its job away', async () => {
    await pass();
    const [old] = await runs();
    expect(await pass(later(NOW, minutes(15)))).toMatchObject({ enqueued: 2 });
    expect((await runs()).map(({ state }) => state)).toEqual(['cancelled', 'queued', 'cancelled', 'queued']);
    expect(await queues.runState('fake', old!.id)).toBe('missing');
  });

  it.each([
    ['stands in the middle', `pages = 3`],
    ['has a place to go on from', `place = '"page 2"'`],
    ['is throttled', `state = 'snoozed'`],
    ['was taken from a dead worker', `pages = 3, attempt = 1`],
  ])('keeps a waiting run that %s, and makes the newest slot after its end', async (_, set) => {
    const due = declared.slice(0, 1);
    await pass(NOW, due);
    const [begun] = await runs();
    await db.engine.warehouse.query(`update runs set ${set} where id = $1`, [begun!.id]);
    for (const slots of [1, 2])
      expect(await pass(later(NOW, slots * minutes(15)), due)).toMatchObject({ enqueued: 0 });
    expect((await runs()).map(({ id }) => id)).toEqual([begun!.id]);
    expect(await queues.runState('fake', begun!.id)).toBe('open');
    await db.engine.warehouse.query(`update runs set state = 'succeeded' where id = $1`, [begun!.id]);
    expect(await pass(later(NOW, minutes(30)), due)).toMatchObject({ enqueued: 1 });
    expect(await runs()).toMatchObject([{ id: begun!.id }, { slot: later(NOW, minutes(30)) }]);
  });

  it('lets a newer slot try at once where a run waits after a failure', async () => {
    const due = declared.slice(0, 1);
    await pass(NOW, due);
    await db.engine.warehouse.query(
      `update runs set pages = 3, attempt = 2, not_before = $2 where connection_id = $1`,
      [connection.id, later(NOW, minutes(60))],
    );
    expect(await pass(later(NOW, minutes(15)), due)).toMatchObject({ enqueued: 1 });
    expect((await runs()).map(({ state }) => state)).toEqual(['queued', 'queued']);
  });

  it('gives a waiting run without a job a new one, not before its time', async () => {
    const run = await db.queue(connection);
    await db.engine.warehouse.query(`update runs set not_before = $2 where id = $1`, [
      run.id,
      later(NOW, minutes(9)),
    ]);
    expect(await pass(NOW, [])).toMatchObject({ readded: 1 });
    expect(await queues.counts('fake')).toMatchObject({ delayed: 1 });
    expect(await pass(NOW, [])).toMatchObject({ readded: 0 });
  });

  it('returns runs of dead workers to the queue', async () => {
    const run = await db.queue(connection);
    await claimRun(db.engine.warehouse, run.id, { worker: 'lost', leaseMs: 1000, now: NOW });
    expect(await pass(later(NOW, 999), [])).toMatchObject({ reaped: 0 });
    expect(await pass(later(NOW, 1001), [])).toMatchObject({ reaped: 1, readded: 1 });
    expect(await queues.runState('fake', run.id)).toBe('open');
    expect(db.logged.join()).toContain('its worker lost stopped answering');
  });

  it('is not stopped by runs of a platform that this version does not have', async () => {
    const gone = await db.connect({ platform: 'dropped' });
    await db.queue(gone, { stream: 'dropped.things' });
    expect(await pass()).toMatchObject({ added: 2, enqueued: 2, readded: 0 });
  });

  it('is not stopped by one schedule that cannot be kept', async () => {
    const [first, second] = declared;
    const want = [{ ...first!, cadence: { pattern: 'every day' } }, second!];
    expect(await pass(NOW, want)).toMatchObject({ added: 1, enqueued: 1 });
    expect(Object.keys(await cadences())).toEqual([second!.id]);
    expect(db.logged.join()).toContain('not a cron pattern');
  });

  it('and a second scheduler, asked twenty times at once, make one run of a slot', async () => {
    const other = openQueues({
      store: { kind: 'postgres', url: db.url },
      platforms: ['fake'],
      onError: () => undefined,
    });
    const [due] = declared;
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        enqueueSlot({ ...doors(), queues: i % 2 ? other : queues }, due!, NOW, NOW),
      ),
    );
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await runs()).toHaveLength(1);
    await other.close();
  });

  it('makes whole what a crash between the run and its job left', async () => {
    const [due] = declared;
    await insertRun(
      db.engine.warehouse,
      {
        connectionId: connection.id,
        stream: due!.stream,
        kind: 'incremental',
        trigger: 'schedule',
        slot: NOW,
      },
      NOW,
    );
    expect(await enqueueSlot(doors(), due!, NOW, NOW)).toBe(false);
    expect(await pass(NOW, [due!])).toMatchObject({ readded: 1, enqueued: 0 });
  });
});

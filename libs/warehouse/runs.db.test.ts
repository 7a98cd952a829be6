import { describeDb } from '../../tests/postgres.js';
import type { ConnectionRow } from './rows.js';
import { isFinished, statesBefore, type RunState } from './run-states.js';
import {
  cancelRun,
  claimRun,
  endAttempt,
  findRun,
  fixWindow,
  insertRun,
  LeaseLost,
  logRun,
  reapRuns,
  renewLease,
  requeueRun,
} from './runs.js';
import { recentRuns, waitingRuns } from './run-list.js';
import { supersedeQueued } from './slots.js';
import { NOW, openTestWarehouse, type TestWarehouse } from './testing/open.js';

const STATES: readonly RunState[] = ['queued', 'running', 'snoozed', 'succeeded', 'failed', 'cancelled'];
const in_ = (ms: number): Date => new Date(NOW.getTime() + ms);
const LEASE = 60_000;

describeDb('runs', () => {
  let db: TestWarehouse;
  let connection: ConnectionRow;
  beforeAll(async () => {
    db = await openTestWarehouse(20);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    await db.warehouse.query(`update runs set state = 'cancelled' where state <> 'cancelled'`);
    connection = await db.connect();
  });

  const claim = (id: string, now = NOW, worker = 'worker 1') =>
    claimRun(db.warehouse, id, { worker, leaseMs: LEASE, now });
  const claimed = async (id: string, now = NOW) => {
    const got = await claim(id, now);
    if ('refused' in got) throw new Error(`refused: ${got.refused}`);
    return got.run;
  };
  const stateOf = async (id: string) => (await findRun(db.warehouse, id))?.state;
  const put = (id: string, state: RunState) =>
    db.warehouse.query(`update runs set state = $2, lease_until = $3 where id = $1`, [
      id,
      state,
      state === 'running' ? in_(LEASE) : null,
    ]);

  describe('a slot', () => {
    const slot = (at: Date) =>
      insertRun(
        db.warehouse,
        {
          connectionId: connection.id,
          stream: 'fake.things',
          kind: 'incremental',
          trigger: 'schedule',
          slot: at,
        },
        NOW,
      );

    it('has one run, though twenty ask for it at once', async () => {
      const made = await Promise.all(Array.from({ length: 20 }, () => slot(NOW)));
      expect(made.filter((run) => run !== null)).toHaveLength(1);
    });

    it('is no matter for runs made by hand', async () => {
      const made = [await db.queue(connection), await db.queue(connection)];
      expect(new Set(made.map((run) => run.id)).size).toBe(2);
    });

    it('that is newer replaces the older ones that still wait, and nothing else', async () => {
      const older = (await slot(in_(-2)))!;
      const retrying = (await slot(in_(-1)))!;
      await db.warehouse.query('update runs set attempt = 1 where id = $1', [retrying.id]);
      const byHand = await db.queue(connection);
      const elsewhere = await db.queue(await db.connect(), { trigger: 'schedule', slot: in_(-9) });
      const newest = (await slot(NOW))!;
      expect(await supersedeQueued(db.warehouse, newest, NOW)).toEqual([older.id]);
      expect(await findRun(db.warehouse, older.id)).toMatchObject({
        state: 'cancelled',
        finishedAt: NOW,
        reason: 'a newer slot replaced it',
      });
      for (const run of [retrying, byHand, elsewhere, newest]) expect(await stateOf(run.id)).toBe('queued');
      expect(await supersedeQueued(db.warehouse, older, NOW)).toEqual([]);
    });
  });

  describe('a claim', () => {
    it('goes to one of fifty that ask at once', async () => {
      const run = await db.queue(connection);
      const got = await Promise.all(Array.from({ length: 50 }, (_, i) => claim(run.id, NOW, `worker ${i}`)));
      const winners = got.filter((one) => 'run' in one);
      expect(winners).toHaveLength(1);
      expect(winners[0]).toMatchObject({ run: { state: 'running', lease: 1, attempt: 1, startedAt: NOW } });
      for (const one of got) if ('refused' in one) expect(one.refused).toBe('held');
    });

    it('is given for one of two runs of a stream, the other learns who holds it', async () => {
      const runs = [await db.queue(connection), await db.queue(connection)];
      const got = await Promise.all(runs.map((run) => claim(run.id)));
      expect(got.filter((one) => 'run' in one)).toHaveLength(1);
      expect(got.find((one) => 'refused' in one)).toEqual({
        refused: 'held',
        until: in_(LEASE),
        by: 'worker 1',
      });
    });

    it('of a newer slot waits for the end of a reading that stands in the middle, and of nothing else', async () => {
      const slot = (at: Date) => db.queue(connection, { trigger: 'schedule', slot: at });
      const long = await slot(in_(-2));
      const { lease } = await claimed(long.id);
      const newer = await slot(NOW);
      // Its time slice is over: whoever asks first has the stream.
      await endAttempt(
        db.warehouse,
        { id: long.id, lease },
        { state: 'queued', now: NOW, busyMs: 1, uncounted: true },
      );
      await db.warehouse.query('update runs set pages = 3 where id = $1', [long.id]);
      expect(await claim(newer.id)).toMatchObject({
        refused: 'turn',
        by: `run ${long.id} of its stream has begun and goes on first`,
      });
      const byHand = await db.queue(connection);
      await put((await claimed(byHand.id)).id, 'succeeded');
      // One that failed has no turn of its own until its wait is over.
      await db.warehouse.query('update runs set attempt = 1, not_before = $2 where id = $1', [
        long.id,
        in_(9),
      ]);
      await claimed(newer.id);
      await put(newer.id, 'queued');
      await db.warehouse.query('update runs set pages = 1 where id = $1', [newer.id]);
      await claimed(long.id);
    });

    it('is free on other streams and connections', async () => {
      await claimed((await db.queue(connection)).id);
      await claimed((await db.queue(connection, { stream: 'fake.others' })).id);
      await claimed((await db.queue(await db.connect())).id);
    });

    it('is refused for a run that is missing or finished', async () => {
      expect(await claim('none')).toEqual({ refused: 'missing', until: null, by: null });
      const run = await db.queue(connection);
      for (const state of STATES.filter(isFinished)) {
        await put(run.id, state);
        expect(await claim(run.id)).toMatchObject({ refused: 'finished' });
      }
    });

    it('lapses with its lease and passes to the next, under a higher number', async () => {
      const run = await db.queue(connection);
      await claimed(run.id);
      expect(await claim(run.id, in_(LEASE), 'worker 2')).toMatchObject({ refused: 'held' });
      expect(await claim(run.id, in_(LEASE + 1), 'worker 2')).toMatchObject({
        run: { lease: 2, attempt: 2, worker: 'worker 2', startedAt: NOW },
      });
    });

    it('takes away what the last attempt left', async () => {
      const run = await db.queue(connection);
      const first = await claimed(run.id);
      await endAttempt(db.warehouse, first, {
        state: 'queued',
        now: NOW,
        busyMs: 5,
        notBefore: in_(9),
        reason: 'why',
        failure: 'what',
        failureKind: 'transient',
      });
      expect(await findRun(db.warehouse, run.id)).toMatchObject({ failure: 'what', notBefore: in_(9) });
      expect(await claimed(run.id)).toMatchObject({
        failure: null,
        failureKind: null,
        reason: null,
        notBefore: null,
        attempt: 2,
      });
    });
  });

  describe('a lease', () => {
    it('is renewed by its holder alone', async () => {
      const run = await db.queue(connection);
      const old = await claimed(run.id);
      await renewLease(db.warehouse, old, in_(2 * LEASE));
      expect(await findRun(db.warehouse, run.id)).toMatchObject({ leaseUntil: in_(2 * LEASE) });
      const [reaped] = await reapRuns(db.warehouse, in_(3 * LEASE));
      expect(reaped).toMatchObject({ id: run.id });
      await expect(renewLease(db.warehouse, old, in_(9 * LEASE))).rejects.toThrow(LeaseLost);
      await expect(
        endAttempt(db.warehouse, old, { state: 'succeeded', now: NOW, busyMs: 0 }),
      ).rejects.toThrow(LeaseLost);
      await fixWindow(db.warehouse, old, { from: NOW, to: NOW });
      expect(await findRun(db.warehouse, run.id)).toMatchObject({ state: 'queued', windowTo: null });
    });

    it('that died returns its run to the queue, with a line in its log', async () => {
      const dead = await claimed((await db.queue(connection)).id);
      const alive = await claimed((await db.queue(await db.connect())).id, in_(1));
      expect(await reapRuns(db.warehouse, in_(LEASE))).toEqual([]);
      const reaped = await reapRuns(db.warehouse, in_(LEASE + 1));
      expect(reaped.map((run) => run.id)).toEqual([dead.id]);
      expect(reaped[0]).toMatchObject({ state: 'queued', worker: null, lease: 2, attempt: 1 });
      expect(reaped[0]?.reason).toBe('its worker worker 1 stopped answering');
      expect(await stateOf(alive.id)).toBe('running');
      const logs = await db.warehouse.query('select level, message from run_logs where run_id = $1', [
        dead.id,
      ]);
      expect(logs).toEqual([
        {
          level: 'warn',
          message: 'its worker worker 1 stopped answering; the run goes on from its last page',
        },
      ]);
    });
  });

  describe('states', () => {
    it.each(STATES.filter((to) => to !== 'running'))(
      'an attempt ends as %s only out of running',
      async (to) => {
        for (const from of STATES) {
          const run = await db.queue(await db.connect());
          const held = await claimed(run.id);
          await put(run.id, from);
          const end = endAttempt(db.warehouse, held, { state: to, now: in_(7), busyMs: 3.6, calls: 2 });
          if (from !== 'running') {
            await expect(end).rejects.toThrow(LeaseLost);
            expect(await stateOf(run.id)).toBe(from);
            continue;
          }
          await end;
          expect(await findRun(db.warehouse, run.id)).toMatchObject({
            state: to,
            worker: null,
            leaseUntil: null,
            calls: 2,
            busyMs: '4',
            finishedAt: isFinished(to) ? in_(7) : null,
          });
        }
      },
    );

    it('move along the list and nowhere else', () => {
      const allowed = STATES.flatMap((to) => statesBefore(to).map((from) => `${from} → ${to}`));
      expect(allowed.sort()).toEqual([
        'cancelled → queued',
        'failed → queued',
        'failed → succeeded',
        'queued → cancelled',
        'queued → failed',
        'queued → running',
        'running → cancelled',
        'running → failed',
        'running → queued',
        'running → snoozed',
        'running → succeeded',
        'snoozed → cancelled',
        'snoozed → failed',
        'snoozed → queued',
        'snoozed → running',
      ]);
    });

    it.each(STATES)(
      'a run that is %s is claimed, cancelled and retried by hand as the list says',
      async (from) => {
        const fresh = async (): Promise<string> => {
          const run = await db.queue(await db.connect());
          await put(run.id, from);
          return run.id;
        };
        const toClaim = await fresh();
        expect('run' in (await claim(toClaim))).toBe(statesBefore('running').includes(from));
        const toCancel = await fresh();
        const open = statesBefore('cancelled').includes(from);
        expect(await cancelRun(db.warehouse, toCancel, 'not wanted', NOW)).toBe(open);
        expect(await stateOf(toCancel)).toBe(open ? 'cancelled' : from);
        const toRetry = await fresh();
        if (from === 'failed' || from === 'cancelled')
          expect(await requeueRun(db.warehouse, toRetry, in_(5))).toMatchObject({
            state: 'queued',
            attempt: 0,
            finishedAt: null,
            queuedAt: in_(5),
          });
        else
          await expect(requeueRun(db.warehouse, toRetry, NOW)).rejects.toThrow(
            `run ${toRetry} is ${from}: only failed or cancelled runs can be retried`,
          );
      },
    );

    it('a snooze gives its attempt back, a retry does not', async () => {
      const run = await db.queue(connection);
      await endAttempt(db.warehouse, await claimed(run.id), {
        state: 'snoozed',
        now: NOW,
        busyMs: 1,
        uncounted: true,
      });
      expect(await findRun(db.warehouse, run.id)).toMatchObject({ attempt: 0, state: 'snoozed' });
      await endAttempt(db.warehouse, await claimed(run.id), { state: 'queued', now: NOW, busyMs: 1 });
      expect(await findRun(db.warehouse, run.id)).toMatchObject({ attempt: 1, busyMs: '2' });
    });
  });

  it('says where to look when a run to retry is not there', async () => {
    await expect(requeueRun(db.warehouse, 'none', NOW)).rejects.toThrow(
      'there is no run none; list them with: npx stratus runs',
    );
  });

  it('lists what waits, oldest first, and what happened, newest first', async () => {
    const first = await db.queue(connection);
    const second = await db.queue(connection);
    await db.warehouse.query('update runs set queued_at = $2 where id = $1', [second.id, in_(-1000)]);
    const waiting = (await waitingRuns(db.warehouse)).map((run) => run.id);
    expect(waiting.indexOf(second.id)).toBeLessThan(waiting.indexOf(first.id));
    await put(first.id, 'failed');
    await db.warehouse.query('update runs set finished_at = $2 where id = $1', [first.id, in_(86_400_000)]);
    expect((await waitingRuns(db.warehouse)).map((run) => run.id)).not.toContain(first.id);
    const [newest] = await recentRuns(db.warehouse, { limit: 1 });
    expect(newest).toMatchObject({ id: first.id, connection: connection.name });
    const failed = await recentRuns(db.warehouse, { failed: true, limit: 100 });
    expect(failed.every((run) => run.state === 'failed')).toBe(true);
    expect(failed.map((run) => run.id)).toContain(first.id);
  });

  it('keeps a run’s log in order', async () => {
    const run = await db.queue(connection);
    await logRun(db.warehouse, run.id, 'info', 'one');
    await logRun(db.warehouse, run.id, 'error', 'two');
    const logs = await db.warehouse.query('select message from run_logs where run_id = $1 order by id', [
      run.id,
    ]);
    expect(logs).toEqual([{ message: 'one' }, { message: 'two' }]);
  });
});

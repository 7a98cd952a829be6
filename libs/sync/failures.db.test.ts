import { Failure, later, minutes } from '#kernel';
import {
  findFailure,
  ignoreQuarantined,
  findQuarantined,
  listFailures,
  markFailure,
  membersOf,
  requeueRun,
  retryable,
  type ConnectionRow,
  type FailureRow,
} from '#warehouse';
import { NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop, manyThings, thing } from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';

describeDb('the error desk', () => {
  const shop = new FakeShop();
  let db: TestEngine;
  let connection: ConnectionRow;
  beforeAll(async () => {
    db = await openTestEngine(fakePlatform(), shop);
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    await db.engine.warehouse.query('delete from failures');
    await db.engine.warehouse.query('delete from connections');
    connection = await db.connect();
    shop.things = manyThings(3);
    shop.script = () => undefined;
    db.clock.now = NOW;
  });

  const all = () => listFailures(db.engine.warehouse, { states: ['open', 'resolved', 'ignored'] });
  const only = async (): Promise<FailureRow> => {
    const found = await all();
    expect(found).toHaveLength(1);
    return found[0]!;
  };
  const run = async (on = connection, more = {}) => db.finish(await db.queue(on, more));
  const missing = () => shop.reply(404, { error: 'no such shop' });
  const broken = (n: number, more: object = {}) => ({ ...thing(n), qty: 'many', ...more });

  it('groups runs that fail for one cause, whichever connection they are on', async () => {
    shop.script = missing;
    const first = await run();
    db.clock.now = later(NOW, minutes(5));
    const second = await run(await db.connect());
    expect(first).toMatchObject({ state: 'failed', fingerprint: second.fingerprint });
    expect(await only()).toMatchObject({
      fingerprint: first.fingerprint,
      kind: 'refused',
      platform: 'fake',
      stream: 'fake.things',
      operation: 'fake.things',
      message: expect.stringContaining('404: what was asked for does not exist') as string,
      state: 'open',
      count: '2',
      runs: 2,
      records: 0,
      firstSeenAt: NOW,
      lastSeenAt: later(NOW, minutes(5)),
      example: { run: second.id, message: second.failure },
    });
  });

  it('keeps causes apart, and counts only runs that ended', async () => {
    shop.script = missing;
    await run();
    shop.script = () => shop.reply(200, { things: 'none' });
    await run();
    let busy = 2;
    shop.script = () => (busy-- > 0 ? shop.reply(503, 'busy') : undefined);
    expect(await run()).toMatchObject({ state: 'succeeded' });
    shop.script = missing;
    await run();
    expect((await all()).map(({ kind, count, state }) => [kind, count, state]).sort()).toEqual([
      ['bug', '1', 'resolved'],
      ['refused', '2', 'open'],
    ]);
  });

  it('resolves a group when a later run of the same stream and connection brought it, and reopens it', async () => {
    const other = await db.connect();
    shop.script = missing;
    const failed = await run();
    await run(other);
    shop.script = () => undefined;
    await run();
    // The other connection's is still to be mended.
    expect(await only()).toMatchObject({ state: 'open', runs: 1 });
    await run(other, { dry: true });
    expect(await only()).toMatchObject({ state: 'open', runs: 1 });
    db.clock.now = later(NOW, minutes(5));
    await run(other);
    expect(await only()).toMatchObject({
      state: 'resolved',
      runs: 0,
      resolvedAt: db.clock.now,
      resolvedBy: null,
    });
    expect(await db.find(failed)).toMatchObject({ state: 'failed', mendedAt: NOW });
    expect(await retryable(db.engine.warehouse, {})).toEqual({ runs: [], covered: 0 });
    shop.script = missing;
    await run();
    expect(await only()).toMatchObject({ state: 'open', reopened: 1, count: '3', runs: 1, resolvedAt: null });
  });

  it('resolves it as well when the run itself goes again and succeeds', async () => {
    shop.script = missing;
    const failed = await run();
    await requeueRun(db.engine.warehouse, failed.id, NOW);
    expect(await only()).toMatchObject({ state: 'open', runs: 1 });
    shop.script = () => undefined;
    expect(await db.finish(failed)).toMatchObject({ state: 'succeeded', fingerprint: failed.fingerprint });
    expect(await only()).toMatchObject({ state: 'resolved', runs: 0 });
  });

  it('leaves a past range open until one that holds it was read', async () => {
    const days = (from: string, to: string) => ({
      kind: 'backfill' as const,
      windowFrom: new Date(`2026-11-${from}T00:00:00Z`),
      windowTo: new Date(`2026-11-${to}T00:00:00Z`),
    });
    shop.script = missing;
    await run(connection, days('02', '04'));
    shop.script = () => undefined;
    await run();
    await run(connection, days('03', '05'));
    expect(await only()).toMatchObject({ state: 'open' });
    await run(connection, days('01', '04'));
    expect(await only()).toMatchObject({ state: 'resolved' });
  });

  it('takes a run that fails for another cause out of its first group', async () => {
    shop.script = missing;
    const failed = await run();
    await requeueRun(db.engine.warehouse, failed.id, NOW);
    shop.script = () => shop.reply(200, { unheard: 'of' });
    await db.finish(failed);
    expect((await all()).map(({ kind, state, runs }) => [kind, state, runs]).sort()).toEqual([
      ['bug', 'open', 1],
      ['refused', 'resolved', 0],
    ]);
  });

  it('lets an ignored group count on, and a resolved one stay until it comes back', async () => {
    shop.script = missing;
    const { fingerprint } = await run();
    const by = { by: 'ann', at: NOW };
    await markFailure(
      db.engine.warehouse,
      fingerprint!,
      { state: 'ignored', note: 'the shop is closed' },
      by,
    );
    await run();
    expect(await only()).toMatchObject({
      state: 'ignored',
      count: '2',
      reopened: 0,
      note: 'the shop is closed',
    });
    expect(await listFailures(db.engine.warehouse, { states: ['open'] })).toEqual([]);
    shop.script = () => undefined;
    await run();
    expect(await only()).toMatchObject({ state: 'ignored', runs: 0 });
    await markFailure(db.engine.warehouse, fingerprint!, { state: 'resolved' }, by);
    expect(await only()).toMatchObject({ state: 'resolved', resolvedBy: 'ann', note: 'the shop is closed' });
    expect(
      await db.engine.warehouse.query(`select actor, action, subject from audit_log order by id`),
    ).toEqual([
      { actor: 'ann', action: 'failure.ignored', subject: fingerprint },
      { actor: 'ann', action: 'failure.resolved', subject: fingerprint },
    ]);
  });

  it('groups records by what is wrong with them, and resolves when the last has landed', async () => {
    shop.things = [broken(1), broken(2), { ...thing(3), price: 'free' }, thing(4)];
    expect(await run()).toMatchObject({ state: 'succeeded', quarantined: 3 });
    const groups = await all();
    expect(groups.map(({ count, records, runs, state }) => [count, records, runs, state]).sort()).toEqual([
      ['1', 1, 0, 'open'],
      ['2', 2, 0, 'open'],
    ]);
    const many = groups.find(({ count }) => count === '2')!;
    expect(many).toMatchObject({
      kind: 'record',
      message: 'qty: Invalid input: expected number, received string',
      example: { connectionId: connection.id, record: 't0002' },
    });
    const { records } = await membersOf(db.engine.warehouse, many.fingerprint, 10);
    expect(records.map(({ recordKey }) => recordKey).sort()).toEqual(['t0001', 't0002']);
    shop.things = [thing(1), broken(2), thing(3), thing(4)];
    await run();
    expect(await findFailure(db.engine.warehouse, many.fingerprint.slice(0, 8))).toMatchObject({
      state: 'open',
      count: '3',
      records: 1,
    });
    shop.things = manyThings(4);
    await run();
    expect((await all()).map(({ state, records }) => [state, records])).toEqual([
      ['resolved', 0],
      ['resolved', 0],
    ]);
  });

  it('moves a record that is wrong in another way to that group', async () => {
    shop.things = [broken(1)];
    await run();
    shop.things = [{ ...thing(1), price: 'free' }];
    await run();
    expect((await all()).map(({ state, records }) => [state, records]).sort()).toEqual([
      ['open', 1],
      ['resolved', 0],
    ]);
  });

  it('leaves an ignored record aside, whatever comes of it', async () => {
    shop.things = [broken(1)];
    await run();
    const { warehouse } = db.engine;
    const { id } = (await membersOf(warehouse, (await only()).fingerprint, 1)).records[0]!;
    const asked = { by: 'ann', at: NOW };
    await ignoreQuarantined(warehouse, await findQuarantined(warehouse, id), true, asked);
    expect(await only()).toMatchObject({ state: 'resolved' });
    await run();
    expect(await only()).toMatchObject({ state: 'resolved', count: '1' });
    expect(await findQuarantined(warehouse, id)).toMatchObject({ state: 'ignored', times: 2 });
    await ignoreQuarantined(warehouse, await findQuarantined(warehouse, id), false, asked);
    expect(await only()).toMatchObject({ state: 'open', records: 1 });
  });

  it('is told of both where so many records are bad that the run stops', async () => {
    shop.things = manyThings(8).map((one) => broken(1, { id: one.id, updatedAt: one.updatedAt }));
    const ask = await db.queue(connection);
    await db.engine.warehouse.query('update runs set page_size = 8 where id = $1', [ask.id]);
    expect(await db.finish(ask)).toMatchObject({ state: 'failed' });
    expect((await all()).map(({ kind, count }) => [kind, count]).sort()).toEqual([
      ['bug', '1'],
      ['record', '8'],
    ]);
    // And so it is again, though other numbers of records are bad.
    await run();
    expect(await all()).toHaveLength(2);
  });

  it('keeps no secret in its example', async () => {
    shop.script = () => {
      throw new Failure('refused', 'no', { detail: 'access_token=abcdefgh12345 is wrong' });
    };
    await run();
    expect(JSON.stringify(await only())).not.toContain('abcdefgh12345');
  });

  it('takes groups from many transactions at once without a deadlock, and counts each', async () => {
    const connections = await Promise.all(Array.from({ length: 8 }, () => db.connect()));
    const wrong = [{ qty: 'x' }, { qty: null }, { name: 1 }, { price: 'free' }];
    shop.things = wrong.map((one, i) => ({ ...thing(i), ...one }));
    await Promise.all(connections.map((on) => run(on)));
    shop.things = wrong.map((_, i) => thing(i));
    await Promise.all(connections.map((on) => run(on)));
    expect((await all()).map(({ count, state }) => [count, state])).toEqual(
      wrong.map(() => ['8', 'resolved']),
    );
  });

  it.each([
    ['xyz', 'is no fingerprint'],
    ['abc', 'is no fingerprint'],
    ['0000', 'no failure'],
  ])('answers %s in words', async (prefix, said) => {
    await expect(findFailure(db.engine.warehouse, prefix)).rejects.toThrow(said);
  });
});

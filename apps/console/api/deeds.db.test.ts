import { platforms } from '#catalog';
import { beat, listConnections, listStreamStates } from '#warehouse';
import { describeDb } from '../../../tests/postgres.js';
import { declaredSchedules } from '../../scheduler/declared.js';
import { apiOf, type Api, type ApiReply } from '../testing/api-visitor.js';
import { INSIDE_TARGETS } from '../testing/inside-targets.js';
import { consoleWorld, type ConsoleWorld } from '../testing/console-world.js';

const ORDERS = '/connections/conn_1/streams/shopify.orders';

describeDb('what an operator does through the API', () => {
  let world: ConsoleWorld;
  let operator: Api;
  let admin: Api;
  beforeAll(async () => {
    world = await consoleWorld();
    // The eve of summer time in London.
    world.now = new Date('2026-03-28T12:00:00Z');
    operator = await apiOf(await world.as('operator'));
    admin = await apiOf(await world.as('admin'));
  });
  afterAll(() => world.close());

  const undo = async (reply: { headers: Headers }, by = operator): Promise<number> =>
    (await by.post(`/undo/${reply.headers.get('X-Stratus-Undo')!}`)).status;
  const cadence = async (): Promise<unknown> =>
    declaredSchedules(
      await listConnections(world.warehouse),
      platforms,
      new Map(),
      await listStreamStates(world.warehouse),
    ).find(({ stream }) => stream === 'shopify.orders')?.cadence;

  it('keeps credentials that nobody reads again, and removes a connection by its name alone', async () => {
    const secret = 'shpat_0123456789abcdef0123456789abcdef';
    const added = await admin.post('/connections', {
      platform: 'shopify',
      name: 'second',
      settings: { shop: 'second' },
      credentials: { accessToken: secret },
    });
    expect(added.status).toBe(201);
    const { id } = added.json;
    const renamed = await admin.patch(`/connections/${id}`, { name: 'renamed' });
    expect(renamed.json).toMatchObject({ name: 'renamed', settings: { shop: 'second' } });
    const elsewhere = { baseUrl: 'https://1.1.1.1' };
    for (const other of [elsewhere, { settings: { shop: 'third' } }, { sandbox: true }]) {
      const { status, json } = await admin.patch(`/connections/${id}`, other);
      expect([status, json.errors?.[0].field]).toEqual([409, 'body.credentials']);
    }
    const moved = await admin.patch(`/connections/${id}`, {
      ...elsewhere,
      credentials: { accessToken: secret },
    });
    expect(moved.json.baseUrl).toBe('https://1.1.1.1');
    const sealed = async (): Promise<unknown> =>
      world.warehouse.query('select credentials, renewal from connections where id = $1', [id]);
    const before = await sealed();
    const beside = await admin.patch(`/connections/${id}`, { baseUrl: 'https://1.1.1.1/v2' });
    expect(beside.json.baseUrl).toBe('https://1.1.1.1/v2');
    expect(await sealed()).toEqual(before);
    const { items: told } = (await admin.get('/audit?action=connection.edit&limit=1')).json;
    expect(told[0]).toMatchObject({
      before: { baseUrl: 'https://1.1.1.1' },
      after: { baseUrl: 'https://1.1.1.1/v2' },
    });
    for (const other of ['https://1.1.1.1:8443/v2', null])
      expect((await admin.patch(`/connections/${id}`, { baseUrl: other })).status).toBe(409);
    for (const path of ['/connections', `/connections/${id}`, '/audit', '/settings'])
      expect((await admin.get(path)).text).not.toContain(secret);
    const [row] = await world.warehouse.query<{ sealed: string }>(
      'select credentials as sealed from connections where id = $1',
      [id],
    );
    expect(row!.sealed).not.toContain(secret);
    expect((await admin.get(`/connections/${id}/removal`)).json).toMatchObject({ openRuns: 0, tables: [] });
    expect((await admin.delete(`/connections/${id}?name=second`)).status).toBe(409);
    expect((await admin.delete(`/connections/${id}?name=renamed`)).status).toBe(204);
    expect((await admin.get(`/connections/${id}`)).status).toBe(404);
  });

  it('names the fields of settings that do not fit, and not what was entered', async () => {
    const { status, text, json } = await admin.post('/connections', {
      platform: 'shopify',
      name: 'wrong',
      settings: { shop: 7 },
      credentials: { accessToken: 'planted-token' },
    });
    expect(status).toBe(400);
    expect(json.errors[0].field).toBe('body.settings.shop');
    expect(text).not.toContain('planted');
  });

  const shop = { platform: 'shopify', name: 'inside', settings: { shop: 'inside' } };
  const app = { clientId: 'id', clientSecret: 'planted-client-secret' };
  const credentials = { accessToken: 'planted-access-token' };

  it.each<[door: string, send: (address: string, sandbox: boolean) => Promise<ApiReply>]>([
    [
      'a new connection',
      (baseUrl, sandbox) => admin.post('/connections', { ...shop, credentials, baseUrl, sandbox }),
    ],
    [
      'a connection that is there',
      (baseUrl, sandbox) => admin.patch('/connections/conn_1', { baseUrl, sandbox }),
    ],
    [
      'a sign-in elsewhere',
      (baseUrl, sandbox) => admin.post('/oauth/begin', { ...shop, app, baseUrl, sandbox }),
    ],
    [
      'where tokens are renewed',
      (tokenUrl, sandbox) =>
        admin.post('/oauth/begin', { ...shop, settings: { ...shop.settings, tokenUrl }, app, sandbox }),
    ],
  ])('sends no call inside by way of %s, a stand-in or not', async (door, send) => {
    const places = (): Promise<unknown> =>
      world.warehouse.query(
        'select id, base_url, settings, (select count(*) from oauth_dances) from connections order by id',
      );
    const before = await places();
    const through: string[] = [];
    // What the guard itself says of each of them, `address-guard.test.ts` tells.
    const some = INSIDE_TARGETS.filter((_, i) => i % 8 === 0);
    for (const [sandbox, targets] of [
      [false, door === 'a new connection' ? INSIDE_TARGETS : some],
      [true, some],
    ] as const)
      await Promise.all(
        targets.map(async (target) => {
          const { status, json } = await send(target, sandbox);
          if (status !== 400 || !/^body\.(baseUrl|settings\.tokenUrl)$/.test(json.errors[0].field))
            through.push(`${status} ${target}`);
        }),
      );
    expect(through).toEqual([]);
    expect(await places()).toEqual(before);
  });

  it('pauses a connection, and takes that back', async () => {
    const shown = async (): Promise<string> => (await operator.get('/overview')).json.connections[0].status;
    expect(await shown()).toBe('active');
    const paused = await operator.post('/connections/conn_1/pause');
    expect(await shown()).toBe('paused');
    expect(paused.json).toMatchObject({ status: 'paused', statusReason: 'paused by operator' });
    expect((await operator.post(`${ORDERS}/runs`, {})).status).toBe(409);
    expect(await undo(paused)).toBe(204);
    expect((await operator.get('/connections/conn_1')).json.status).toBe('active');
  });

  it('runs a stream by cron in its own zone, summer and winter, and takes that back', async () => {
    const set = await operator.patch(ORDERS, {
      schedule: { cron: '30 9 * * *', zone: 'Europe/London' },
      lookbackMs: 60_000,
    });
    expect(set.json.nextAt.slice(0, 2)).toEqual(['2026-03-29T08:30:00.000Z', '2026-03-30T08:30:00.000Z']);
    expect(set.json.nextAt).toHaveLength(5);
    expect(set.json.lookbackMs).toBe(60_000);
    expect(await cadence()).toEqual({ pattern: '30 9 * * *', zone: 'Europe/London' });
    expect(await undo(set)).toBe(204);
    expect(await cadence()).toEqual({ every: expect.any(Number) });
    const off = await operator.patch(ORDERS, { enabled: false });
    expect([off.json.heat, off.json.nextAt]).toEqual(['off', []]);
    expect(await cadence()).toBeUndefined();
    await operator.patch(ORDERS, { enabled: null });
  });

  it.each([
    [{ cron: '0 9 * *' }, 'five fields'],
    [{ cron: '0 9 * * *', zone: 'Mars/Olympus' }, 'no time zone'],
    [{ cron: '0 0 30 2 *' }, 'no time fits'],
    [{ everyMs: 10 }, '1000'],
  ])('refuses the schedule %j', async (schedule, said) => {
    const { status, text } = await operator.patch(ORDERS, { schedule });
    expect(status).toBe(400);
    expect(text).toContain(said);
  });

  it('sets a checkpoint back behind a preview, refuses one that moved, and takes it back', async () => {
    const at = '2026-02-01T00:00:00.000Z';
    await world.warehouse.query(
      `insert into checkpoints (connection_id, stream, cursor_at, proven_at, run_id)
       values ('conn_1', 'shopify.orders', $1, $1, 'run_x')`,
      [at],
    );
    const to = '2026-01-01T00:00:00.000Z';
    const { json: preview } = await operator.post(`${ORDERS}/checkpoint/preview`, { to });
    expect(preview).toMatchObject({ checkpointAt: at, to });
    expect(new Date(preview.readsFrom) < new Date(to)).toBe(true);
    expect((await operator.put(`${ORDERS}/checkpoint`, { to, was: at })).status).toBe(403);
    expect((await admin.put(`${ORDERS}/checkpoint`, { to, was: to })).status).toBe(409);
    expect((await admin.put(`${ORDERS}/checkpoint`, { to: '2026-03-01T00:00:00Z', was: at })).status).toBe(
      409,
    );
    const reset = await admin.put(`${ORDERS}/checkpoint`, { to, was: at });
    expect(reset.json.checkpointAt).toBe(to);
    expect(await undo(reset, admin)).toBe(204);
    expect((await operator.get(ORDERS)).json.checkpointAt).toBe(at);
  });

  it('reads a stream now, and cancels and retries what it made', async () => {
    const { status, json } = await operator.post(`${ORDERS}/runs`, {});
    expect(status).toBe(202);
    expect(await world.queues.runState('shopify', json.run)).toBe('open');
    expect((await operator.get(`/runs/${json.run}`)).json.wait.kind).toBe('no-worker');
    expect((await operator.post(`/runs/${json.run}/cancel`)).status).toBe(204);
    expect(await world.queues.runState('shopify', json.run)).toBe('missing');
    expect((await operator.post(`/runs/${json.run}/cancel`)).status).toBe(409);
    expect((await operator.post(`/runs/${json.run}/retry`)).status).toBe(204);
    expect(await world.queues.runState('shopify', json.run)).toBe('open');
    await operator.post(`/runs/${json.run}/cancel`);
  });

  it('cuts a past range into slices after a preview, pauses it and takes the pause back', async () => {
    const range = { from: '2026-01-05T00:00:00Z', to: '2026-02-01T12:00:00Z' };
    expect((await operator.post(`${ORDERS}/backfills/preview`, range)).json.slices).toBe(4);
    const { json: made } = await operator.post(`${ORDERS}/backfills`, range);
    expect(made).toMatchObject({ state: 'running', slices: 4, requestedBy: 'operator' });
    const paused = await operator.post(`/backfills/${made.id}/pause`);
    expect(paused.json.state).toBe('paused');
    expect(await undo(paused)).toBe(204);
    expect((await operator.post(`/backfills/${made.id}/cancel`)).json).toMatchObject({
      state: 'cancelled',
      cancelled: 4,
    });
  });

  it('makes every failed run that is meant go again, and those not begun are failed again on an undo', async () => {
    const failed = await world.failedRun();
    const filter = { stream: 'shopify.orders' };
    expect((await operator.post('/retries/preview', filter)).json.runs).toBe(1);
    const retried = await operator.post('/retries', filter);
    const bulk = `/bulk/${retried.json.id}`;
    expect((await operator.get(bulk)).json).toMatchObject({ state: 'done', done: 1, runs: { open: 1 } });
    expect(await undo(retried)).toBe(204);
    expect((await operator.get(`/runs/${failed.id}`)).json.state).toBe('failed');
    expect((await operator.get(bulk)).json.runs).toMatchObject({ open: 0, failed: 1 });
  });

  it('mends a payload and replays it; a record that was sent anew meanwhile is looked at again', async () => {
    const [record] = await world.warehouse.query<{ id: string }>(
      `insert into quarantine (connection_id, stream, record_key, run_id, page, payload, reason, fingerprint)
       values ('conn_1', 'shopify.orders', 'gid://1', 'run_x', 1, '{"id":1}', 'wrong', '00000000000000ab') returning id`,
    );
    await world.warehouse.query(
      `insert into failures (workspace_id, fingerprint, kind, platform, stream, message, first_seen_at, last_seen_at, count, example)
       values ('default', '00000000000000ab', 'record', 'shopify', 'shopify.orders', 'wrong', now(), now(), 1,
         '{"connectionId":"conn_1","run":"run_x","message":"wrong"}')`,
    );
    const path = `/quarantine/${record!.id}`;
    expect((await operator.put(`${path}/payload`, { payload: { id: 2 }, times: 2 })).status).toBe(409);
    expect((await operator.put(`${path}/payload`, { payload: { id: 2 }, times: 1 })).json.editedBy).toBe(
      'operator',
    );
    expect((await operator.get(path)).json).toMatchObject({ payload: { id: 1 }, edited: { id: 2 } });
    const { json: replay } = await operator.post('/replays', { ids: [record!.id] });
    expect((await operator.get(path)).json.replaying).toBe(true);
    expect((await operator.post(`/bulk/${replay.id}/abort`)).json).toMatchObject({ state: 'aborted' });
    expect((await operator.get(path)).json).toMatchObject({ replaying: false, state: 'open' });
    await operator.post(`${path}/ignore`);
    expect((await operator.get('/failures')).json.items).toEqual([]);
    await operator.post(`${path}/reopen`);
    expect((await operator.get('/failures')).json.items).toHaveLength(1);
  });

  it('says who sees to a failure, with a note, and only of those who are here', async () => {
    const path = '/failures/00000000000000ab';
    expect((await operator.patch(path, { assignedTo: 'nobody' })).json.errors[0].field).toBe(
      'body.assignedTo',
    );
    const { json } = await operator.patch(path, { assignedTo: 'viewer', note: 'asked the shop' });
    expect(json).toMatchObject({ assignedTo: 'viewer', note: 'asked the shop', state: 'open' });
    expect((await operator.patch(path, { state: 'resolved' })).json).toMatchObject({
      state: 'resolved',
      resolvedBy: 'operator',
      note: 'asked the shop',
    });
  });

  it('keeps the books for as many days as an admin says', async () => {
    const days = { calls: 3, logs: 30, audit: 365 };
    expect((await operator.put('/settings/retention', days)).status).toBe(403);
    expect((await admin.put('/settings/retention', days)).json).toEqual(days);
    const { keys } = (await admin.get('/settings')).json;
    expect(keys).toHaveLength(2);
    // What the world's connections are sealed with is no key of this console's.
    expect(keys.map((one: { held: boolean }) => one.held).sort()).toEqual([false, true]);
    expect(keys.find((one: { current: boolean }) => one.current).held).toBe(true);
  });

  it('leaves one line of every deed, with what it was before and after', async () => {
    const { json } = await operator.get('/audit?action=stream&limit=200');
    const set = json.items.find((one: { before: { cron: string } | null }) => one.before?.cron === null);
    expect(set).toMatchObject({ actor: 'operator', subject: 'shopify.orders on demo', outcome: 'done' });
    const { json: marks } = await operator.get(
      '/audit?action=failure.mark&subject=failure 00000000000000ab of shopify.orders',
    );
    expect(marks.items).toHaveLength(2);
  });

  it('shows a worker with what it does', async () => {
    const { id } = await world.run('shopify.products');
    const process = 'host-1';
    await beat(
      world.warehouse,
      { process, part: 'worker', platforms: ['shopify'], slots: 4, leads: false, meters: null },
      world.now,
    );
    await world.warehouse.query(
      `update runs set state = 'running', worker = $2, lease_until = now() where id = $1`,
      [id, process],
    );
    world.now = new Date(world.now.getTime() + 2000);
    const { json } = await operator.get('/overview');
    expect(json.workers).toMatchObject([{ process, slots: 4, runs: [{ id, stream: 'shopify.products' }] }]);
  });
});

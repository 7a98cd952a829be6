import { appRoutes } from '@bull-board/api/dist/routes.js';
import { describeDb } from '../../tests/postgres.js';
import { platforms } from '#catalog';
import { findRun } from '#warehouse';
import { consoleWorld, type ConsoleWorld } from './testing/console-world.js';
import type { Visitor } from './testing/visitor.js';

/** Every route that the installed Bull Board has, as method and path with something in each parameter. */
const ROUTES = [...appRoutes.api, appRoutes.entryPoint].flatMap(({ method, route }) =>
  [method].flat().flatMap((verb) =>
    [route].flat().map((path) => ({
      verb: verb.toUpperCase(),
      path: `/queues${path}`
        .replace(':queueName', 'shopify')
        .replace(':queueStatus', 'failed')
        .replace(/:\w+/, 'some-id'),
    })),
  ),
);
const STATIC = [
  '/queues/static/favicon-32x32.png',
  '/queues/static/js/nothing.js',
  '/queues/static/locales/',
];

describeDb('Bull Board', () => {
  let world: ConsoleWorld;
  let viewer: Visitor;
  let operator: Visitor;
  let token: string;

  beforeAll(async () => {
    world = await consoleWorld();
    viewer = await world.as('viewer');
    operator = await world.as('operator');
    await operator.page('/queues');
    token = operator.cookie('XSRF-TOKEN')!;
  });
  afterAll(() => world?.close());

  const put = (visitor: Visitor, path: string, sent = token): ReturnType<Visitor['send']> =>
    visitor.send('PUT', `/queues/api/queues/${path}`, { headers: { 'X-XSRF-TOKEN': sent } });
  const lastDeed = async (): Promise<object | undefined> => (await world.audited()).at(-1);

  it('has the routes that are known here', () => {
    expect(ROUTES.length).toBeGreaterThan(30);
    expect(ROUTES).toContainEqual({ verb: 'PUT', path: '/queues/api/queues/shopify/some-id/retry' });
  });

  it.each([...ROUTES, ...STATIC.map((path) => ({ verb: 'GET', path }))])(
    'gives a stranger nothing at $verb $path',
    async ({ verb, path }) => {
      for (const written of [path, path.toUpperCase(), path.replace('/queues', '//queues'), `${path}/`]) {
        for (const accept of ['text/html', 'application/json', '*/*']) {
          const reply = await world.visitor().send(verb, written, { headers: { Accept: accept } });
          expect([303, 401]).toContain(reply.status);
          if (reply.status === 303) expect(reply.headers.get('Location')).toMatch(/^\/sign-in/);
          expect(reply.setCookies).toEqual([]);
        }
      }
    },
  );

  it('shows the queues to who is signed in, to a viewer as read-only', async () => {
    const run = await world.run();
    const asked = '/queues/api/queues?activeQueue=shopify&status=latest&page=1&jobsPerPage=10';
    const seen = (await operator.get(asked)).json.queues;
    expect(seen.map((queue: { name: string }) => queue.name)).toEqual([
      ...platforms.map(({ name }) => name),
      'ticks',
    ]);
    expect(seen[0]).toMatchObject({ readOnlyMode: false, allowRetries: true, allowCompletedRetries: false });
    expect(seen[0].jobs.find(({ id }: { id: string }) => id === run.id)).toMatchObject({
      name: 'shopify.orders · demo',
      data: { runId: run.id, connection: 'demo' },
      externalUrl: { href: `/runs/${run.id}` },
    });
    const shown = (await viewer.get(asked)).json.queues;
    expect(shown[0]).toMatchObject({ readOnlyMode: true, allowRetries: false });
  });

  it('answers its page with a policy of its own and asks no other host', async () => {
    const { headers, text } = await operator.page('/queues');
    expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect(headers.get('Content-Security-Policy')).not.toContain('unsafe-eval');
    expect(headers.get('Content-Security-Policy')).not.toContain('googleapis');
    expect(headers.get('X-Powered-By')).toBeNull();
    expect(text).not.toContain('googleapis');
    const script = /src="(static\/js\/main[^"]+)"/.exec(text)![1];
    const file = await operator.get(`/queues/${script}`);
    expect([file.status, file.headers.get('Cache-Control')]).toEqual([200, 'private, max-age=3600']);
  });

  it("keeps the server's details to itself", async () => {
    expect((await operator.get('/queues/api/redis/stats')).status).toBe(403);
  });

  it('gives its client the token of the session in a cookie of its own path', async () => {
    const fresh = await world.as('operator');
    const { setCookies } = await fresh.page('/queues');
    expect(setCookies).toEqual([
      expect.stringMatching(/^XSRF-TOKEN=[\w-]{43}; Path=\/queues; SameSite=Strict$/),
    ]);
    expect(fresh.cookie('XSRF-TOKEN')).toBe(await fresh.token());
  });

  it('refuses every change without the token, and writes it down', async () => {
    const run = await world.failedRun();
    const foreign = (await world.as('operator')).cookie('stratus-session')!;
    for (const sent of ['', 'wrong', foreign]) {
      expect((await put(operator, `shopify/${run.id}/retry`, sent)).status).toBe(403);
      expect(await lastDeed()).toMatchObject({
        actor: 'operator',
        action: 'queues.refused',
        outcome: expect.stringMatching(/^refused \(403\)/),
      });
    }
    const bare = await operator.send('PUT', `/queues/api/queues/shopify/${run.id}/retry`);
    expect(bare).toMatchObject({ status: 403, json: { error: expect.any(String) } });
    expect((await findRun(world.warehouse, run.id))!.state).toBe('failed');
  });

  it('lets a viewer change nothing', async () => {
    const run = await world.failedRun();
    const own = await viewer.token();
    for (const { verb, path } of ROUTES.filter(({ verb }) => verb !== 'GET'))
      expect((await viewer.send(verb, path, { headers: { 'X-XSRF-TOKEN': own } })).status).toBe(403);
    expect((await put(viewer, `shopify/${run.id}/retry`, own)).status).toBe(403);
    expect((await put(viewer, 'shopify/retry/failed', own)).status).toBe(403);
    expect((await findRun(world.warehouse, run.id))!.state).toBe('failed');
    expect(await world.queues.runState('shopify', run.id)).toBe('ended');
  });

  it('refuses an operator everything but a retry, and writes it down', async () => {
    await world.run();
    const before = await world.queues.counts('shopify');
    const changes = ROUTES.filter(
      ({ verb, path }) => verb !== 'GET' && !/\/(retry|retry\/failed)$/.test(path),
    );
    expect(changes.length).toBeGreaterThan(15);
    for (const { verb, path } of [
      ...changes,
      { verb: 'PUT', path: '/queues/api/queues/shopify/retry/completed' },
      { verb: 'DELETE', path: '/queues/api/queues/shopify' },
    ]) {
      const reply = await operator.send(verb, path, { headers: { 'X-XSRF-TOKEN': token } });
      expect([path, reply.status]).toEqual([path, 405]);
      expect(await lastDeed()).toMatchObject({
        action: 'queues.refused',
        subject: `${verb} ${path.slice('/queues'.length)}`,
        outcome: expect.stringMatching(/^refused \(405\)/),
      });
    }
    expect(await world.queues.counts('shopify')).toEqual(before);
  });

  it('makes a failed run go again: its row first, then its job, both from their first attempt', async () => {
    const run = await world.failedRun('the shop was closed');
    expect((await put(operator, `shopify/${run.id}/retry`)).status).toBe(204);
    expect(await findRun(world.warehouse, run.id)).toMatchObject({
      state: 'queued',
      attempt: 0,
      reason: 'retried by hand',
    });
    const { json } = await operator.get(`/queues/api/queues/shopify/${run.id}`);
    expect(json).toMatchObject({ status: 'waiting', job: { attempts: 0 } });
    expect(await lastDeed()).toEqual({
      actor: 'operator',
      action: 'job.retry',
      subject: `shopify/${run.id}`,
      outcome: 'queued again',
    });
  });

  it('says why a job cannot be retried', async () => {
    const waiting = await world.run();
    expect(await put(operator, `shopify/${waiting.id}/retry`)).toMatchObject({
      status: 409,
      json: { error: expect.stringContaining('is waiting') },
    });
    expect((await put(operator, 'shopify/no-such-job/retry')).status).toBe(404);
    expect((await put(operator, 'no-such-queue/x/retry')).status).toBe(404);
    const done = await world.failedRun();
    await world.warehouse.query(`update runs set state = 'succeeded' where id = $1`, [done.id]);
    expect(await put(operator, `shopify/${done.id}/retry`)).toMatchObject({
      status: 409,
      json: { error: expect.stringContaining('succeeded') },
    });
    expect(await world.queues.runState('shopify', done.id)).toBe('ended');
  });

  it('queues the job again where the row waits already: its worker died', async () => {
    const run = await world.failedRun();
    await world.warehouse.query(`update runs set state = 'queued' where id = $1`, [run.id]);
    expect((await put(operator, `shopify/${run.id}/retry`)).status).toBe(204);
    expect(await world.queues.runState('shopify', run.id)).toBe('open');
  });

  it('retries all that failed', async () => {
    await world.warehouse.query(`delete from runs where state = 'failed' or state = 'succeeded'`);
    await put(operator, 'shopify/retry/failed');
    const runs = [await world.failedRun(), await world.failedRun()];
    await world.warehouse.query(`update runs set state = 'succeeded' where id = $1`, [runs[0]!.id]);
    const reply = await put(operator, 'shopify/retry/failed');
    expect(reply.status).toBe(200);
    expect(reply.json.retried).toBeGreaterThanOrEqual(1);
    expect((await findRun(world.warehouse, runs[0]!.id))!.state).toBe('succeeded');
    expect((await findRun(world.warehouse, runs[1]!.id))!.state).toBe('queued');
    expect(await lastDeed()).toMatchObject({
      action: 'queue.retry-failed',
      subject: 'shopify',
      outcome: expect.stringMatching(/^retried \d+, left \d+ as they were$/),
    });
  });

  it('shows no secret that slipped into a message', async () => {
    const run = await world.failedRun('refused with Bearer planted-token-123456 for shpat_0123456789abcdef');
    for (const path of [
      `/queues/api/queues/shopify/${run.id}`,
      '/queues/api/queues?activeQueue=shopify&status=failed&page=1&jobsPerPage=50',
    ]) {
      const { status, text } = await operator.get(path);
      expect(status).toBe(200);
      expect(text).toContain('refused with Bearer [redacted]');
      expect(text).not.toContain('planted-token');
      expect(text).not.toContain('shpat_');
    }
  });
});

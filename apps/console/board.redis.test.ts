import { describeRedis, testRedisUrl } from '../../tests/redis.js';
import { findRun } from '#warehouse';
import { consoleWorld, type ConsoleWorld } from './testing/console-world.js';

describeRedis('the console on Redis', () => {
  let world: ConsoleWorld;

  beforeAll(async () => {
    const url = await testRedisUrl();
    world = await consoleWorld({
      store: { kind: 'redis', url, prefix: 'stratus' },
      options: { mode: 'cluster' },
    });
  });
  afterAll(() => world?.close());

  it('shows the jobs, and makes a failed run go again from the board', async () => {
    const run = await world.failedRun('the shop was closed');
    const operator = await world.as('operator');
    await operator.page('/queues');
    const job = `/queues/api/queues/shopify/${run.id}`;
    expect((await operator.get(job)).json).toMatchObject({
      status: 'failed',
      job: {
        name: 'shopify.orders · demo',
        failedReason: 'the shop was closed',
        stacktrace: ['the shop was closed'],
      },
    });
    const retry = await operator.send('PUT', `${job}/retry`, {
      headers: { 'X-XSRF-TOKEN': operator.cookie('XSRF-TOKEN')! },
    });
    expect(retry.status).toBe(204);
    expect((await operator.get(job)).json).toMatchObject({ status: 'waiting', job: { attempts: 0 } });
    expect(await findRun(world.warehouse, run.id)).toMatchObject({ state: 'queued', attempt: 0 });
  });

  it('keeps the details of the server to itself and counts what waits', async () => {
    const viewer = await world.as('viewer');
    expect((await viewer.get('/queues/api/redis/stats')).status).toBe(403);
    expect((await viewer.get('/api/system/health')).json).toMatchObject({
      status: 'healthy',
      queue: 'connected',
    });
    expect((await viewer.get('/api/system/status')).json.queues.shopify.waiting).toBe(1);
    expect((await viewer.get('/metrics')).text).toContain(
      'stratus_queue_jobs{queue="shopify",state="waiting"} 1',
    );
  });
});

import { connect, createServer, type Socket } from 'node:net';
import { describeDb, testDatabase } from '../../tests/postgres.js';
import { createLogger } from '#telemetry';
import { openWarehouse, warehouseTables } from '#warehouse';
import { countRows } from './row-counts.js';
import { consoleWorld, PASSWORD, type ConsoleWorld } from './testing/console-world.js';

const TOKEN = 'a-metrics-token-of-length';

describeDb('the system routes', () => {
  let world: ConsoleWorld;
  const lines: string[] = [];

  beforeAll(async () => {
    world = await consoleWorld({
      options: { metricsToken: TOKEN },
      logger: createLogger({ level: 'debug', process: 'console', write: (line) => void lines.push(line) }),
    });
    await world.warehouse.query(
      `insert into shopify_customers (connection_id, source_id, customer_id, run_id, payload_hash, deleted_at)
       select 'conn_1', i::text, i::text, 'r', 'h', case when i = 3 then now() end from generate_series(1, 3) i`,
    );
  });
  afterAll(() => world?.close());

  const bearer = { Authorization: `Bearer ${TOKEN}` };

  it('tell everybody that all is well', async () => {
    expect(await world.visitor().get('/api/system/health')).toMatchObject({
      status: 200,
      json: {
        status: 'healthy',
        timestamp: world.now.toISOString(),
        database: 'connected',
        queue: 'connected',
      },
    });
  });

  it('tell the status to a signed-in person or the token, and to nobody else', async () => {
    expect((await world.visitor().get('/api/system/status')).status).toBe(401);
    expect((await world.visitor().get('/api/system/status', { Authorization: 'Bearer wrong' })).status).toBe(
      401,
    );
    expect((await world.visitor().get('/api/system/status', bearer)).status).toBe(200);
    expect((await (await world.as('viewer')).get('/api/system/status')).status).toBe(200);
  });

  it('tell rows, activity, freshness, queues and quarantine', async () => {
    const failed = await world.failedRun('the shop is closed');
    await world.warehouse.query(
      `insert into runs (id, connection_id, stream, kind, trigger, state, records, busy_ms, queued_at, started_at, finished_at)
       values ('well', 'conn_1', 'shopify.products', 'incremental', 'manual', 'succeeded', 23, 45200, $1, $1, $2)`,
      [new Date(world.now.getTime() - 100_000), new Date(world.now.getTime() - 60_000)],
    );
    const { json } = await world.visitor().get('/api/system/status', bearer);
    expect(json).toMatchObject({
      status: 'degraded',
      timestamp: world.now.toISOString(),
      data_counts: { shopify_customers: 2, orders: 0 },
      data_counts_estimated: [],
      quarantine_open: 0,
      queues: { shopify: { failed: 1 } },
    });
    expect(Object.keys(json.data_counts)).toEqual(warehouseTables.map((table) => table.name));
    expect(json.recent_activity).toEqual([
      expect.objectContaining({ run_id: failed.id, status: 'failed', failure: 'the shop is closed' }),
      {
        job_name: 'shopify_products',
        stream: 'shopify.products',
        connection: 'demo',
        status: 'success',
        started_at: new Date(world.now.getTime() - 100_000).toISOString(),
        duration: 45.2,
        records_processed: 23,
        run_id: 'well',
        failure: null,
        why: null,
      },
    ]);
    const streamOf = (name: string): object =>
      json.streams.find(({ stream }: { stream: string }) => stream === name) as object;
    expect(streamOf('shopify.products')).toMatchObject({
      connection: 'demo',
      state: 'succeeded',
      age_seconds: 60,
    });
    expect(streamOf('shopify.orders')).toMatchObject({
      state: 'failed',
      last_success_at: null,
      failure: 'the shop is closed',
    });
    expect(streamOf('shopify.customers')).toMatchObject({ state: 'waiting', age_seconds: null });
  });

  it('give metrics to the token or a signed-in person, not to this machine', async () => {
    expect((await world.visitor().get('/metrics')).status).toBe(401);
    expect((await (await world.as('viewer')).get('/metrics')).status).toBe(200);
    const { status, text, headers } = await world.visitor().get('/metrics', bearer);
    expect(status).toBe(200);
    expect(headers.get('Content-Type')).toContain('text/plain');
    expect(text).toContain('stratus_queue_jobs{queue="shopify",state="failed"} 1');
    expect(text).toContain('stratus_stream_age_seconds{connection="demo",stream="shopify.products"} 60');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('show no secret in any reply or log line', async () => {
    const visitor = await world.as('admin');
    const [run] = await world.warehouse.query<{ id: string }>('select id from runs limit 1');
    const [user] = await world.warehouse.query<{ hash: string }>(
      `select password_hash as hash from users limit 1`,
    );
    const session = visitor.cookie('stratus-session')!;
    const replies = [];
    for (const path of [
      '/',
      '/account',
      `/runs/${run!.id}`,
      '/api/system/status',
      '/metrics',
      '/queues',
      '/queues/api/queues?activeQueue=shopify&status=latest&page=1&jobsPerPage=50',
      '/nothing/here',
    ])
      replies.push((await visitor.page(path)).text);
    await visitor.page(`/sign-in?next=/${TOKEN}`);
    const said = [...replies, ...lines].join('\n');
    expect(lines.some((line) => line.includes('"path":"/sign-in"'))).toBe(true);
    for (const secret of [
      'planted-sealed-credentials',
      'planted-setting',
      PASSWORD,
      TOKEN,
      session,
      user!.hash,
    ])
      expect(said).not.toContain(secret);
  });

  it('answer what is not there, cannot be read or breaks with a page or JSON, and no stack', async () => {
    const visitor = await world.as('viewer');
    expect(await visitor.page('/nothing')).toMatchObject({
      status: 404,
      text: expect.stringContaining('<h1>Not Found'),
    });
    expect(await visitor.get('/api/nothing')).toMatchObject({
      status: 404,
      json: { error: expect.any(String) },
    });
    expect((await visitor.page('/nothing/%E0%A4%A')).status).toBe(404);
    expect((await visitor.page('/queues/nothing')).status).toBe(404);
    await world.warehouse.query('alter table runs rename to hidden_runs');
    const broken = await visitor.get('/api/system/status');
    await world.warehouse.query('alter table hidden_runs rename to runs');
    expect(broken.status).toBe(500);
    expect(broken.text).not.toMatch(/hidden_runs|relation|node_modules| at /);
    expect(lines.join('')).toContain('does not exist');
  });

  it('send strict headers and never their maker', async () => {
    const { headers } = await (await world.as('viewer')).page('/');
    expect(headers.get('Content-Security-Policy')).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';frame-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none'",
    );
    expect(headers.get('Cache-Control')).toBe('no-store');
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('X-Powered-By')).toBeNull();
    expect(headers.get('Strict-Transport-Security')).toBeNull();
  });
});

describeDb('row counts', () => {
  it('count small tables and take the estimate of large ones', async () => {
    const database = await testDatabase();
    const warehouse = await openWarehouse({ url: database.url, applicationName: 'test' });
    try {
      await warehouse.query(
        `insert into shopify_customers (connection_id, source_id, customer_id, run_id, payload_hash)
         select 'c', i::text, i::text, 'r', 'h' from generate_series(1, 500) i`,
      );
      await warehouse.query('analyze shopify_customers');
      expect(await countRows(warehouse, 499)).toMatchObject({
        estimated: ['shopify_customers'],
        counts: { shopify_customers: 500, orders: 0 },
      });
      expect(await countRows(warehouse, 500)).toMatchObject({
        estimated: [],
        counts: { shopify_customers: 500 },
      });
    } finally {
      await warehouse.close();
      await database.drop();
    }
  });
});

describeDb('a console whose database is lost', () => {
  it('says so soon, and serves no page', async () => {
    const world = await consoleWorld();
    const visitor = await world.as('viewer');
    await world.database.drop();
    const started = performance.now();
    const { status, json } = await visitor.get('/api/system/health');
    expect(performance.now() - started).toBeLessThan(2500);
    expect({ status, ...json }).toMatchObject({ status: 'unhealthy', database: 'disconnected' });
    expect((await visitor.get('/api/system/health')).status).toBe(503);
    const page = await visitor.page('/');
    expect(page.status).toBeGreaterThanOrEqual(500);
    expect(page.text).not.toMatch(/stratus_test_| at /);
    await world.close().catch(() => undefined);
  });
});

describeDb('a console whose database is silent', () => {
  it('says so soon, though no connection was refused', async () => {
    const sockets: Socket[] = [];
    let silent = false;
    const real = await testDatabase();
    const target = new URL(real.url);
    const proxy = createServer((client) => {
      const server = connect(Number(target.port), target.hostname);
      sockets.push(client, server);
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const)
        from.on('data', (bytes) => void (silent || to.write(bytes))).on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => proxy.once('listening', resolve));
    const through = new URL(real.url);
    through.port = String((proxy.address() as { port: number }).port);
    const warehouse = await openWarehouse({ url: through.href, applicationName: 'test' });
    const world = await consoleWorld({ options: { warehouse } });
    try {
      expect((await world.visitor().get('/api/system/health')).status).toBe(200);
      silent = true;
      const started = performance.now();
      const replies = await Promise.all([1, 2, 3].map(() => world.visitor().get('/api/system/health')));
      expect(performance.now() - started).toBeLessThan(2500);
      for (const { status, json } of replies)
        expect({ status, ...json }).toMatchObject({
          status: 'unhealthy',
          database: 'disconnected',
          queue: 'connected',
        });
    } finally {
      for (const socket of sockets) socket.destroy();
      await world.close();
      await warehouse.close();
      proxy.close();
      await real.drop();
    }
  });
});

describeDb('starting where something listens already', () => {
  it('fails with the next step and makes no first user that nobody would learn of', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    try {
      await expect(consoleWorld({ options: { port } })).rejects.toThrow(
        /choose another port with PORT or --port/,
      );
    } finally {
      await new Promise((resolve) => taken.close(resolve));
    }
  });
});

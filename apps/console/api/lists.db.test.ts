import { describeDb } from '../../../tests/postgres.js';
import { apiOf, type Api } from '../testing/api-visitor.js';
import { consoleWorld, type ConsoleWorld } from '../testing/console-world.js';
import { liveIn } from '../testing/lived-in.js';

const NOW = new Date();

describeDb('the API of a console in use', () => {
  let world: ConsoleWorld;
  let api: Api;
  beforeAll(async () => {
    world = await consoleWorld();
    world.now = NOW;
    await liveIn(world.warehouse);
    await world.warehouse.query(`insert into workspaces (id, name) values ('other', 'Other')`);
    for (const sql of OTHER) await world.warehouse.query(sql);
    api = await apiOf(await world.as('operator'));
  });
  afterAll(() => world.close());

  it('shows on the overview how every stream stands, what ended, and what is open', async () => {
    const { status, json } = await api.get('/overview');
    expect(status).toBe(200);
    const [books, demo, warehouse] = json.connections;
    expect([books.status, demo.name, warehouse.name]).toEqual(['reconnect', 'demo', 'warehouse']);
    const heatOf = (name: string): string =>
      [...demo.streams, ...warehouse.streams, ...books.streams].find((one) => one.stream === name).heat;
    expect(heatOf('shipbob.orders')).toBe('failing');
    expect(heatOf('shipbob.products')).toBe('waiting');
    expect(heatOf('freeagent.invoices')).toBe('reconnect');
    expect(json.open).toMatchObject({ running: 1, failures: 2, quarantine: 1, alerts: 1, backfills: 1 });
    expect(json.day.failed).toBe(3);
    expect(json.day.moved).toBe(json.day.succeeded * 27 - 2 * 27);
    expect(json.queue).toBe('connected');
  });

  it.each([
    ['/runs', 159],
    ['/runs?state=failed', 3],
    ['/runs?connection=conn_1&stream=shopify.customers', 50],
    ['/runs?cause=refused', 3],
    ['/runs?backfill=backfill_1', 5],
    ['/runs?kind=refresh', 1],
    ['/audit?action=connection', 60],
    ['/failures', 2],
    ['/quarantine', 1],
    ['/backfills', 1],
    ['/backfills/backfill_1/slices', 5],
    ['/alerts', 1],
  ])('gives all of %s, each once, however small its pages are', async (path, count) => {
    const items = await api.all(path, 7);
    expect(new Set(items.map((one) => one.id ?? one.fingerprint)).size).toBe(items.length);
    expect(items).toHaveLength(count);
  });

  it('lists runs from the newest on, and orders from the latest purchase on', async () => {
    const runs = await api.all('/runs', 40);
    const times = runs.map(({ queuedAt }) => queuedAt as string);
    expect(times).toEqual([...times].sort().reverse());
    const { json } = await api.get('/orders?limit=200');
    expect(json.items[0]).toMatchObject({ orderId: '#1001', total: '1.37', currency: 'GBP' });
    const { json: second } = await api.get(`/orders?limit=2&after=${json.next}`);
    expect(second.items[0].orderId).toBe('#1201');
  });

  it('tells how far an open run is, and what was called and said in one that failed', async () => {
    const { json: busy } = await api.get('/runs/run_busy');
    expect(busy.progress.share).toBeCloseTo(0.6, 1);
    expect(busy.why).toContain('lease held by worker worker-1');
    expect(busy.may).toEqual({ retry: false, cancel: true, accept: false });
    const { json: bad } = await api.get('/runs/run_bad1');
    expect(bad.attempts).toMatchObject([{ ended: 'failed', worker: 'worker-1' }]);
    expect((await api.get('/runs/run_bad1/calls')).json.items).toMatchObject([{ status: 403, ms: 181 }]);
    expect((await api.get('/runs/run_bad1/log')).json.items).toHaveLength(2);
  });

  it('tells the trend of a failure by the hour', async () => {
    const { json } = await api.get('/failures/1f2e3d4c5b6a7980');
    expect(json.trend.slice(-5)).toEqual([2, 1, 3, 2, 1]);
    expect(json.members.runs).toHaveLength(3);
  });

  it.each([
    ['number with blanks about it', ' #1001 '],
    ['number with its mark', '#1001'],
    ['SKU', 'TEA-01'],
  ])('finds an order by its %s', async (_, search) => {
    const { json } = await api.get(`/orders?q=${encodeURIComponent(search)}`);
    expect(json.items.map((one: { orderId: string }) => one.orderId)).toEqual(['#1001']);
  });

  it('finds orders by an email in any case, page by page', async () => {
    const { json } = await api.get(`/orders?q=ADA%40example.org&limit=200`);
    expect(json.items).toHaveLength(200);
    expect(json.next).not.toBeNull();
  });

  it('finds every order that holds a SKU, page by page, however many they are', async () => {
    await world.warehouse.query(
      `insert into order_items (connection_id, source_id, parent_source_id, order_id, source, sku, title, qty, price, currency,
         run_id, payload_hash)
       select 'conn_1', 'tea-' || i, i::text, '#' || 1000 + i, 'shopify', 'TEA-02', 'Tea', 1, 4.50, 'GBP', 'run_well1', 'h'
       from generate_series(2, 2501) i`,
    );
    const found: string[] = [];
    for (let after = ''; ;) {
      const { json } = await api.get(`/orders?q=TEA-02&limit=200${after}`);
      found.push(...json.items.map((one: { orderId: string }) => one.orderId));
      if (json.next === null) break;
      after = `&after=${json.next}`;
    }
    expect(found).toEqual(Array.from({ length: 2500 }, (_, i) => `#${1002 + i}`));
  });

  it("tells an order's whole story", async () => {
    const { json } = await api.get('/orders/conn_1/1');
    expect(json.parts.map((part: { table: string }) => part.table)).toEqual([
      'order_items',
      'shopify_customers',
    ]);
    expect(json.parts[0].rows[0]).toMatchObject({ sku: 'TEA-01', price: '4.50', qty: 2 });
    expect(json.events).toMatchObject([{ what: 'bought for 1.37 GBP', sourceId: '1' }]);
  });

  it('counts tables, and finds their rows by what an index begins with alone', async () => {
    const { json } = await api.get('/tables');
    const orders = json.items.find((one: { name: string }) => one.name === 'orders');
    expect(orders).toMatchObject({ rows: 10_000 });
    expect(orders.streams).toContain('shopify.orders');
    const { json: found } = await api.get('/tables/orders/rows?column=order_id&value=%231007');
    expect(found.items).toMatchObject([{ source_id: '7', total: '9.59' }]);
    expect((await api.get('/tables/orders/rows?column=total&value=1')).status).toBe(400);
    expect((await api.get('/tables/orders/rows?column=purchase_date&value=soon')).status).toBe(400);
    expect((await api.get('/tables/users/rows')).status).toBe(404);
  });

  it('exports a table whole, with no cell that a spreadsheet would run', async () => {
    await world.warehouse.query(`update order_items set title = '=1+1' where source_id = 'item-1'`);
    const { text, headers } = await api.get('/tables/order_items/csv');
    expect(headers.get('Content-Type')).toMatch(/^text\/csv/);
    expect(text.split('\r\n')[1]).toContain(",'=1+1,2,");
    const { text: orders } = await api.get('/tables/orders/csv');
    expect(orders.trimEnd().split('\r\n')).toHaveLength(10_001);
  });

  it('shows nothing of another workspace, not even by its id', async () => {
    for (const path of [
      '/connections/conn_o',
      '/connections/conn_o/streams',
      '/runs/run_o',
      '/runs/run_o/calls',
      '/orders/conn_o/1',
      '/failures/0000000000000001',
      '/backfills/backfill_o',
      '/bulk/bulk_o',
      '/quota/conn_o',
    ])
      expect([path, (await api.get(path)).status]).toEqual([path, 404]);
    for (const path of [
      '/overview',
      '/connections',
      '/runs?limit=200',
      '/runs?connection=conn_o',
      '/orders?q=%23secret-1',
      '/failures',
      '/quarantine',
      '/backfills',
      '/alerts',
      '/quota',
      '/tables/orders/rows?connection=conn_o',
      '/audit',
    ])
      expect([path, (await api.get(path)).text.includes('hidden-o')]).toEqual([path, false]);
    const id = (
      await world.warehouse.query<{ id: string }>(`select id from quarantine where connection_id = 'conn_o'`)
    )[0]!.id;
    expect((await api.get(`/quarantine/${id}`)).status).toBe(404);
    expect((await api.post('/replays/preview', { ids: [id] })).json.records).toBe(0);
    expect((await api.post('/retries/preview', {})).json.runs).toBe(1);
  });

  it('tells an open page of every open run, and of its own workspace alone', async () => {
    const visitor = await world.as('viewer');
    const reply = await fetch(`${visitor.url}/api/v1/events`, {
      headers: { Cookie: `stratus-session=${visitor.cookie('stratus-session')!}` },
    });
    expect(reply.headers.get('Content-Type')).toMatch(/^text\/event-stream/);
    let told = '';
    for await (const part of reply.body!) {
      told += Buffer.from(part).toString();
      if (/event: runs\n.*\n\n/.test(told)) break;
    }
    expect(told).toMatch(/^retry: 2000\nevent: hello\n/);
    const [, data] = /event: runs\ndata: (.*)\n/.exec(told)!;
    const runs = JSON.parse(data!) as { id: string; share: number | null }[];
    expect(runs.map(({ id }) => id).sort()).toEqual(['run_busy', 'run_slice3', 'run_slice4', 'run_slice5']);
    expect(runs.find(({ id }) => id === 'run_busy')!.share).toBeCloseTo(0.6, 1);
    expect(told).not.toContain('hidden-o');
  });

  it('answers a page that was told of a change with what is so since, not with what was kept', async () => {
    const failures = async (): Promise<number> => (await api.get('/overview')).json.open.failures;
    const visitor = await world.as('viewer');
    const reply = await fetch(`${visitor.url}/api/v1/events`, {
      headers: { Cookie: `stratus-session=${visitor.cookie('stratus-session')!}` },
    });
    const before = await failures();
    let told = '';
    for await (const part of reply.body!) {
      told += Buffer.from(part).toString();
      if (told.includes('event: runs') && !told.includes('event: changed'))
        await world.warehouse.query(
          `update failures set state = 'resolved', resolved_at = now() where workspace_id = 'default' and fingerprint = 'aaaabbbbccccdddd'`,
        );
      if (/event: changed\ndata: .*failures/.test(told)) break;
    }
    expect(await failures()).toBe(before - 1);
  });

  it('lists what a wizard asks for, with the ways to sign in', async () => {
    const { json } = await api.get('/platforms/shopify');
    expect(json.settings.find((one: { name: string }) => one.name === 'shop').required).toBe(true);
    expect(json.credentials.length).toBeGreaterThan(1);
    expect(json.streams[0]).toMatchObject({ backfill: true, enabled: true });
  });
});

const OTHER = [
  `insert into connections (id, workspace_id, platform, name, credentials) values ('conn_o', 'other', 'shopify', 'hidden-o', 's')`,
  `insert into runs (id, connection_id, stream, kind, trigger, state, failure, fingerprint, finished_at)
   values ('run_o', 'conn_o', 'shopify.orders', 'incremental', 'manual', 'failed', 'hidden-o', '0000000000000001', now())`,
  `insert into failures (workspace_id, fingerprint, kind, platform, stream, message, first_seen_at, last_seen_at, count, example)
   values ('other', '0000000000000001', 'bug', 'shopify', 'shopify.orders', 'hidden-o', now(), now(), 1, '{"connectionId":"conn_o","run":"run_o","message":"hidden-o"}')`,
  `insert into quarantine (connection_id, stream, record_key, run_id, page, payload, reason)
   values ('conn_o', 'shopify.orders', 'hidden-o', 'run_o', 1, '{}', 'hidden-o')`,
  `insert into orders (connection_id, source_id, order_id, source, purchase_date, test, run_id, payload_hash, email)
   values ('conn_o', '1', '#secret-1', 'hidden-o', now(), false, 'run_o', 'h', 'hidden-o')`,
  `insert into backfills (id, connection_id, stream, window_from, window_to, slice, parallel, requested_by)
   values ('backfill_o', 'conn_o', 'shopify.orders', now() - interval '1 day', now(), 'day', 1, 'hidden-o')`,
  `insert into bulk_actions (id, workspace_id, action, filter, total, requested_by, created_at)
   values ('bulk_o', 'other', 'retry', '{}', 1, 'hidden-o', now())`,
  `insert into alerts (workspace_id, key, severity, title, detail, connection_id, first_at, last_at)
   values ('other', 'reconnect/conn_o', 'critical', 'hidden-o', 'hidden-o', 'conn_o', now(), now())`,
  `insert into audit_log (workspace_id, actor, action, outcome) values ('other', 'hidden-o', 'x', 'done')`,
];

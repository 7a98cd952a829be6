import type { Browser, Page, Route } from 'playwright-core';
import { warehouseTables, type Warehouse } from '#warehouse';
import { consoleWorld, PASSWORD, type ConsoleWorld } from '../console/testing/console-world.js';
import { createUser } from '../console/index.js';
import { describeBrowser, follow, testBrowser, UNSEEN } from '../../tests/browser.js';

const LONG = 120_000;
const MANY = 10_000;
/** Of connections each page reads all, again and again: enough to draw them in parts. */
const CROWD = 200;

interface List {
  readonly path: string;
  /** The route of the API that it is read from. */
  readonly from: string;
  readonly row: string;
  /** How many of ten thousand the first page draws. */
  readonly drawn: number;
  /** The button to more of them; none where there are never so many. */
  readonly more: string | null;
  /** What it says of itself in a workspace in which nothing happened yet; null where it is never empty. */
  readonly empty: string | null;
  /** What it hangs under, where that is new. */
  readonly emptyAt?: string;
}

const table = (
  path: string,
  from: string,
  caption: string,
  empty: string,
  more: Partial<List> = {},
): List => ({
  path,
  from,
  row: `table:has(caption:text-is("${caption}")) tbody tr`,
  drawn: 50,
  more: 'Next',
  empty,
  ...more,
});

/** Every list of the console. */
const LISTS: readonly List[] = [
  table('/runs', '/runs?', 'Runs', 'No run yet'),
  table('/runs/run_1', '/runs/run_1/calls', 'Calls', 'No call is kept', {
    drawn: 20,
    emptyAt: '/runs/run_new',
  }),
  table('/runs/run_1', '/runs/run_1/log', 'Log', 'No line is kept', { emptyAt: '/runs/run_new' }),
  table('/backfills', '/backfills?', 'Backfills', 'No backfill yet'),
  table('/backfills/backfill_1', '/backfills/backfill_1/slices', 'Slices', 'No slice is left', {
    emptyAt: '/backfills/backfill_2',
  }),
  table('/errors', '/failures', 'Failures', 'Nothing is open'),
  table('/quarantine', '/quarantine', 'Records in quarantine', 'No record is in quarantine'),
  table('/alerts', '/alerts', 'Alerts', 'All is quiet'),
  table('/orders', '/orders', 'Orders', 'No order yet'),
  table('/tables', '/tables', 'Tables', '', { drawn: warehouseTables.length, more: null, empty: null }),
  table('/tables/orders', '/tables/orders/rows', 'Rows of orders', 'No row yet'),
  table('/audit?action=x', '/audit', 'Audit log', 'No change fits'),
  table('/users', '/users', 'Users', '', { empty: null }),
  table('/account', '/tokens', 'Tokens', 'No token yet'),
];

/** Those that come whole, in a workspace with as many connections. */
const WHOLE: readonly List[] = [
  {
    path: '/connections',
    from: '/connections',
    row: 'main .cards > .card',
    drawn: 50,
    more: 'Show 50 more',
    empty: 'No connection yet',
  },
  {
    path: '/quota',
    from: '/quota',
    row: 'main section',
    drawn: 20,
    more: 'Show 20 more',
    empty: 'No connection yet',
  },
  {
    path: '/',
    from: '/overview',
    row: 'main section[aria-label=Freshness] .card',
    drawn: 30,
    more: 'Show 30 more',
    empty: 'No connection yet',
  },
];

describeBrowser('every list', () => {
  let world: ConsoleWorld;
  let browser: Browser;
  const pages = new Map<string, Page>();
  const signIn = async (workspace: string): Promise<void> => {
    const page = await browser.newPage({ reducedMotion: 'reduce', ...UNSEEN });
    pages.set(workspace, page);
    page.setDefaultTimeout(15_000);
    await page.goto(`${world.console.url}/sign-in`);
    await page.getByLabel('Name').fill('admin');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByLabel('Workspace').fill(workspace);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  };

  beforeAll(async () => {
    world = await consoleWorld({ options: { now: () => new Date() } });
    for (const workspace of ['fresh', 'crowd']) {
      await world.warehouse.query('insert into workspaces (id, name) values ($1, $1)', [workspace]);
      await createUser(world.warehouse, { name: 'admin', password: PASSWORD, role: 'admin', workspace });
    }
    await fill(world.warehouse);
    browser = await testBrowser();
    for (const workspace of ['default', 'fresh', 'crowd']) await signIn(workspace);
  }, LONG);
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  });

  it.each([
    ...LISTS.map((list) => ({ ...list, workspace: 'default' })),
    ...WHOLE.map((list) => ({ ...list, workspace: 'crowd' })),
  ])(
    '$path ($from) shows that it loads, says what to do where it cannot, and goes through thousands by pages',
    async ({ path, from, row, drawn, more, workspace }) => {
      const page = pages.get(workspace)!;
      const held: Route[] = [];
      let answers = false;
      const asked = (url: URL): boolean => `${url.pathname}${url.search}`.startsWith(`/api/v1${from}`);
      await page.route(asked, (route) => (answers ? refuse(route, 500) : void held.push(route)));
      await page.goto(world.console.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.locator('main .skeleton').first().waitFor();
      const rows = page.locator(row);
      expect(await rows.count()).toBe(0);
      answers = true;
      await Promise.all(held.map((route) => refuse(route, 500)));
      const trouble = page.getByRole('alert').filter({ hasText: 'Look into the log of the console' });
      await trouble.waitFor();
      await page.unroute(asked);
      // A list that is asked again every few seconds anyway may be there first.
      const again = trouble.getByRole('button', { name: 'Try again' });
      await again.click({ timeout: 3000 }).catch(() => undefined);
      await rows.nth(drawn - 1).waitFor();
      expect(await rows.count()).toBe(drawn);
      if (more === null) return;
      const first = await rows.first().textContent();
      // The pager of this list: a page may have several.
      const around = rows.first().locator('xpath=ancestor::*[self::section or self::main][1]');
      await (more.startsWith('Show') ? page.locator('main') : around)
        .getByRole('button', { name: more })
        .click();
      if (more.startsWith('Show')) return rows.nth(2 * drawn - 1).waitFor();
      await around.getByText('Page 2').waitFor();
      await rows.filter({ hasText: first! }).waitFor({ state: 'detached' });
      await rows.nth(drawn - 1).waitFor();
      expect(await rows.count()).toBe(drawn);
      expect(await around.getByRole('button', { name: 'Previous' }).isEnabled()).toBe(true);
    },
    LONG,
  );

  it.each([...LISTS, ...WHOLE].filter(({ empty }) => empty !== null))(
    '$path ($from) says where it is empty what that means',
    async ({ path, empty, emptyAt }) => {
      const page = pages.get(emptyAt ? 'default' : 'fresh')!;
      await follow(page, emptyAt ?? path);
      const said = page.locator('.empty', { hasText: empty! });
      await said.waitFor();
      // More than that there is nothing: why, or what to do.
      expect(await said.locator('.quiet').textContent()).toMatch(/\w{3}/);
    },
    LONG,
  );

  it(
    'takes filters away that leave nothing',
    async () => {
      const page = pages.get('default')!;
      for (const path of [
        '/runs?stream=none',
        '/errors?stream=none',
        '/quarantine?state=landed',
        '/audit?actor=none',
      ]) {
        await follow(page, path);
        await page.getByRole('link', { name: 'Clear the filters' }).click();
        await page.locator('main tbody tr').nth(49).waitFor();
        expect(new URL(page.url()).search).toBe('');
      }
    },
    LONG,
  );

  it.each([
    [400, 'Change what is asked for'],
    [403, 'Ask an admin'],
    [404, 'Go back to the list'],
    [429, 'Wait a minute'],
    [500, 'Look into the log of the console'],
    [503, 'asks again by itself'],
  ])(
    'says what to do where the console answers %i',
    async (status, next) => {
      const page = pages.get('fresh')!;
      await page.route('**/api/v1/runs?**', (route) => refuse(route, status));
      await follow(page, `/runs?stream=${status}`);
      const trouble = page.getByRole('alert');
      await trouble.getByText('why').waitFor();
      expect(await trouble.textContent()).toContain(next);
      await page.unroute('**/api/v1/runs?**');
      // A store that was away is asked again by the page itself.
      if (status === 503) await page.getByText('No run fits').waitFor();
    },
    LONG,
  );
});

const refuse = (route: Route, status: number): Promise<void> =>
  route.fulfill({
    status,
    contentType: 'application/problem+json',
    body: '{"title":"No","detail":"why"}',
  });

/** Ten thousand of everything, and many connections. */
async function fill(warehouse: Warehouse): Promise<void> {
  const rows = `generate_series(1, ${MANY}) i`;
  for (const sql of [
    `insert into connections (id, workspace_id, platform, name, credentials)
     select 'conn_crowd' || i, 'crowd', 'shopify', 'shop ' || i, 'sealed' from generate_series(1, ${CROWD}) i`,
    `insert into backfills (id, connection_id, stream, window_from, window_to, slice, parallel, requested_by, created_at)
     select 'backfill_' || i, 'conn_1', 'shopify.orders', now() - interval '9 days', now() - interval '1 day', 'day', 1, 'admin',
       now() - i * interval '1 minute' from ${rows}`,
    `insert into runs (id, connection_id, stream, kind, trigger, state, backfill_id, slice, window_from, window_to, queued_at, finished_at)
     select 'run_' || i, 'conn_1', 'shopify.orders', 'backfill', 'manual', 'succeeded', 'backfill_1', i,
       now() - i * interval '1 day', now() - (i - 1) * interval '1 day', now() - i * interval '1 minute', now() from ${rows}`,
    `insert into runs (id, connection_id, stream, kind, trigger, state) values
       ('run_new', 'conn_1', 'shopify.orders', 'incremental', 'manual', 'queued')`,
    `insert into run_calls (run_id, at, operation, method, path, status, ms, tries)
     select 'run_1', now(), 'Orders', 'POST', '/graphql?' || i, 200, i, 1 from ${rows}`,
    `insert into run_logs (run_id, level, message) select 'run_1', 'info', 'page ' || i from ${rows}`,
    `insert into failures (workspace_id, fingerprint, kind, platform, stream, message, first_seen_at, last_seen_at, count, example)
     select 'default', lpad(to_hex(i), 16, '0'), 'refused', 'shopify', 'shopify.orders', 'refused for reason ' || i, now(),
       now() - i * interval '1 minute', 1, '{"connectionId":"conn_1","run":"run_1","message":"refused"}' from ${rows}`,
    `insert into quarantine (connection_id, stream, record_key, run_id, page, payload, reason)
     select 'conn_1', 'shopify.orders', 'gid://' || i, 'run_1', 1, '{}', 'wrong' from ${rows}`,
    `insert into alerts (workspace_id, key, severity, title, detail, first_at, last_at)
     select 'default', 'key/' || i, 'warning', 'Alert ' || i, 'why', now(), now() from ${rows}`,
    `insert into orders (connection_id, source_id, order_id, source, purchase_date, status, total, currency, test, run_id, payload_hash)
     select 'conn_1', i::text, '#' || i, 'shopify', now() - i * interval '1 minute', 'open', 1.37, 'GBP', false, 'run_1', 'h' from ${rows}`,
    `insert into audit_log (workspace_id, actor, action, subject, outcome)
     select 'default', 'admin', 'x', 'subject ' || i, 'done' from ${rows}`,
    `insert into users (id, workspace_id, name, password_hash, role)
     select 'user_' || i, 'default', 'user ' || i, 'none', 'viewer' from ${rows}`,
    `insert into api_tokens (id, workspace_id, user_id, name, token_hash, role, created_at, expires_at)
     select 'token_' || i, 'default', u.id, 'script ' || i, 'hash ' || i, 'viewer',
       date_trunc('milliseconds', now()) - i * interval '1 minute', now() + interval '1 day'
     from ${rows}, users u where u.name = 'admin' and u.workspace_id = 'default'`,
    'analyze',
  ])
    await warehouse.query(sql);
}

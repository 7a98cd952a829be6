import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { silentLogger } from '#telemetry';
import { beat, notePresence, TAKE_PRESENCE } from '#warehouse';
import { consoleWorld, PASSWORD, type ConsoleWorld } from '../console/testing/console-world.js';
import { liveIn } from '../console/testing/lived-in.js';
import { watchDeadWorkers } from '../scheduler/dead-workers.js';
import { describeBrowser, follow, testBrowser, UNSEEN } from '../../tests/browser.js';
import { PAGES, WINDOWS } from './testing/every-page.js';
import { bareInstants, faults, tooWide, unreachable } from './testing/looks.js';

const LONG = 120_000;

describeBrowser('the pages', () => {
  let world: ConsoleWorld;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What the browser complained about: a blocked style or script, an error of a script, a failed request. */
  const complaints: string[] = [];
  const foreign: string[] = [];
  // For whoever wants to look at them: STRATUS_SCREENSHOTS says where.
  const shots = process.env['STRATUS_SCREENSHOTS'];
  const shoot = async (name: string): Promise<void> => {
    if (shots)
      await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true, animations: 'disabled' });
  };
  const settled = async (heading: string): Promise<void> => {
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  };
  const open = async (path: string, heading: string): Promise<void> => {
    await page.goto(`${world.console.url}${path}`);
    await settled(heading);
  };

  beforeAll(async () => {
    if (shots) mkdirSync(shots, { recursive: true });
    world = await consoleWorld({ options: { now: () => new Date() } });
    world.now = new Date();
    await liveIn(world.warehouse);
    browser = await testBrowser();
    context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      colorScheme: 'light',
      reducedMotion: 'reduce',
      timezoneId: 'Asia/Kolkata',
      ...(shots ? {} : UNSEEN),
    });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(world.console.url)) foreign.push(request.url());
    });
    await page.goto(world.console.url);
    // Who is not signed in is led there, to a field that waits for the name.
    await page.locator('input:focus').waitFor();
    await page.keyboard.type('admin');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await settled('Overview');
  }, LONG);
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  });

  it.each(PAGES)(
    '%s has no serious fault for who cannot see it, in light or dark, and fits a phone',
    async (path, heading) => {
      const name = path === '/' ? 'overview' : path.slice(1).replaceAll(/[/?=]+/g, '-');
      await follow(page, path);
      await settled(heading);
      if (path === '/board')
        await page.frameLocator('iframe').getByText('shopify', { exact: true }).first().waitFor();
      await shoot(name);
      expect(await faults(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      await shoot(`${name}-dark`);
      expect(await faults(page, ['color-contrast'])).toEqual([]);
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 360, height: 740 });
      await shoot(`${name}-phone`);
      expect(await tooWide(page)).toEqual([]);
      await page.setViewportSize({ width: 3840, height: 2160 });
      await shoot(`${name}-4k`);
      expect(await tooWide(page)).toEqual([]);
      expect(await bareInstants(page)).toEqual([]);
      await page.setViewportSize({ width: 1280, height: 900 });
      if (path !== '/board') expect(await unreachable(page, path === '/' ? 'body' : 'main')).toEqual([]);
    },
    LONG,
  );

  it('are all of those that the app knows', () => {
    const app = readFileSync(new URL('app.tsx', import.meta.url), 'utf8');
    const routes = [...app.matchAll(/^  '(\/[^']*)': /gm)].map(([, route]) => route!);
    expect(routes.length).toBeGreaterThan(20);
    const shown = (route: string): boolean =>
      PAGES.some(([path]) => new RegExp(`^${route.replaceAll(/:\w+/g, '[^/?]+')}(\\?|$)`).test(path));
    expect(routes.filter((route) => !shown(route))).toEqual([]);
  });

  it.each(WINDOWS)(
    '%s, %s: a window with no fault for who cannot see it, for the keyboard alone, or on a phone',
    async (path, ...buttons) => {
      await follow(page, String(path));
      await page.locator('main .skeleton').first().waitFor({ state: 'detached' });
      for (const name of buttons) await page.getByRole('button', { name }).first().click();
      await page.getByRole('dialog').waitFor();
      await page.locator('dialog .skeleton').first().waitFor({ state: 'detached' });
      await shoot(`window-${buttons.join('-').replaceAll(/\W+/g, '-')}`);
      expect(await faults(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await faults(page, ['color-contrast'])).toEqual([]);
      await page.emulateMedia({ colorScheme: 'light' });
      expect(await bareInstants(page)).toEqual([]);
      expect(await unreachable(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      await shoot(`window-${buttons.join('-').replaceAll(/\W+/g, '-')}-phone`);
      expect(await tooWide(page)).toEqual([]);
      await page.setViewportSize({ width: 1280, height: 900 });
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    },
    LONG,
  );

  it(
    'lead through the wizard by keyboard alone, whichever way in is chosen',
    async () => {
      await open('/connections/new', 'Add a connection');
      const comeTo = async (what: Locator): Promise<void> => {
        const focused = what.and(page.locator(':focus'));
        for (let i = 0; i < 60 && (await focused.count()) === 0; i++) await page.keyboard.press('Tab');
      };
      await comeTo(page.getByRole('radio').first());
      await page.keyboard.press('Space');
      await page.keyboard.press('Tab');
      await page.keyboard.type('by keyboard');
      await page.keyboard.press('Enter');
      await page.getByText('How Shopify lets us in').waitFor();
      const ways = await page.getByRole('radio').all();
      expect(ways.length).toBeGreaterThan(1);
      for (const [i, way] of ways.entries()) {
        if (i > 0) {
          await comeTo(ways[i - 1]!);
          await page.keyboard.press('ArrowDown');
        }
        expect(await way.isChecked()).toBe(true);
        await shoot(`wizard-way-${i}`);
        expect(await faults(page)).toEqual([]);
        expect(await tooWide(page)).toEqual([]);
        expect(await unreachable(page)).toEqual([]);
      }
    },
    LONG,
  );

  it.each([
    ['/sign-in?next=/runs', 'Sign in'],
    ['/docs', 'The API'],
    ['/nothing', 'Not Found'],
  ])(
    '%s, which stands beside them, neither',
    async (path, heading) => {
      const beside = path.startsWith('/sign-in') ? await browser.newPage() : page;
      await beside.setViewportSize({ width: 1280, height: 900 });
      await beside.goto(world.console.url + path);
      await beside.getByRole('heading', { level: 1, name: heading }).waitFor();
      expect(await faults(beside)).toEqual([]);
      await beside.emulateMedia({ colorScheme: 'dark' });
      expect(await faults(beside, ['color-contrast'])).toEqual([]);
      await beside.emulateMedia({ colorScheme: 'light' });
      expect(await unreachable(beside)).toEqual([]);
      await beside.setViewportSize({ width: 360, height: 740 });
      expect(await tooWide(beside)).toEqual([]);
      await (beside === page ? page.setViewportSize({ width: 1280, height: 900 }) : beside.close());
      complaints.splice(0, complaints.length, ...complaints.filter((one) => !one.includes('404')));
    },
    LONG,
  );

  it(
    'shows within five seconds that a killed worker’s run goes back to the queue, without a reload',
    async () => {
      await beat(
        world.warehouse,
        { process: 'worker-1', part: 'worker', platforms: ['shopify'], slots: 4, leads: false, meters: null },
        new Date(),
      );
      const worker = await presentProcess(world.database.url, 'worker-1');
      await notePresence(world.warehouse, 'worker-1');
      // With the pace of a real scheduler.
      const watch = watchDeadWorkers({
        warehouse: world.warehouse,
        logger: silentLogger,
        now: () => new Date(),
        leads: () => true,
        graceMs: 0,
      });
      await open('/runs/run_busy', 'shopify.orders on demo');
      await page.evaluate('window.same = true');
      await page.locator('main .mark', { hasText: 'running' }).waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      worker.kill('SIGKILL');
      await page.getByText('its worker worker-1 stopped answering').first().waitFor({ timeout: 5000 });
      await page.locator('main .mark', { hasText: 'queued' }).waitFor({ timeout: 1000 });
      expect(await page.evaluate('window.same')).toBe(true);
      await watch.close();
    },
    LONG,
  );

  it(
    'is worked by keyboard alone: past the navigation, into a window and out again, with the focus back where it was',
    async () => {
      await open('/errors/1f2e3d4c5b6a7980', 'ShipBob answered #; check that the token may read orders');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect(new URL(page.url()).hash).toBe('#main');
      const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.textContent');
      for (let i = 0; i < 10 && !(await focused()).startsWith('Retry'); i++) await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByText('1 run would go again; 2 older ones need not').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await focused()).toMatch(/^Retry 3 runs/);
      await page.keyboard.press('Enter');
      await page.getByText('1 run would go again').waitFor();
      for (let i = 0; i < 5 && (await focused()) !== 'Retry all of them'; i++)
        await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByText('1 still to go').waitFor();
      await page.keyboard.press('Escape');
      expect(
        await world.warehouse.query(`select id from runs where bulk_id is not null and state = 'queued'`),
      ).toEqual([{ id: 'run_bad1' }]);
    },
    LONG,
  );

  it(
    'takes back from its corner what was done',
    async () => {
      await open('/connections/conn_1', 'demo');
      const status = async (): Promise<unknown> =>
        (await world.warehouse.query(`select status from connections where id = 'conn_1'`))[0];
      await page.getByRole('button', { name: 'Pause', exact: true }).click();
      await page.locator('main .mark', { hasText: 'paused' }).first().waitFor();
      expect(await status()).toEqual({ status: 'paused' });
      // A window over the page does not stand before it, for the pointer or for the keyboard.
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      const undo = page.getByRole('dialog').getByRole('button', { name: 'Undo' });
      await undo.click({ trial: true });
      const focused = (): Promise<string> => page.evaluate<string>('document.activeElement.textContent');
      for (let i = 0; i < 6 && (await focused()) !== 'Undo'; i++) await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByText('Taken back.').waitFor();
      await page.keyboard.press('Escape');
      await page.locator('main .mark', { hasText: 'active' }).waitFor();
      expect(await status()).toEqual({ status: 'active' });
    },
    LONG,
  );

  it(
    'goes through ten thousand rows a page at a time, and finds one of them',
    async () => {
      await open('/orders', 'Orders');
      const rows = page.getByRole('table', { name: 'Orders' }).getByRole('row');
      expect(await rows.count()).toBe(51);
      await page.getByRole('button', { name: 'Next' }).click();
      await page.getByText('Page 2').waitFor();
      await page.getByRole('link', { name: '#1051' }).waitFor();
      await page.getByRole('searchbox').fill('#10999');
      await page.getByRole('link', { name: '#10999' }).waitFor();
      await page.getByRole('link', { name: '#1051' }).waitFor({ state: 'detached' });
      await page.getByRole('searchbox').fill('nothing of that name');
      await page.getByText('No order fits').waitFor();
    },
    LONG,
  );

  it(
    'says what to do where the console is lost, and goes on by itself',
    async () => {
      await context.route('**/api/v1/audit**', (route) => route.abort());
      await page.goto(`${world.console.url}/audit`);
      await page.getByText('Check that the console runs').waitFor();
      await context.unroute('**/api/v1/audit**');
      await page.getByRole('table', { name: 'Audit log' }).waitFor();
      complaints.splice(0, complaints.length, ...complaints.filter((one) => !one.includes('ERR_FAILED')));
    },
    LONG,
  );

  it(
    'tells times in the zone of the viewer, with UTC on hover, and is large on a very large screen',
    async () => {
      await world.warehouse.query(`update runs set queued_at = '2026-02-03T04:05:06Z' where id = 'run_busy'`);
      await open('/runs/run_busy', 'shopify.orders on demo');
      const queued = page.getByText('3 Feb 2026, 09:35:06');
      expect(await queued.first().getAttribute('title')).toContain('2026-02-03 04:05:06 UTC');
      await page.setViewportSize({ width: 3840, height: 2160 });
      await open('/', 'Overview');
      await shoot('overview-4k');
      expect(
        await page.evaluate('parseFloat(getComputedStyle(document.body).fontSize)'),
      ).toBeGreaterThanOrEqual(20);
      expect(await tooWide(page)).toEqual([]);
      await page.setViewportSize({ width: 1280, height: 900 });
    },
    LONG,
  );

  it(
    'weighs little: the first page comes with less than 120 kB',
    async () => {
      const fresh = await browser.newContext({ storageState: await context.storageState() });
      const first = await fresh.newPage();
      let bytes = 0;
      first.on('requestfinished', (request) => {
        if (!request.url().endsWith('/events'))
          void request.sizes().then(({ responseBodySize }) => (bytes += responseBodySize));
      });
      await first.goto(world.console.url);
      await first.getByText('Freshness').waitFor();
      expect(bytes).toBeLessThan(120_000);
      await fresh.close();
    },
    LONG,
  );

  it('ran no script that a platform or a person planted, complained of nothing and asked no other host', async () => {
    expect(await page.evaluate('window.planted')).toBeUndefined();
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });
});

/** A process that shows its presence as a worker does: by a lock that ends with it, whatever ends it. */
async function presentProcess(databaseUrl: string, name: string): Promise<ChildProcess> {
  const script = `const { Client } = require('pg');
    const client = new Client({ connectionString: process.argv[1] });
    client.connect().then(() => client.query(process.argv[2], [process.argv[3]])).then(() => console.log('here'));`;
  const child = spawn(process.execPath, ['-e', script, databaseUrl, TAKE_PRESENCE, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { describeBrowser, testBrowser } from './browser.js';
import { dataFolder, startStratus, type Running } from './stratus.js';

const LONG = 180_000;

interface Up {
  readonly console: string;
  readonly sandbox: string;
  readonly signIn: { readonly name: string; readonly password: string };
}

/** What a new user does on the first day, in one sitting, with nothing but what the pages say. */
describeBrowser('a new user, from the first sign-in on', () => {
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let up: Running;
  let said: Up;
  let browser: Browser;
  let page: Page;
  // `STRATUS_SCREENSHOTS=docs/img` renews those of the documentation.
  const shots = process.env['STRATUS_SCREENSHOTS'];
  const shoot = async (name: string): Promise<void> => {
    if (shots) await page.screenshot({ path: join(shots, `${name}.png`), animations: 'disabled' });
  };
  const heading = (name: string): Promise<void> => page.getByRole('heading', { level: 1, name }).waitFor();
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const link = (name: string) => page.getByRole('link', { name, exact: true });
  const go = (name: string): Promise<void> =>
    page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name }).click();
  const ends = (state: string): Promise<void> =>
    page.locator('main .card .mark', { hasText: state }).first().waitFor({ timeout: 60_000 });

  beforeAll(async () => {
    if (shots) mkdirSync(shots, { recursive: true });
    folder = await dataFolder();
    up = await startStratus(
      ['up', '--json', '--port', '0', '--orders', '400', '--data', folder.path],
      {},
      /"signIn":/,
    );
    said = JSON.parse(/^\{.*"signIn".*\}$/m.exec(up.output())![0]) as Up;
    browser = await testBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce' });
    page.setDefaultTimeout(30_000);
  }, LONG);
  afterAll(async () => {
    await browser?.close();
    await up?.stop();
    await folder?.remove();
  }, LONG);

  it(
    'signs in with the password that was printed',
    async () => {
      await page.goto(said.console);
      await page.getByLabel('Name').fill(said.signIn.name);
      await page.getByLabel('Password').fill(said.signIn.password);
      await shoot('01-sign-in');
      await button('Sign in').click();
      await heading('Overview');
      await page.getByText('Live', { exact: true }).waitFor();
      await page.getByRole('heading', { name: 'Freshness' }).waitFor();
    },
    LONG,
  );

  it(
    'connects a shop in three steps and watches its first run to the end',
    async () => {
      await go('Connections');
      await link('Add a connection').click();
      await page.getByRole('radio', { name: /Shopify/ }).check();
      await page.getByLabel('Name').fill('my shop');
      await shoot('03-wizard-platform');
      await button('Next: credentials').click();
      await page.getByRole('radio', { name: /Use the sandbox/ }).waitFor();
      await shoot('04-wizard-credentials');
      await button('Connect the sandbox').click();
      await page.getByText('It works').waitFor();
      await page.getByText('read_orders').first().waitFor();
      await shoot('05-wizard-streams');
      await button('Run now shopify.orders').click();
      await page.getByText('is queued.').waitFor();
      await link('Done').click();
      await heading('my shop');
      await page
        .getByRole('table', { name: 'Streams' })
        .getByRole('link', { name: /succeeded/ })
        .first()
        .click({ timeout: 60_000 });
      await ends('succeeded');
      await shoot('06-run');
    },
    LONG,
  );

  it(
    'finds what failed, understands it and puts it back in the queue',
    async () => {
      await fetch(`${said.sandbox}/_sandbox/knobs`, {
        method: 'POST',
        body: JSON.stringify({ faults: [{ kind: 'status', status: 404, next: 1, path: 'graphql' }] }),
      });
      await go('Connections');
      await link('my shop').click();
      await button('Run now shopify.customers').click();
      await page.getByText('is queued.').waitFor();
      await go('Error desk');
      const cause = page.getByRole('table', { name: 'Failures' }).getByRole('link').first();
      await cause.waitFor({ timeout: 60_000 });
      await shoot('07-error-desk');
      await cause.click();
      await page.getByRole('button', { name: /^Retry 1 run/ }).waitFor();
      await shoot('08-failure');
      await page.getByRole('button', { name: /^Retry 1 run/ }).click();
      await page.getByText('1 run would go again').waitFor();
      await button('Retry all of them').click();
      await page.getByText('1 succeeded, 0 failed again').waitFor({ timeout: 60_000 });
      await shoot('09-retried');
      await button('Close').first().click();
    },
    LONG,
  );

  it(
    'backfills a range and sees it done, and everything fresh at one look',
    async () => {
      await go('Connections');
      await link('my shop').click();
      await button('More … shopify.orders').click();
      await button('Backfill a range').click();
      const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
      await page.getByLabel('From').fill(day(30));
      await page.getByLabel('To, that day included').fill(day(10));
      await page.getByText('That is').waitFor();
      await shoot('10-backfill');
      await button('Backfill').click();
      await heading('Backfill of shopify.orders');
      await ends('succeeded');
      await shoot('11-backfilled');
      await go('Overview');
      await page.getByRole('heading', { name: 'Freshness' }).waitFor();
      await page.evaluate(
        `document.querySelectorAll('.toast [aria-label=Close]').forEach((one) => one.click())`,
      );
      await shoot('12-overview');
    },
    LONG,
  );
});

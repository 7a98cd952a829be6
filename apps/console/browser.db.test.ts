import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describeBrowser, testBrowser } from '../../tests/browser.js';
import { findRun } from '#warehouse';
import { consoleWorld, PASSWORD, type ConsoleWorld } from './testing/console-world.js';

const LONG = 60_000;

describeBrowser('the console in a browser', () => {
  let world: ConsoleWorld;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let failedId: string;
  /** What the browser complained about: a blocked style or script, an error of a script. */
  const complaints: string[] = [];
  const foreign: string[] = [];
  // Kept for whoever wants to look; set STRATUS_SCREENSHOTS to choose where.
  const shots = process.env['STRATUS_SCREENSHOTS'] ?? mkdtempSync(join(tmpdir(), 'stratus-console-'));
  const shoot = (name: string): Promise<unknown> =>
    page.screenshot({ path: join(shots, `${name}.png`), fullPage: true, animations: 'disabled' });

  beforeAll(async () => {
    mkdirSync(shots, { recursive: true });
    world = await consoleWorld({ options: { now: () => new Date() } });
    world.now = new Date();
    failedId = (
      await world.failedRun('shopify.orders on demo: the shop answered 403; check the app has read_orders')
    ).id;
    await world.run('shopify.products');
    await world.queues.boards[0]!.add(
      'shopify.customers',
      { runId: 'progress', connection: 'demo' },
      { jobId: 'progress' },
    );
    await (await world.queues.boards[0]!.getJob('progress'))!.updateProgress({ pages: 3, records: 750 });
    browser = await testBrowser();
    context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      colorScheme: 'light',
      reducedMotion: 'reduce',
    });
    page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(world.console.url) && !request.url().startsWith('data:'))
        foreign.push(request.url());
    });
  }, LONG);
  afterAll(async () => {
    await browser?.close();
    await world?.close();
  });

  it(
    'is signed in to with the keyboard alone',
    async () => {
      await page.goto(world.console.url);
      await page.locator('input:focus').waitFor();
      await shoot('sign-in');
      await page.keyboard.type('operator');
      await page.keyboard.press('Tab');
      await page.keyboard.type('a wrong password');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      await shoot('sign-in-refused');
      complaints.length = 0; // The 401 of the wrong password is a complaint of Chromium's.
      // The name is kept and the cursor stands where it went wrong.
      await page.keyboard.type(PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
    },
    LONG,
  );

  it(
    'shows the jobs in Bull Board, with what they have done so far',
    async () => {
      await page.goto(`${world.console.url}/queues`);
      await page.getByRole('button', { name: '3 Jobs' }).waitFor();
      await shoot('board');
      await page.goto(`${world.console.url}/queues/queue/shopify?status=latest`);
      await page.getByText('shopify.orders · demo').first().waitFor();
      await page.getByText('shopify.products · demo').first().waitFor();
      await page.getByRole('tab', { name: 'Progress' }).first().click();
      await page
        .getByRole('tabpanel')
        .filter({ hasText: /records.*750/ })
        .first()
        .waitFor();
      await shoot('board-queue');
    },
    LONG,
  );

  it(
    'retries the failed run from Bull Board, and offers nothing that is refused',
    async () => {
      await page.goto(`${world.console.url}/queues/queue/shopify?status=failed`);
      await page.getByText('check the app has read_orders').first().waitFor();
      await shoot('board-failed');
      const retry = page.locator('[class*="jobActions-"] button:visible');
      expect(await retry.count()).toBe(1);
      for (const menu of await page.locator('button[aria-haspopup="menu"]').all()) {
        await menu.click();
        await page.getByRole('menu').first().waitFor();
        for (const item of await page.getByRole('menuitem').all())
          expect(await item.textContent()).not.toMatch(/pause|empty|obliterate|add|set|clean/i);
        await page.keyboard.press('Escape');
        await page.getByRole('menu').first().waitFor({ state: 'hidden' });
      }
      await retry.click();
      await shoot('board-confirm');
      await page.getByRole('button', { name: 'Confirm' }).click();
      await page.getByText('check the app has read_orders').first().waitFor({ state: 'hidden' });
      expect(await findRun(world.warehouse, failedId)).toMatchObject({
        state: 'queued',
        reason: 'retried by hand',
      });
      expect(await world.queues.runState('shopify', failedId)).toBe('open');
      await page.goto(`${world.console.url}/runs/${failedId}`);
      await page.getByText('retried by hand').waitFor();
      await shoot('run');
    },
    LONG,
  );

  it('complained of nothing and asked no other host', () => {
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });
});

import { chromium, type Browser } from 'playwright-core';
import { median } from './measure.js';

export interface FirstPage {
  /** From the address typed to the overview with all that it shows, in ms: the middle of all tries, and the slowest. */
  readonly median: number;
  readonly slowest: number;
  readonly requests: number;
  readonly bytes: number;
}

const TRIES = 9;

/** How soon somebody who is signed in has the overview before them, with nothing in the browser's cache. */
export async function firstPage(program: string, url: string, cookie: string): Promise<FirstPage> {
  const browser = await chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'],
  });
  try {
    // The first one also waits for the browser's own start.
    await once(browser, url, cookie);
    const tries: Awaited<ReturnType<typeof once>>[] = [];
    for (let i = 0; i < TRIES; i++) tries.push(await once(browser, url, cookie));
    const times = tries.map(({ ms }) => ms);
    return {
      median: Math.round(median(times)),
      slowest: Math.round(Math.max(...times)),
      requests: tries[0]!.requests,
      bytes: tries[0]!.bytes,
    };
  } finally {
    await browser.close();
  }
}

async function once(browser: Browser, url: string, cookie: string) {
  const [name = '', value = ''] = cookie.split('=');
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addCookies([{ name, value, url }]);
  const page = await context.newPage();
  let requests = 0;
  let bytes = 0;
  const sizes: Promise<void>[] = [];
  page.on('requestfinished', (request) => {
    if (request.url().endsWith('/events')) return;
    requests += 1;
    sizes.push(request.sizes().then(({ responseBodySize }) => void (bytes += responseBodySize)));
  });
  await page.goto(url, { waitUntil: 'commit' });
  await page.getByRole('heading', { name: 'Freshness' }).waitFor();
  await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  const ms = await page.evaluate<number>('performance.now()');
  await Promise.all(sizes);
  await context.close();
  return { ms, requests, bytes };
}

import { chromium, type Browser, type Page } from 'playwright-core';
import { describeWhere } from './services.js';

/** Tests in a real Chromium; skipped where there is none. */
export const describeBrowser = describeWhere('STRATUS_TEST_CHROMIUM');

/** For pages that nobody takes a picture of: laid out as ever, and painted in a sixteenth of the points. */
export const UNSEEN = { deviceScaleFactor: 0.25 } as const;

/** A headless Chromium that talks to nobody of its own accord. Close it when done. */
export function testBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['STRATUS_TEST_CHROMIUM']!,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}

/** Leads to another page of the app as a link does: the app itself is not loaded anew. */
export const follow = (page: Page, path: string): Promise<void> =>
  page.evaluate(`history.pushState(null, '', ${JSON.stringify(path)})`);

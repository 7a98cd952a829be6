import { chromium, type Browser } from 'playwright-core';
import { describeWhere } from './services.js';

/** Tests in a real Chromium; skipped where there is none. */
export const describeBrowser = describeWhere('STRATUS_TEST_CHROMIUM');

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

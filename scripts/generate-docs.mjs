/**
 * Writes the pages that are made from the code; with --check only says which of them are stale.
 * Reads the build in dist/, so build first (`npm run docs` does). Nothing is formatted here: each page is written in
 * the formatter's form, and the check of the format says where it is not.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './setup.mjs';

const built = (file) => import(pathToFileURL(join(ROOT, 'dist', file)).href);
const { configurationPage, envExample } = await built('config/index.js');
const { streamsDoc } = await built('libs/catalog/index.js');

const pages = {
  'docs/configuration.md': configurationPage,
  'docs/streams.md': streamsDoc,
  '.env.example': envExample,
};

const check = process.argv.includes('--check');
const stale = [];
for (const [path, make] of Object.entries(pages)) {
  const file = join(ROOT, path);
  const text = make();
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(path);
  if (check) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote ${path}`);
}
if (check && stale.length > 0) {
  console.error(`stale: ${stale.join(', ')}; run: npm run docs`);
  process.exit(1);
}

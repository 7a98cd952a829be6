#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ignoreSignalEchoes, stopWithNpm } from './signals.mjs';

const main = new URL('../dist/apps/cli/main.js', import.meta.url);

if (existsSync(fileURLToPath(main))) {
  ignoreSignalEchoes();
  stopWithNpm();
  process.setSourceMapsEnabled(true);
  await import(main.href);
} else {
  console.error('Stratus is not built yet. Run: npm run up (or npm run build)');
  process.exitCode = 1;
}

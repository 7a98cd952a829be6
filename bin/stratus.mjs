#!/usr/bin/env node
import { programOf } from './program.mjs';
import { ignoreSignalEchoes, stopWithNpm } from './signals.mjs';
import { nameSources } from './source-maps.mjs';

const program = programOf('cli');

if (program) {
  ignoreSignalEchoes();
  stopWithNpm();
  nameSources();
  await import(program.href);
} else {
  console.error('Stratus is not built yet. Run: npm run up (or npm run build)');
  process.exitCode = 1;
}

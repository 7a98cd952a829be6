/**
 * `npm run bench [bench …] [--json]`: measures Stratus against the limit it is bound by. Each bench is the
 * function of its own name in bench/<name>.ts and returns { bench, ours, limit, unit, ratio, … }.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ignoreSignalEchoes } from '../bin/signals.mjs';
import { canInstall, chromiumProgram, installPackage } from './programs.mjs';
import { redisProgram } from './redis-server.mjs';
import { startServices } from './services.mjs';
import { prepare, ROOT } from './setup.mjs';
import { endAll } from './steps.mjs';

const BENCHES = [
  'load',
  'pipeline',
  'limits',
  'tokens',
  'paging',
  'backfill',
  'memory',
  'scale',
  'polling',
  'api',
];
const USAGE = `npm run bench -- [${BENCHES.join('|')}] [--json]`;

const args = process.argv.slice(2);
const json = args.includes('--json');
// What a bench prints on its way is for people; a machine reads only the last lines of stdout.
if (json) console.log = console.error;
const asked = args.filter((arg) => arg !== '--json');
const unknown = asked.filter((name) => !BENCHES.includes(name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; usage: ${USAGE}`);
  process.exit(2);
}

ignoreSignalEchoes();
let services;
let ending;
const end = async (code) => {
  if (ending) return;
  ending = true;
  await endAll();
  await services?.stop();
  process.exit(code);
};
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
  process.on(signal, () => void end(code));
}

let failed = false;
try {
  await prepare(console.error);
  await startServers();
  const results = [];
  for (const name of asked.length > 0 ? asked : BENCHES) {
    const file = join(ROOT, 'dist', 'bench', `${name}.js`);
    if (!existsSync(file)) throw new Error(`there is no bench/${name}.ts`);
    console.error(`${name} …`);
    const bench = (await import(pathToFileURL(file).href))[name];
    results.push(await bench());
  }
  if (json) for (const result of results) process.stdout.write(`${JSON.stringify(result)}\n`);
  else
    console.table(
      results.map(({ bench, ours, limit, unit, ratio }) => ({ bench, ours, limit, unit, ratio })),
    );
} catch (error) {
  failed = true;
  console.error(error instanceof Error ? error.message : error);
}
await end(failed ? 1 : 0);

/** The benches read REDIS_URL and DATABASE_URL; where those are not set, throwaway servers that do write to disk. */
async function startServers() {
  if (!process.env['REDIS_URL'] && !redisProgram()) {
    const complaint = canInstall() ? installPackage('redis-server') : 'there is no redis-server on the path';
    if (complaint) console.error(`no Redis: ${complaint}; install redis-server or set REDIS_URL`);
  }
  services = await startServices({ durable: true });
  process.env['DATABASE_URL'] ||= await services.postgres();
  if (!process.env['REDIS_URL'] && redisProgram()) process.env['REDIS_URL'] = await services.redis();
  process.env['CHROMIUM_PATH'] ||= chromiumProgram() ?? '';
}

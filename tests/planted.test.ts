import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { openWarehouse, type Warehouse } from '#warehouse';
import { api, openApiOf } from '../apps/console/api/index.js';
import { ApiClient } from '../apps/console/testing/api-client.js';
import { operationsOf, pathOf } from '../apps/console/testing/operations.js';
import { nothing, type Things } from '../apps/console/testing/two-workspaces.js';
import { testDatabase, type TestDatabase } from './postgres.js';
import { describeRedis, everythingIn, testRedisUrl } from './redis.js';
import { dataFolder, startStratus, stratus, type Running } from './stratus.js';

const LONG = 120_000;
const PASSWORD = 'correct horse battery';
/** Like no token that is known: nothing but its value tells what it is. */
const planted = (what: string): string => `Pl4nted+${what}/${randomBytes(9).toString('base64')}`;

const CREDENTIALS = {
  shop: { platform: 'shopify', set: 'shop=shop', of: { accessToken: planted('shop') } },
  parcels: { platform: 'shipbob', set: undefined, of: { accessToken: planted('parcels') } },
  books: {
    platform: 'freeagent',
    set: undefined,
    of: { clientId: 'app', clientSecret: planted('app'), refreshToken: planted('refresh') },
  },
} as const;

const RUNS = [
  ['shop', 'shopify.orders'],
  ['parcels', 'shipbob.orders'],
  ['books', 'freeagent.invoices'],
] as const;

/** In whatever spelling something may have been said on. */
const SECRETS = Object.values(CREDENTIALS)
  .flatMap(({ of }) => Object.values(of))
  .filter((secret) => secret.length > 8)
  .flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(`app:${secret}`).toString('base64').replace(/=+$/, ''),
  ]);

/** What of a call is secret, without the words around it by which it could be known. */
function bare(body: string, headers: IncomingHttpHeaders): string[] {
  const [scheme, value = ''] = (headers.authorization ?? '').split(' ');
  const shop = headers['x-shopify-access-token'];
  return [
    scheme === 'Basic' ? Buffer.from(value, 'base64').toString() : value,
    typeof shop === 'string' ? shop : '',
    new URLSearchParams(body).get('refresh_token') ?? '',
  ].filter((one) => one !== '');
}

/** A platform that refuses every call and says back all that it was sent, secrets included. */
async function startEcho(): Promise<Server> {
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const secrets = bare(body.toString(), request.headers);
      const error = `said back: nobody knows ${secrets.join(' or ')} of ${body.toString()} with ${JSON.stringify(request.headers)}`;
      response.writeHead(400, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ error, error_description: error, errors: error, message: error }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describeRedis('credentials that a platform says back', () => {
  let database: TestDatabase;
  let warehouse: Warehouse;
  let redis: Redis;
  let echo: Server;
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  let admin: ApiClient;
  const processes: Running[] = [];
  /** What every command said. */
  const said: string[] = [];

  beforeAll(async () => {
    [database, folder, echo] = [await testDatabase(), await dataFolder(), await startEcho()];
    warehouse = await openWarehouse({ url: database.url, applicationName: 'planted test' });
    const env = {
      REDIS_URL: await testRedisUrl(),
      DATABASE_URL: database.url,
      STRATUS_SECRET_KEY: randomBytes(32).toString('base64'),
      STRATUS_DATA_DIR: folder.path,
      LOG_LEVEL: 'debug',
    };
    redis = new Redis(env.REDIS_URL);
    const run = async (args: readonly string[], input?: string): Promise<number | null> => {
      const { code, stdout, stderr } = await stratus(args, env, input);
      said.push(stdout, stderr);
      return code;
    };
    const url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
    for (const [name, { platform, set, of }] of Object.entries(CREDENTIALS)) {
      const place = ['--base-url', url, '--sandbox', ...(set ? ['--set', set] : [])];
      await run(['connections', 'add', platform, '--name', name, ...place], JSON.stringify(of));
    }
    await run(['users', 'add', 'root', '--role', 'admin', '--password-file', '-'], PASSWORD);
    processes.push(
      await startStratus(['worker'], env, /worker ready/),
      await startStratus(['console', '--port', '0'], env, /console on/),
    );
    const codes = await Promise.all([
      ...RUNS.map(([connection, stream]) => run(['run', stream, '--connection', connection])),
      ...RUNS.map(([connection]) => run(['connections', 'test', connection])),
    ]);
    expect(codes).toEqual(codes.map(() => 1));
    const at = /console on (http:\S+)/.exec(processes[1]!.output())![1]!;
    admin = await ApiClient.signIn(at, { name: 'root', password: PASSWORD });
  }, LONG);
  afterAll(async () => {
    await Promise.all(processes.map((one) => one.stop('SIGKILL')));
    redis?.disconnect();
    echo?.close();
    await warehouse?.close();
    await database?.drop();
    await folder?.remove();
  });

  /** Which of the texts hold a secret. None of them may be without what was said back: it would prove nothing. */
  function holding(texts: readonly (readonly [where: string, text: string])[]): string[] {
    expect(texts.some(([, text]) => text.includes('said back'))).toBe(true);
    return texts.flatMap(([where, text]) => (SECRETS.some((one) => text.includes(one)) ? [where] : []));
  }

  it('stand in no table, but for the sealed ones', async () => {
    const tables = await warehouse.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const texts: [string, string][] = [];
    for (const { name } of tables) {
      const [row] = await warehouse.query<{ text: string }>(
        `select coalesce(string_agg(t::text, ' '), '') as text from ${name} t`,
      );
      texts.push([name, row!.text]);
    }
    expect(holding(texts)).toEqual([]);
  });

  it('stand nowhere in the queue’s store', async () => {
    expect(holding(await everythingIn(redis))).toEqual([]);
  });

  it('are in no line that a process or a command wrote', async () => {
    expect(holding([['commands', said.join('\n')]])).toEqual([]);
    expect(holding(processes.map((one, i): [string, string] => [`process ${i}`, one.output()]))).toEqual([]);
  });

  it('are in no reply of the console, Bull Board’s included', async () => {
    const runs = await warehouse.query<{ id: string; connection: string; fingerprint: string | null }>(
      'select id, connection_id as connection, fingerprint from runs',
    );
    expect(runs).toHaveLength(RUNS.length);
    const texts: [string, string][] = [];
    for (const { id, connection, fingerprint } of runs) {
      const things: Things = { ...nothing(), run: id, connection, fingerprint: fingerprint ?? 'none' };
      for (const one of operationsOf(openApiOf(api)).filter((each) => each.method === 'GET' && !each.streams))
        texts.push([one.key, (await admin.get(pathOf(one, things) + one.query(things))).text]);
    }
    for (const platform of Object.values(CREDENTIALS).map((each) => each.platform))
      for (const path of [
        `/queues/api/queues?activeQueue=${platform}&status=latest&page=1&jobsPerPage=50`,
        ...runs.map(({ id }) => `/queues/api/queues/${platform}/${id}`),
        '/metrics',
        '/api/system/status',
      ])
        texts.push([path, (await admin.visitor.get(path)).text]);
    expect(texts.filter(([, text]) => text.includes('said back')).length).toBeGreaterThan(5);
    expect(holding(texts)).toEqual([]);
  });
});

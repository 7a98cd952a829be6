/**
 * The process that owns the throwaway servers. It starts one when it is first asked for, and stops all of them as soon
 * as its input closes: however its parent ends (done, Ctrl-C, killed), no server and no folder stays behind.
 *
 * POST /postgres -> { url }   POST /redis -> { url } with a database number nobody else was given
 * POST /postgres/kill, /redis/kill: SIGKILL; POST /postgres/start, /redis/start: again, on the same port and data
 */
import { createServer } from 'node:http';
import { startPostgres } from './postgres-server.mjs';
import { startRedis } from './redis-server.mjs';

const running = [];
let stopping;

/** Runs `start` once, also when two ask at the same time. */
function lazily(start) {
  let started;
  return () =>
    (started ??= start().then((server) => {
      running.push(server);
      return server;
    }));
}

const outside = (url) => async () => ({ url, stop: async () => undefined });
const { DATABASE_URL, REDIS_URL, STRATUS_DURABLE } = process.env;
const postgres = lazily(
  DATABASE_URL ? outside(DATABASE_URL) : () => startPostgres({ durable: STRATUS_DURABLE === '1' }),
);
const redis = lazily(REDIS_URL ? outsideRedis : startRedis);

/** A Redis of somebody else: only its empty databases are given away, and they are emptied again. */
async function outsideRedis() {
  const { Redis } = await import('ioredis');
  const client = new Redis(REDIS_URL, { maxRetriesPerRequest: 2 });
  client.on('error', () => undefined);
  const answer = await client.config('GET', 'databases').catch(() => []);
  const databases = Number(answer[1] ?? 16);
  const lent = new Set();
  return {
    url: REDIS_URL,
    databases,
    lend: async () => {
      for (let number = databases - 1; number > 0; number--) {
        if (lent.has(number)) continue;
        lent.add(number);
        await client.select(number);
        if ((await client.dbsize()) === 0) return number;
        lent.delete(number);
      }
      throw new Error(
        `REDIS_URL has no empty database left of its ${databases}: raise "databases" or unset REDIS_URL`,
      );
    },
    stop: async () => {
      for (const number of lent) {
        await client.select(number);
        await client.flushdb();
      }
      client.disconnect();
    },
  };
}

let lastNumber = 0;
async function lendRedis() {
  const server = await redis();
  const number = server.lend ? await server.lend() : ++lastNumber % server.databases;
  const url = new URL(server.url);
  url.pathname = `/${number}`;
  return url.href;
}

async function struck(service, how) {
  const server = await service();
  if (!server[how]) throw new Error('a server of somebody else is not ours to kill');
  await server[how]();
  return server.url;
}

const answers = {
  '/postgres': async () => (await postgres()).url,
  '/redis': lendRedis,
  '/postgres/kill': () => struck(postgres, 'kill'),
  '/postgres/start': () => struck(postgres, 'start'),
  '/redis/kill': () => struck(redis, 'kill'),
  '/redis/start': () => struck(redis, 'start'),
};

const door = createServer((request, response) => {
  const answer = answers[request.url ?? ''];
  if (!answer || stopping) {
    response.writeHead(404).end();
    return;
  }
  answer().then(
    (url) => response.end(JSON.stringify({ url })),
    (error) => response.writeHead(500).end(JSON.stringify({ error: error.message })),
  );
});

function stop() {
  stopping ??= Promise.allSettled(running.map((server) => server.stop())).then(() => process.exit(0));
}

door.listen(0, '127.0.0.1', () => console.log(door.address().port));
process.stdin.on('end', stop).on('error', stop).on('close', stop).resume();
// Its parent decides: a Ctrl-C reaches both, and the parent closes the input when it is done with us.
for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => undefined);
process.on('SIGTERM', stop);

import Bottleneck from 'bottleneck';
import type { Redis } from 'ioredis';
import { ASK_SCRIPT, CHANGE_SCRIPT, type OwnKeys } from './redis-scripts.js';

/** One Redis for all limiters of a process. */
export interface SharedConnection {
  readonly bottleneck: Bottleneck.IORedisConnection;
  readonly client: Redis;
  readonly ready: Promise<void>;
  /** Redis' clock in milliseconds, so that hosts whose clocks differ do not delay each other. */
  now(): number;
  /** Runs one of our own scripts. */
  run(script: OwnScript, keys: OwnKeys, args: readonly (string | number)[]): Promise<unknown>;
  close(): Promise<void>;
}

type Callback = (error: Error | null, reply: unknown) => void;
type Script = (...args: unknown[]) => unknown;

/** What is reached into: Bottleneck 2.19.5 is the last of its line. */
interface Inside {
  ready: Promise<unknown>;
  readonly subscriber: Redis;
  __scriptFn__: (name: string) => Script;
}

/** Redis 7 puts "ERR " before what scripts answer, and Bottleneck no longer knows its own errors (#205, #219). */
const HEAL = /^ERR (?=SETTINGS_KEY_NOT_FOUND$|UNKNOWN_CLIENT$|OVERWEIGHT:)/;
const RESYNC_MS = 30_000;
const SCRIPTS = { ask: ASK_SCRIPT, change: CHANGE_SCRIPT };
type OwnScript = keyof typeof SCRIPTS;

const commandOf = (script: string): string => `stratusLimit_${script}`;

export function openConnection(client: Redis, onError: (error: unknown) => void): SharedConnection {
  for (const [name, lua] of Object.entries(SCRIPTS))
    client.defineCommand(commandOf(name), { numberOfKeys: 3, lua });
  const bottleneck = new Bottleneck.IORedisConnection({
    client,
    // Else it looks for a package of its own, which a bundle does not have.
    Redis: client.constructor,
  } as Bottleneck.IORedisConnectionOptions);
  bottleneck.on('error', onError);
  const inside = bottleneck as unknown as Inside;
  const commands = client as unknown as Record<string, Script>;
  let ahead = 0;

  // Not the host's clock, which may be set while this runs.
  const now = (): number => Math.round(performance.now() + ahead);

  async function readClock(): Promise<void> {
    const asked = performance.now();
    const [seconds, micros] = await client.time();
    ahead = Number(seconds) * 1000 + Number(micros) / 1000 - (asked + performance.now()) / 2;
  }

  inside.__scriptFn__ =
    (name) =>
    (...args) => {
      const callback = args.pop() as Callback;
      // Arguments are the number of keys, the keys, the caller's clock, …: all callers get the same clock.
      args[1 + Number(args[0])] = now();
      const healed: Callback = (error, reply) =>
        callback(
          error && HEAL.test(error.message) ? new Error(error.message.replace(HEAL, '')) : error,
          reply,
        );
      return commands[name]!.call(client, ...args, healed);
    };

  // Limiters wait for this before their first script, which sets the bucket's clock.
  inside.ready = inside.ready.then(async (clients) => {
    await readClock();
    return clients;
  });
  const ready = inside.ready.then(() => undefined);
  ready.catch(() => undefined);
  const resync = setInterval(() => void readClock().catch(() => undefined), RESYNC_MS).unref();

  return {
    bottleneck,
    client,
    ready,
    now,
    run: (script, keys, args) =>
      commands[commandOf(script)]!.call(client, ...keys, ...args) as Promise<unknown>,
    async close() {
      clearInterval(resync);
      // The client is the caller's.
      inside.subscriber.disconnect();
    },
  };
}

import Bottleneck from 'bottleneck';
import type { Redis } from 'ioredis';
import { CHANGE_SCRIPT, LEND_SCRIPT } from './redis-change.js';

/** One Redis for all limiters of a process. */
export interface SharedConnection {
  readonly bottleneck: Bottleneck.IORedisConnection;
  readonly client: Redis;
  readonly ready: Promise<void>;
  /** Redis' clock in milliseconds, so that hosts whose clocks differ do not delay each other. */
  now(): number;
  /** Runs one of our own scripts on one key. */
  run(script: OwnScript, key: string, args: readonly (string | number)[]): Promise<number>;
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
const SCRIPTS = { change: CHANGE_SCRIPT, lend: LEND_SCRIPT };
export type OwnScript = keyof typeof SCRIPTS;
const commandOf = (script: string): string => `stratusLimit_${script}`;

export function openConnection(client: Redis, onError: (error: unknown) => void): SharedConnection {
  for (const [name, lua] of Object.entries(SCRIPTS))
    client.defineCommand(commandOf(name), { numberOfKeys: 1, lua });
  const bottleneck = new Bottleneck.IORedisConnection({ client });
  bottleneck.on('error', onError);
  const inside = bottleneck as unknown as Inside;
  const commands = client as unknown as Record<string, Script>;
  let ahead = 0;

  const now = (): number => Math.round(Date.now() + ahead);

  async function readClock(): Promise<void> {
    const asked = Date.now();
    const [seconds, micros] = await client.time();
    ahead = Number(seconds) * 1000 + Number(micros) / 1000 - (asked + Date.now()) / 2;
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
    run: (script, key, args) => commands[commandOf(script)]!.call(client, key, ...args) as Promise<number>,
    async close() {
      clearInterval(resync);
      // The client is the caller's.
      inside.subscriber.disconnect();
    },
  };
}

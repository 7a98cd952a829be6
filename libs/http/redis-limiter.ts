import Bottleneck from 'bottleneck';
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Limiter, LimitSpec } from './limit.js';
import { limiterOn, type LimiterParts } from './limiter.js';
import { openConnection, type SharedConnection } from './redis-connection.js';
import { openGates } from './gates.js';
import {
  askArguments,
  CAPACITY,
  changeArguments,
  CLOSED_UNTIL,
  keysOf,
  LOST,
  readAnswer,
} from './redis-scripts.js';
import { readRedis } from './redis-readings.js';
import { abandon, budgetOf, keyOf, operationOf, stepOf, type PointStore, type SlotStore } from './store.js';

export interface RedisLimiterOptions extends Pick<LimiterParts, 'logger' | 'leaseMs' | 'idleMs' | 'onUse'> {
  readonly client: Redis;
  /** Begins every key, after Bottleneck's own `b_`. */
  readonly prefix: string;
}

/** An account that nobody called for so long starts from what its platform is known for. */
const FORGET_MS = 7 * 86_400_000;
/** How soon a slot whose holder died is noticed. Points need no heartbeat: who takes them reckons when they are back. */
const HEARTBEAT_MS = 250;
/** A meter that nobody uses costs heartbeats and a subscription. */
const IDLE_MS = 30_000;

/** Paces all processes that share a Redis. The client stays the caller's to close. */
export function redisLimiter({ client, prefix, idleMs = IDLE_MS, ...parts }: RedisLimiterOptions): Limiter {
  const { logger } = parts;
  const connection = openConnection(client, (error) =>
    logger?.warn({ error }, 'the limiter had trouble with Redis'),
  );
  const shared = { connection, logger };
  const operations = (key: string): string => `b_${prefix}:{${key}}:stratus_operations`;

  /** For those who read the meters. */
  function note(spec: LimitSpec, key: string): void {
    if (spec.per !== 'operation') return;
    const [of, operation] = operationOf(key);
    const noted = client.multi().sadd(operations(of), operation).pexpire(operations(of), FORGET_MS).exec();
    noted.catch((error: unknown) => logger?.warn({ error }, 'the limiter had trouble with Redis'));
  }

  return limiterOn({
    ...parts,
    open: {
      points(spec, key) {
        note(spec, key);
        return redisPoints(shared, spec, idOf(spec, key, prefix));
      },
      slots(spec, key) {
        note(spec, key);
        return redisSlots(shared, spec, idOf(spec, key, prefix));
      },
      read: (spec, key) => readRedis(connection, spec, idOf(spec, key, prefix)),
      async operations(spec, account) {
        const [of] = operationOf(keyOf(spec, account, ''));
        await connection.ready;
        return (await client.smembers(operations(of))).sort();
      },
    },
    idleMs,
    close: () => connection.close(),
  });
}

/**
 * The first process to name an id settles its settings, so a change of the limit in code makes another id; the
 * braces keep all keys of one account in one slot of a Redis Cluster.
 */
function idOf(spec: LimitSpec, key: string, prefix: string): string {
  const { kind, capacity, restorePerSecond, windowMs, share, reserved } = spec;
  const settings = JSON.stringify([kind, capacity, restorePerSecond, windowMs, share, reserved?.write]);
  return `${prefix}:{${key}}:${createHash('sha256').update(settings).digest('hex').slice(0, 8)}`;
}

interface Shared {
  readonly connection: SharedConnection;
  readonly logger: RedisLimiterOptions['logger'];
}

function redisPoints({ connection, logger }: Shared, spec: LimitSpec, id: string): PointStore {
  const keys = keysOf(id);
  let known = budgetOf(spec);
  const { amount, intervalMs } = stepOf(known.perSecond);
  const limiter = new Bottleneck({
    id,
    connection: connection.bottleneck,
    heartbeatInterval: IDLE_MS,
    timeout: FORGET_MS,
    reservoir: known.ceiling,
    reservoirIncreaseAmount: amount,
    reservoirIncreaseInterval: intervalMs,
    reservoirIncreaseMaximum: known.ceiling,
  });
  limiter.on('error', (error: unknown) =>
    logger?.warn({ error, limit: id }, 'a limiter had trouble with Redis'),
  );
  const learnt: Record<string, number> = {};

  /** What is known when the keys are lost is what the bucket is made of again. */
  function learn(capacity: number | undefined, rate: { amount: number; intervalMs: number }): void {
    known = budgetOf(spec, capacity, (rate.amount / rate.intervalMs) * 1000);
    learnt['reservoirIncreaseMaximum'] = known.ceiling;
    learnt['reservoirIncreaseAmount'] = rate.amount;
    learnt['reservoirIncreaseInterval'] = rate.intervalMs;
    if (capacity !== undefined) learnt[CAPACITY] = capacity;
    // What was taken before the loss is not known. The platform has the reserve besides; the rest comes back.
    Object.assign(afterLoss(limiter), learnt, { reservoir: Math.floor(known.reserve / 2), [LOST]: 1 });
  }

  const ready = Promise.all([limiter.ready(), connection.ready]).then(() =>
    learn(undefined, { amount, intervalMs }),
  );
  ready.catch(() => undefined);

  return {
    ready: () => ready,
    async ask(seat, patienceMs) {
      for (let made = 0; made < 3; made++) {
        const reply = await connection.run('ask', keys, askArguments(spec, seat, patienceMs, FORGET_MS));
        const told = readAnswer(reply as (string | number)[]);
        if (told !== undefined) {
          seat.since = told.since;
          learn(told.capacity, told);
          return told.answer;
        }
        // Bottleneck makes the keys again when it misses them.
        await limiter.currentReservoir();
      }
      throw new Error('its keys are lost as soon as they are made');
    },
    async leave(seat) {
      await connection.client.hdel(keys[1], seat.id);
    },
    async change(change) {
      await connection.run('change', keys, changeArguments(change, spec, known));
    },
    close: () => abandon(limiter),
  };
}

function redisSlots({ connection, logger }: Shared, spec: LimitSpec, id: string): SlotStore {
  const settings = keysOf(id)[0];
  const { ceiling } = budgetOf(spec);
  const gates = openGates(spec, ceiling, (lane, size) => {
    const gate = new Bottleneck({
      id: lane === 'write' ? id : `${id}:${lane}`,
      connection: connection.bottleneck,
      heartbeatInterval: HEARTBEAT_MS,
      timeout: FORGET_MS,
      maxConcurrent: size,
    });
    gate.on('error', (error: unknown) =>
      logger?.warn({ error, limit: id }, 'a limiter had trouble with Redis'),
    );
    return gate;
  });
  return {
    ready: () => connection.ready,
    gates: (lane) => gates.of(lane),
    free: async () => ceiling - (await gates.of('write')[0]!.running()),
    async closedForMs() {
      return Math.max(0, Number(await connection.client.hget(settings, CLOSED_UNTIL)) - connection.now());
    },
    async shut(forMs) {
      await connection.run(
        'change',
        keysOf(id),
        changeArguments({ refund: 0, shutForMs: forMs }, spec, budgetOf(spec)),
      );
    },
    close: () => gates.close(),
  };
}

/** What Bottleneck writes when it finds its keys gone; it has no public name. */
const afterLoss = (limiter: Bottleneck): object =>
  (limiter as unknown as { _store: { storeOptions: object } })._store.storeOptions;

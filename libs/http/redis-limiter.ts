import Bottleneck from 'bottleneck';
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { DEFAULT_MAX_WAIT_MS, type Limiter, type LimitSpec } from './limit.js';
import { limiterOn } from './limiter.js';
import { openConnection, type SharedConnection } from './redis-connection.js';
import { changeArguments, LOOK_FIELDS, LOST, minuteOf, sightOf, WAITED } from './redis-change.js';
import { abandon, budgetOf, hasPoints, stepOf, type Store } from './store.js';

export interface RedisLimiterOptions {
  readonly client: Redis;
  /** Begins every key, after Bottleneck's own `b_`. */
  readonly prefix: string;
  readonly logger?: { warn(fields: object, message: string): void };
  readonly leaseMs?: number;
  readonly idleMs?: number;
}

/** An account that nobody called for so long starts from what its platform is known for. */
const FORGET_MS = 7 * 86_400_000;
/** How soon a slot whose holder died is noticed. Points need no heartbeat: who takes them reckons when they are back. */
const HEARTBEAT_MS = 250;
/** A meter that nobody uses costs heartbeats and a subscription. */
const IDLE_MS = 30_000;

/** Paces all processes that share a Redis. The client stays the caller's to close. */
export function redisLimiter({
  client,
  prefix,
  logger,
  leaseMs,
  idleMs = IDLE_MS,
}: RedisLimiterOptions): Limiter {
  const connection = openConnection(client, (error) =>
    logger?.warn({ error }, 'the limiter had trouble with Redis'),
  );
  return limiterOn({
    open: (spec, key) => redisStore(connection, spec, key, prefix, logger),
    idleMs,
    ...(logger === undefined ? {} : { logger }),
    ...(leaseMs === undefined ? {} : { leaseMs }),
    close: () => connection.close(),
  });
}

/**
 * The first process to name an id settles its settings, so a change of the limit in code makes another id; the
 * braces keep all keys of one account in one slot of a Redis Cluster.
 */
function idOf(spec: LimitSpec, key: string, prefix: string): string {
  const { kind, capacity, restorePerSecond, windowMs, share } = spec;
  const settings = JSON.stringify([kind, capacity, restorePerSecond, windowMs, share]);
  return `${prefix}:{${key}}:${createHash('sha256').update(settings).digest('hex').slice(0, 8)}`;
}

function redisStore(
  connection: SharedConnection,
  spec: LimitSpec,
  key: string,
  prefix: string,
  logger: RedisLimiterOptions['logger'],
): Store {
  const id = idOf(spec, key, prefix);
  const settings = `b_${id}_settings`;
  const counts = hasPoints(spec);
  const budget = budgetOf(spec);
  const { amount, intervalMs } = stepOf(budget.perSecond);
  const limiter = new Bottleneck({
    id,
    connection: connection.bottleneck,
    heartbeatInterval: counts ? IDLE_MS : HEARTBEAT_MS,
    timeout: FORGET_MS,
    ...(counts
      ? {
          reservoir: budget.ceiling,
          reservoirIncreaseAmount: amount,
          reservoirIncreaseInterval: intervalMs,
          reservoirIncreaseMaximum: budget.ceiling,
        }
      : { maxConcurrent: budget.ceiling }),
  });
  limiter.on('error', (error: unknown) =>
    logger?.warn({ error, limit: id }, 'a limiter had trouble with Redis'),
  );
  const ready = Promise.all([limiter.ready(), connection.ready]).then(() => {
    // Keys that are lost later are lost while calls wait for points that come back: those are theirs.
    const reservoir = -Math.ceil((budget.perSecond * DEFAULT_MAX_WAIT_MS) / 1000);
    if (counts) Object.assign(afterLoss(limiter), { reservoir, [LOST]: 1 });
  });
  ready.catch(() => undefined);

  return {
    limiter,
    ready: () => ready,
    async look() {
      return sightOf(
        await connection.client.hmget(settings, ...LOOK_FIELDS),
        budget,
        counts,
        connection.now(),
      );
    },
    async take(weight) {
      const minute = minuteOf(connection.now());
      // Counted as under way before they are gone, and as waited for afterwards: what others read in between errs
      // on the side of fewer points.
      const lent = connection.run('lend', settings, [minute, weight]);
      const left = await limiter.incrementReservoir(-weight);
      await lent;
      const ticket = left < 0 ? await connection.client.hincrby(settings, WAITED, weight) : 0;
      return { left, loan: { weight, minute, ticket } };
    },
    async change(change) {
      await connection.run('change', settings, changeArguments(change, spec, connection.now()));
    },
    async close() {
      await abandon(limiter);
    },
  };
}

/** What Bottleneck writes when it finds its keys gone; it has no public name. */
const afterLoss = (limiter: Bottleneck): object =>
  (limiter as unknown as { _store: { storeOptions: object } })._store.storeOptions;

import type { SharedConnection } from './redis-connection.js';
import { CAPACITY, CLOSED_UNTIL, keysOf } from './redis-scripts.js';
import type { LimitSpec } from './limit.js';
import { budgetOf, hasPoints, type Reading } from './store.js';

/** Bottleneck's own, after which it forgets a client. */
const CLIENT_TIMEOUT_MS = 10_000;

/** Where a limit stands in Redis, by plain reads: a process that never called makes no key and no Bottleneck for it. */
export async function readRedis(
  { client, ready }: SharedConnection,
  spec: LimitSpec,
  id: string,
): Promise<Reading | undefined> {
  await ready;
  const [time, fields] = await Promise.all([
    client.time(),
    client.hmget(
      keysOf(id)[0],
      'id',
      CLOSED_UNTIL,
      CAPACITY,
      'reservoir',
      'reservoirIncreaseMaximum',
      'reservoirIncreaseAmount',
      'reservoirIncreaseInterval',
      'lastReservoirIncrease',
    ),
  ]);
  if (!fields[0]) return undefined;
  const now = Number(time[0]) * 1000 + Number(time[1]) / 1000;
  const [closedUntil, capacity, points, maximum, amount, interval, last] = fields
    .slice(1)
    .map(Number) as number[];
  const closedForMs = Math.max(0, closedUntil! - now);
  if (!hasPoints(spec)) return { ...(await slots(client, spec, id, now)), closedForMs };
  const steps = Math.max(0, Math.floor((now - last!) / interval!));
  const places = Object.values(await client.hgetall(keysOf(id)[1])).map((place) =>
    place.split(' ').map(Number),
  );
  return {
    budget: budgetOf(spec, capacity || undefined, (amount! / interval!) * 1000),
    available: points! + Math.max(0, Math.min(steps * amount!, maximum! - points!)),
    waiting: places.reduce((sum, [, , weight, until]) => (until! > now ? sum + weight! : sum), 0),
    closedForMs,
  };
}

async function slots(
  client: SharedConnection['client'],
  spec: LimitSpec,
  id: string,
  now: number,
): Promise<Omit<Reading, 'closedForMs'>> {
  const budget = budgetOf(spec);
  const gates = [id, `${id}:live`, `${id}:backfill`];
  // Not the counter of running jobs: those whose holder died leave it only when somebody calls.
  const [alive, ...queues] = await Promise.all([
    client.zrangebyscore(`b_${id}_job_expirations`, now, '+inf'),
    ...gates.map((gate) => queued(client, gate, now)),
  ]);
  const weights = alive.length > 0 ? await client.hmget(`b_${id}_job_weights`, ...alive) : [];
  return {
    budget,
    available: budget.ceiling - weights.reduce((sum, weight) => sum + Number(weight), 0),
    waiting: queues.reduce((sum, one) => sum + one, 0),
  };
}

/** Jobs that wait before one Bottleneck, in processes that were heard of lately. */
async function queued(client: SharedConnection['client'], gate: string, now: number): Promise<number> {
  const alive = await client.zrangebyscore(`b_${gate}_client_last_seen`, now - CLIENT_TIMEOUT_MS, '+inf');
  const counts = alive.length > 0 ? await client.hmget(`b_${gate}_client_num_queued`, ...alive) : [];
  return counts.reduce((sum, count) => sum + Number(count), 0);
}

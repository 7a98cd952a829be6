import { setTimeout as after } from 'node:timers/promises';
import { classify, createSender, redisLimiter, type Lane, type LimitSpec } from '#http';
import { asFailure } from '#kernel';
import { Redis } from 'ioredis';
import { shopify } from '#connectors/shopify';

/** What one worker process is told to saturate. */
export interface ClientOrders {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly url: string;
  readonly token: string;
  readonly account: string;
  readonly limits: readonly LimitSpec[];
  readonly lane: Lane;
  /** Calls under way at the same time, as many as a worker has runs. */
  readonly callers: number;
  /** How long each rests after a call. */
  readonly everyMs: number;
  readonly queries: readonly { readonly query: string; readonly weight: number }[];
}

export interface ClientReport {
  calls: number;
  points: number;
  throttled: number;
  /** Times the wait was too long and the job would have been snoozed. */
  snoozed: number;
  /** Calls since this process last stood still for longer than a call can take. */
  callsSinceGap: number;
  /** How long each call waited for its lease. */
  readonly waitsMs: number[];
  readonly failures: Record<string, number>;
}

const GAP_MS = 5000;

/** Calls as fast as the limiter allows until the parent says stop; then reports. */
async function saturate(orders: ClientOrders): Promise<ClientReport> {
  const client = new Redis(orders.redisUrl, { maxRetriesPerRequest: 3 });
  client.on('error', () => undefined);
  const limiter = redisLimiter({ client, prefix: orders.prefix });
  const sender = createSender({});
  const stopping = new AbortController();
  process.once('message', () => stopping.abort());
  process.once('disconnect', () => process.exit(1));
  const report: ClientReport = {
    calls: 0,
    points: 0,
    throttled: 0,
    snoozed: 0,
    callsSinceGap: 0,
    waitsMs: [],
    failures: {},
  };
  let seenAt = performance.now();
  const pulse = setInterval(() => {
    if (performance.now() - seenAt > GAP_MS) report.callsSinceGap = 0;
    seenAt = performance.now();
  }, 500);

  async function call({ query, weight }: ClientOrders['queries'][number]): Promise<void> {
    const asked = performance.now();
    const lease = await limiter.acquire({
      account: orders.account,
      operation: 'bench',
      lane: orders.lane,
      spender: `${orders.lane} ${process.pid}`,
      weight,
      limits: orders.limits,
      signal: stopping.signal,
      now: Date.now,
    });
    report.waitsMs.push(Math.round(performance.now() - asked));
    let outcome: Parameters<typeof lease.release>[0] = {};
    try {
      const reply = await sender.send(
        {
          method: 'POST',
          url: orders.url,
          headers: { 'x-shopify-access-token': orders.token },
          json: { query },
          idempotent: true,
          private: true,
        },
        new AbortController().signal,
      );
      const failure = classify(reply, new Date(), (one, at) => shopify.classify(one, at));
      const metered = shopify.meter(reply);
      report.calls += 1;
      report.callsSinceGap += 1;
      report.points += metered.charged ?? 0;
      if (failure?.kind === 'throttled') report.throttled += 1;
      outcome = {
        ...metered,
        ...(failure?.kind === 'throttled' ? { throttledUntil: failure.retryAt ?? new Date() } : {}),
      };
      if (failure && failure.kind !== 'throttled') throw failure;
    } finally {
      await lease.release(outcome);
    }
  }

  async function caller(first: number): Promise<void> {
    for (let i = first; !stopping.signal.aborted; i++) {
      try {
        await call(orders.queries[i % orders.queries.length]!);
        if (orders.everyMs > 0) await after(orders.everyMs);
      } catch (thrown) {
        if (stopping.signal.aborted) return;
        const failure = asFailure(thrown);
        if (failure.kind === 'throttled') {
          report.snoozed += 1;
          continue;
        }
        report.failures[failure.message] = (report.failures[failure.message] ?? 0) + 1;
      }
    }
  }

  await Promise.all(Array.from({ length: orders.callers }, (_, i) => caller(i)));
  clearInterval(pulse);
  sender.close();
  await limiter.close();
  client.disconnect();
  return report;
}

process.once('message', (orders: ClientOrders) => {
  saturate(orders)
    .then((report) => process.send?.(report, () => process.exit(0)))
    .catch((error: unknown) => {
      process.stderr.write(`${asFailure(error).message}\n`);
      process.exit(1);
    });
});
process.send?.('ready');

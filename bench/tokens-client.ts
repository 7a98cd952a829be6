import { localLimiter, createSender } from '#http';
import { readKeyRing } from '#kernel';
import { shopify } from '#connectors/shopify';
import { openDoor, type Door, type Engine } from '#sync';
import { createLogger, createMetrics } from '#telemetry';
import { openWarehouse, reloadConnection } from '#warehouse';

/** What one worker process is told to begin with. */
export interface TokenWorkers {
  readonly databaseUrl: string;
  readonly key: string;
  readonly connectionId: string;
  readonly doors: number;
}

/** Calls once through every door, `aheadMs` into the future; or renews and dies between the reply and the store. */
export type TokenOrder = { readonly call: { readonly aheadMs: number } } | { readonly die: true };

export interface TokenReport {
  readonly ok: number;
  readonly calls: number;
  readonly failures: readonly string[];
}

/** A worker process with its own pool, limiter and sender, as in a cluster; its doors stay open from round to round. */
async function work({ databaseUrl, key, connectionId, doors: count }: TokenWorkers): Promise<void> {
  const warehouse = await openWarehouse({ url: databaseUrl, applicationName: 'tokens bench' });
  const sender = createSender();
  let aheadMs = 0;
  let dying = false;
  const engine: Engine = {
    warehouse,
    ring: readKeyRing(key),
    sender: {
      async send(request, signal) {
        const reply = await sender.send(request, signal);
        if (dying && request.url.endsWith('/access_token')) process.kill(process.pid, 'SIGKILL');
        return reply;
      },
      close: () => sender.close(),
    },
    limiter: localLimiter(),
    logger: createLogger({ level: 'silent', process: 'tokens bench' }),
    metrics: createMetrics(),
    now: () => new Date(Date.now() + aheadMs),
    random: Math.random,
    worker: `tokens-${process.pid}`,
    leaseMs: 60_000,
    sliceMs: 60_000,
    lookbackOf: () => undefined,
  };
  const row = await reloadConnection(warehouse, connectionId);
  if (!row) throw new Error('there is no such connection');
  const doors = Array.from({ length: count }, () => openDoor(engine, shopify, row));
  const never = new AbortController().signal;

  async function call(door: Door): Promise<string | null> {
    try {
      await door.call(shopify.probe.request(door.settings), never);
      return null;
    } catch (thrown) {
      return thrown instanceof Error ? thrown.message : String(thrown);
    }
  }

  process.on('message', (order: TokenOrder) => {
    dying = 'die' in order;
    if ('call' in order) ({ aheadMs } = order.call);
    void Promise.all(doors.map(call)).then((said) => {
      const failures = said.filter((one) => one !== null);
      const report: TokenReport = {
        ok: said.length - failures.length,
        calls: doors.reduce((sum, door) => sum + door.takeCalls(), 0),
        failures: [...new Set(failures)],
      };
      process.send?.(report);
    });
  });
}

process.once('message', (workers: TokenWorkers) => {
  void work(workers).then(
    () => process.send?.('ready'),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));

import { platforms } from '#catalog';
import type { Env } from '#config';
import { openQueues, type Queues } from '#queue';
import type { Logger } from '#telemetry';

/**
 * One queue for each platform, in Redis where there is one, else in the Postgres at the address. In a file of its own,
 * which is loaded when a queue is first asked for: who asks the tables alone does without all that it brings.
 */
export const queuesOf = ({ redisUrl, queuePrefix }: Env, url: string, logger: Logger): Queues =>
  openQueues({
    store: redisUrl ? { kind: 'redis', url: redisUrl, prefix: queuePrefix } : { kind: 'postgres', url },
    platforms: platforms.map((platform) => platform.name),
    onError: quietly(logger),
  });

/** A lost connection repeats its error every few hundred milliseconds: one line per place and ten seconds is enough. */
function quietly(logger: Logger): (where: string, error: Error) => void {
  const last = new Map<string, number>();
  return (where, error) => {
    const now = Date.now();
    if (now - (last.get(where) ?? 0) < 10_000) return;
    last.set(where, now);
    logger.warn({ where, error }, `${where}: ${error.message}`);
  };
}

import type { RequestHandler } from 'express';
import { milliseconds } from '#kernel';
import type { ConsoleOptions } from './options.js';
import { shared, within } from './within.js';

/** A store that has not answered by then counts as lost. */
const PATIENCE = milliseconds(1500);

/**
 * `GET /api/system/health`, open to everybody: 200 `healthy`, 200 `degraded` where only the queue is lost (the console
 * can still show what Postgres knows, and restarting it would not help), 503 `unhealthy` where the database is lost.
 */
export function health({ warehouse, queues, now }: ConsoleOptions): RequestHandler {
  const database = shared(() => warehouse.query('select 1'));
  const queue = shared(() => queueAnswers(queues));
  return async (_request, response) => {
    const [databaseUp, queueUp] = await Promise.all([answers(database), answers(queue)]);
    const status = !databaseUp ? 'unhealthy' : queueUp ? 'healthy' : 'degraded';
    response.status(databaseUp ? 200 : 503).json({
      status,
      timestamp: now().toISOString(),
      database: databaseUp ? 'connected' : 'disconnected',
      queue: queueUp ? 'connected' : 'disconnected',
    });
  };
}

async function queueAnswers({ boards }: ConsoleOptions['queues']): Promise<void> {
  await boards[0]?.getJobCounts('waiting');
}

const answers = (ask: () => Promise<unknown>): Promise<boolean> =>
  within(PATIENCE, ask()).then(
    () => true,
    () => false,
  );

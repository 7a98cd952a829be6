import express, { type Request, type Response, type Router } from 'express';
import type { Queue } from 'bullmq';
import { audit } from './audit.js';
import { may, needs, NO_TOKEN, showsToken, signedIn } from './gate.js';
import type { ConsoleOptions } from './options.js';
import { retryFailed, retryJob } from './retry.js';

/**
 * Every call of the board that would change something: retried here, where the run's row is put back first, or
 * refused. Nothing falls through to Bull Board, so a route it gains one day changes nothing. Each leaves a line in
 * the audit log, the refused ones too.
 */
export function boardActions(options: ConsoleOptions): Router {
  const { warehouse, queues, now } = options;
  const router = express.Router();

  const act =
    (action: string, work: (request: Request, queue: Queue) => Promise<Answer>) =>
    async (request: Request<Params>, response: Response): Promise<void> => {
      const { queueName, jobId } = request.params;
      const queue = queues.boards.find((one) => one.name === queueName);
      const answer = !queue
        ? { status: 404, body: { error: `there is no queue ${queueName}` }, outcome: 'no such queue' }
        : await work(request as unknown as Request, queue);
      const subject = jobId === undefined ? queueName : `${queueName}/${jobId}`;
      await audit(warehouse, {
        at: now(),
        actor: signedIn(request as unknown as Request).name,
        action,
        subject,
        outcome: answer.outcome,
      });
      response.status(answer.status);
      if (answer.body) response.json(answer.body);
      else response.end();
    };

  const refuseAll = async (
    request: Request,
    response: Response,
    status: number,
    why: string,
  ): Promise<void> => {
    await audit(warehouse, {
      at: now(),
      actor: signedIn(request).name,
      action: 'queues.refused',
      subject: `${request.method} ${request.path}`,
      outcome: `refused (${status}): ${why}`,
    });
    response.status(status).json({ error: why });
  };

  router.use(async (request, response, next) => {
    if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return next('router');
    if (!showsToken(request)) return refuseAll(request, response, 403, NO_TOKEN);
    if (!may(request, 'operator')) return refuseAll(request, response, 403, needs('operator'));
    next();
  });

  router.put(
    '/api/queues/:queueName/retry/failed',
    act('queue.retry-failed', async (_request, queue) => {
      const done = await retryFailed(options, queue);
      return {
        status: 200,
        body: done,
        outcome: `retried ${done.retried}, left ${done.skipped} as they were`,
      };
    }),
  );

  router.put(
    '/api/queues/:queueName/:jobId/retry',
    act('job.retry', async (request, queue) => {
      const { status, said } = await retryJob(options, queue, (request.params as unknown as Params).jobId!);
      return status === 204
        ? { status, body: null, outcome: said }
        : { status, body: { error: said }, outcome: `refused (${status}): ${said}` };
    }),
  );

  router.use((request, response) =>
    refuseAll(
      request,
      response,
      405,
      'this console only retries: the schedules and the queues are kept by Stratus',
    ),
  );
  return router;
}

type Params = { queueName: string; jobId?: string };

interface Answer {
  readonly status: number;
  readonly body: object | null;
  readonly outcome: string;
}

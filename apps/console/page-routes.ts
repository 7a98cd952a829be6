import express, { type Router } from 'express';
import { explainWait, findRun, reloadConnection, RunLog, waitFacts } from '#warehouse';
import { audit } from './audit.js';
import { may, mustBe, mustShowToken, signedIn } from './gate.js';
import { PATIENCE, pausedQueues, type News } from './news.js';
import type { ConsoleOptions } from './options.js';
import { overviewPage } from './pages/overview.js';
import { runPage } from './pages/run.js';
import { refuse, sendPage } from './reply.js';
import { retryRun } from './retry.js';
import { readForm } from './sign-in-routes.js';
import { within } from './within.js';

/** The overview, one run, and its retry. */
export function pageRoutes(options: ConsoleOptions, news: () => Promise<News>): Router {
  const { warehouse, now, mode } = options;
  const router = express.Router();

  router.get('/', async (request, response) => {
    const page = overviewPage(await news(), {
      user: signedIn(request),
      mode,
      mayRetry: may(request, 'operator'),
    });
    sendPage(response, page);
  });

  router.get('/runs/:id', async (request, response, next) => {
    const run = await findRun(warehouse, request.params.id);
    if (!run) return next();
    const at = now();
    const [connection, [open], paused, log] = await Promise.all([
      reloadConnection(warehouse, run.connectionId),
      waitFacts(warehouse, at, [run.id]),
      within(PATIENCE, pausedQueues(options.queues)).catch(() => new Set<string>()),
      warehouse.dataSource
        .getRepository(RunLog)
        .find({ where: { runId: run.id }, order: { id: 'DESC' }, take: 100 }),
    ]);
    const page = runPage({
      run,
      connection: connection?.name ?? run.connectionId,
      why: open ? (explainWait(open, at, paused)?.text ?? null) : null,
      log,
      now: at,
      user: signedIn(request),
      mode,
      mayRetry: may(request, 'operator'),
    });
    sendPage(response, page);
  });

  router.post('/runs/:id/retry', readForm, mustShowToken, mustBe('operator'), async (request, response) => {
    const runId = request.params['id'] as string;
    const { status, said } = await retryRun(options, runId);
    const done = status === 204;
    await audit(warehouse, {
      at: now(),
      actor: signedIn(request).name,
      action: 'run.retry',
      subject: runId,
      outcome: done ? said : `refused (${status}): ${said}`,
    });
    if (done) return response.redirect(303, `/runs/${encodeURIComponent(runId)}`);
    refuse(request, response, status, said);
  });

  return router;
}

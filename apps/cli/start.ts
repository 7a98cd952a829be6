import { platforms } from '#catalog';
import type { Closable } from '#queue';
import type { Console } from '../console/index.js';
import { startScheduler } from '../scheduler/index.js';
import { startWorker } from '../worker/index.js';
import { PROCESS, type Stack } from './stack.js';

/** Each process of Stratus on a stack: the same three in one tree as apart. */

export const schedulerOn = (stack: Stack): Closable =>
  startScheduler({
    warehouse: stack.warehouse,
    queues: stack.queues(),
    logger: stack.logger.child({ part: 'scheduler' }),
    platforms,
    settings: stack.config.streams,
    everyMs: stack.env.reconcileMs,
    now: () => new Date(),
    process: PROCESS,
  });

export const workerOn = (stack: Stack, concurrency = stack.env.concurrency): Closable =>
  startWorker({
    engine: stack.engine(),
    queues: stack.queues(),
    platforms,
    concurrency,
    lockMs: stack.env.lockMs,
    showMeters: stack.env.mode === 'embedded',
  });

/** The web server and what it serves are only loaded here: no other process pays for them. */
export const consoleOn = async (stack: Stack): Promise<Console> => {
  const { startConsole } = await import('../console/index.js');
  return startConsole({
    warehouse: stack.warehouse,
    queues: stack.queues(),
    metrics: stack.metrics,
    logger: stack.logger.child({ part: 'console' }),
    platforms,
    ring: stack.ring,
    engine: () => stack.engine(),
    host: stack.env.host,
    port: stack.env.port,
    trustProxy: stack.env.trustProxy,
    secureCookies: stack.env.secureCookies,
    metricsToken: stack.env.metricsToken,
    mode: stack.env.mode,
    now: () => new Date(),
  });
};

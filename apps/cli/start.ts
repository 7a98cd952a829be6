import { platforms } from '#catalog';
import type { Closable } from '#queue';
import type { Console } from '../console/index.js';
import { startScheduler } from '../scheduler/index.js';
import { startWorker } from '../worker/index.js';
import { configuredLookback, PROCESS, type Stack } from './stack.js';

/** Each process of Stratus on a stack: the same three in one tree as apart. */

export const schedulerOn = async (stack: Stack): Promise<Closable> =>
  startScheduler({
    warehouse: stack.warehouse,
    queues: await stack.queues(),
    logger: stack.logger.child({ part: 'scheduler' }),
    platforms,
    settings: stack.config.streams,
    everyMs: stack.env.reconcileMs,
    now: () => new Date(),
    process: PROCESS,
  });

export const workerOn = async (stack: Stack, concurrency = stack.env.concurrency): Promise<Closable> =>
  startWorker({
    engine: stack.engine(),
    queues: await stack.queues(),
    platforms,
    concurrency,
    lockMs: stack.env.lockMs,
    showMeters: stack.env.mode === 'embedded',
  });

/** The web server and what it serves are only loaded here: no other process pays for them. */
export const consoleOn = async (stack: Stack, sandboxUrl?: string): Promise<Console> => {
  const { startConsole } = await import('../console/index.js');
  return startConsole({
    warehouse: stack.warehouse,
    queues: await stack.queues(),
    metrics: stack.metrics,
    logger: stack.logger.child({ part: 'console' }),
    platforms,
    settings: stack.config.streams,
    lookbackOf: (stream) => configuredLookback(stack, stream),
    ring: stack.ring,
    engine: () => stack.engine(),
    host: stack.env.host,
    port: stack.env.port,
    trustProxy: stack.env.trustProxy,
    secureCookies: stack.env.secureCookies,
    metricsToken: stack.env.metricsToken,
    publicUrl: stack.env.publicUrl,
    mail: stack.env.mail,
    mode: stack.env.mode,
    ...(sandboxUrl === undefined ? {} : { sandbox: () => accountsAt(sandboxUrl) }),
    now: () => new Date(),
  });
};

const accountsAt = async (sandboxUrl: string) =>
  (await import('../sandbox/index.js')).demoConnections(sandboxUrl);

import type { RequestHandler } from 'express';
import { Gauge, type Registry } from 'prom-client';
import { seconds } from '#kernel';
import { freshness } from '#warehouse';
import type { ConsoleOptions } from './options.js';
import { ageSeconds } from './status.js';
import { within } from './within.js';

const PATIENCE = seconds(2);

/**
 * `GET /metrics`: this process's registry, with the queues' counts and the streams' ages read at the scrape. What
 * cannot be read is left out rather than told from memory.
 */
export function scrape({ warehouse, queues, metrics, logger, now }: ConsoleOptions): RequestHandler {
  const { registry } = metrics;
  const age = gauge(registry, {
    name: 'stratus_stream_age_seconds',
    help: 'Time since a run of the stream last read everything there was.',
    labelNames: ['connection', 'stream'],
  });
  const held = gauge(registry, {
    name: 'stratus_quarantine_open',
    help: 'Records that did not parse and wait for an operator.',
    labelNames: ['connection', 'stream'],
  });

  async function readQueues(): Promise<void> {
    registry.getSingleMetric('stratus_queue_jobs')?.reset();
    for (const queue of queues.boards)
      for (const [state, jobs] of Object.entries(await queue.getJobCounts()))
        metrics.queue({ queue: queue.name, state }, jobs);
  }

  async function readStreams(): Promise<void> {
    age.reset();
    held.reset();
    for (const { connection, stream, lastSuccessAt, openQuarantine } of await freshness(warehouse)) {
      const old = ageSeconds(lastSuccessAt, now());
      if (old !== null) age.set({ connection, stream }, old);
      held.set({ connection, stream }, openQuarantine);
    }
  }

  return async (_request, response) => {
    for (const read of [readQueues, readStreams])
      await within(PATIENCE, read()).catch((error: unknown) =>
        logger.warn({ error }, 'a scrape is incomplete: a store did not answer'),
      );
    response.type(registry.contentType).send(await registry.metrics());
  };
}

/** The registry outlives a console that is stopped and started again. */
const gauge = (registry: Registry, spec: { name: string; help: string; labelNames: string[] }): Gauge =>
  (registry.getSingleMetric(spec.name) as Gauge | undefined) ?? new Gauge({ ...spec, registers: [registry] });

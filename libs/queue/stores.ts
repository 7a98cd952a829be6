import { createPostgresBackend, FlowProducer, Queue, withBackend, Worker, type Job } from 'bullmq';
import type { Redis, RedisOptions } from 'ioredis';
import pg from 'pg';
import { openRedis } from './redis.js';

/** Redis in production, the warehouse's own Postgres where nothing else is configured. */
export type QueueStore =
  | { readonly kind: 'redis'; readonly url: string; readonly prefix: string }
  | { readonly kind: 'postgres'; readonly url: string };

export interface QueueOptions {
  readonly store: QueueStore;
  /** One work queue per platform, so that a slow platform holds up nobody else's runs. */
  readonly platforms: readonly string[];
  /** Told of connection trouble; the queue itself goes on trying. */
  readonly onError: (where: string, error: Error) => void;
}

/** A connection that breaks while a query is on it fails that query; pg would end the process besides. */
class SturdyClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/** Makes queues and workers on one store. */
export interface Factory {
  queue(name: string): Queue;
  worker(
    name: string,
    process: (job: Job, token: string, signal: AbortSignal) => Promise<unknown>,
    options: Record<string, unknown>,
  ): Worker;
  flows(): FlowProducer;
  close(): void;
}

export function factory({ store, onError }: QueueOptions): Factory {
  const heard = <T extends { on(event: 'error', listener: (error: Error) => void): unknown }>(
    where: string,
    one: T,
  ): T => {
    one.on('error', (error) => onError(where, error));
    return one;
  };
  const processor =
    (process: (job: Job, token: string, signal: AbortSignal) => Promise<unknown>) =>
    (job: Job, token?: string, signal?: AbortSignal): Promise<unknown> =>
      process(job, token ?? '', signal ?? new AbortController().signal);

  if (store.kind === 'postgres') {
    const bound = withBackend(createPostgresBackend);
    const connection = {
      connectionString: store.url,
      migrate: true,
      max: 3,
      application_name: 'stratus queue',
      Client: SturdyClient,
    };
    return {
      queue: (name) => heard(`queue ${name}`, new bound.Queue(name, { connection })) as unknown as Queue,
      worker: (name, process, options) =>
        heard(
          `worker ${name}`,
          new bound.Worker(name, processor(process), { connection, ...options }),
        ) as unknown as Worker,
      flows: () => heard('flows', new bound.FlowProducer({ connection })) as unknown as FlowProducer,
      close: () => undefined,
    };
  }

  const clients: Redis[] = [];
  const client = (where: string, options: RedisOptions): Redis =>
    openRedis(store.url, {
      ...options,
      made: (one) => {
        clients.push(one);
        heard(where, one);
      },
    });
  const shared = client('redis', { maxRetriesPerRequest: 3 });
  return {
    queue: (name) =>
      heard(
        `queue ${name}`,
        new Queue(name, { connection: shared, prefix: store.prefix, streams: { events: { maxLen: 1000 } } }),
      ),
    worker: (name, process, options) =>
      heard(
        `worker ${name}`,
        new Worker(name, processor(process), {
          connection: client(`worker ${name}`, { maxRetriesPerRequest: null }),
          prefix: store.prefix,
          ...options,
        }),
      ),
    flows: () => heard('flows', new FlowProducer({ connection: shared, prefix: store.prefix })),
    close: () => {
      for (const one of clients) one.disconnect();
    },
  };
}

import { Redis, type RedisOptions } from 'ioredis';

/**
 * A client of Redis that notices a server which went silent without a word: what it does not answer within `silentMs`
 * fails, and a new connection is made. `made` is told of the client and of each copy of it, to hear its errors and to
 * end it: a copy goes on reconnecting when nobody does.
 */
export function openRedis(
  url: string,
  {
    made,
    silentMs = 30_000,
    ...options
  }: RedisOptions & { made: (client: Redis) => void; silentMs?: number },
): Redis {
  const watched = (client: Redis): Redis => {
    // ioredis leaves the watch over a silent socket running when that socket breaks: half a minute later it would
    // end the next, healthy connection, or keep the process from ending.
    const watch = client as unknown as { socketTimeoutTimer: NodeJS.Timeout | undefined };
    client.on('close', () => {
      clearTimeout(watch.socketTimeoutTimer);
      watch.socketTimeoutTimer = undefined;
    });
    const copyOf = client.duplicate.bind(client);
    client.duplicate = (override) => watched(copyOf(override));
    made(client);
    return client;
  };
  return watched(
    new Redis(url, {
      socketTimeout: silentMs,
      keepAlive: 5000,
      connectTimeout: 10_000,
      retryStrategy: (times) => Math.min(100 * 2 ** Math.min(times, 6), 5000) * (0.5 + Math.random() / 2),
      ...options,
    }),
  );
}

import type { Redis } from 'ioredis';
import { describeWhere, testService } from './services.js';

/** Tests on a real Redis; skipped where there is none. */
export const describeRedis = describeWhere('STRATUS_TEST_REDIS');

/**
 * A Redis address with an empty database number of its own. The server is shared: empty it with FLUSHDB,
 * never FLUSHALL, and leave its settings and other clients alone.
 */
export const testRedisUrl = (): Promise<string> => testService('redis');

/** All that a database of Redis holds, key by key, in plain text: what `DUMP` gives is packed. */
export async function everythingIn(redis: Redis): Promise<[key: string, text: string][]> {
  const read: Readonly<Record<string, (key: string) => Promise<unknown>>> = {
    string: (key) => redis.get(key),
    hash: (key) => redis.hgetall(key),
    list: (key) => redis.lrange(key, 0, -1),
    set: (key) => redis.smembers(key),
    zset: (key) => redis.zrange(key, 0, -1),
    stream: (key) => redis.xrange(key, '-', '+'),
  };
  const found: [string, string][] = [];
  for (const key of await redis.keys('*')) {
    const type = await redis.type(key);
    // A key may end between two questions; one of a type that is not known here would be overlooked.
    if (type === 'none') continue;
    found.push([key, `${key} ${JSON.stringify(await read[type]!(key))}`]);
  }
  return found;
}

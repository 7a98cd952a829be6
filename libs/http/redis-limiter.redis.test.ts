import { Redis } from 'ioredis';
import { describeRedis, testRedisUrl } from '../../tests/redis.js';
import { redisLimiter } from './redis-limiter.js';
import { describeLimiter } from './testing/limiter-conformance.js';

describeRedis('over Redis', () => {
  let url: string;
  beforeAll(async () => {
    url = await testRedisUrl();
  });

  describeLimiter('processes that share a Redis', async (options) => {
    const client = new Redis(url, { maxRetriesPerRequest: 3 });
    const limiter = redisLimiter({ client, prefix: 'test', ...options });
    return {
      limiter,
      async close() {
        await limiter.close();
        await client.flushdb();
        client.disconnect();
      },
    };
  });
});

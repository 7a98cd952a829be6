import { Redis } from 'ioredis';
import { describeBackfill } from './describe-backfill.js';
import { describeRedis, testRedisUrl } from './redis.js';

describeBackfill(describeRedis, 'Redis', async () => {
  const url = await testRedisUrl();
  return {
    store: () => ({ kind: 'redis', url, prefix: '{stratus}' }),
    async empty() {
      const redis = new Redis(url);
      await redis.flushdb();
      redis.disconnect();
    },
  };
});

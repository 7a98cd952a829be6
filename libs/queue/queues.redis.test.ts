import { describeRedis, testRedisUrl } from '../../tests/redis.js';
import { describeQueues } from './testing/describe-queues.js';

describeQueues(describeRedis, 'Redis', async () => ({
  store: { kind: 'redis', url: await testRedisUrl(), prefix: '{stratus}' },
  close: async () => undefined,
}));

import { describeWhere, testService } from './services.js';

/** Tests on a real Redis; skipped where there is none. */
export const describeRedis = describeWhere('STRATUS_TEST_REDIS');

/**
 * A Redis address with an empty database number of its own. The server is shared: empty it with FLUSHDB,
 * never FLUSHALL, and leave its settings and other clients alone.
 */
export const testRedisUrl = (): Promise<string> => testService('redis');

import { relative } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/**
 * Where Jest has no times of its own yet, as on a fresh clone: what takes longest must not be what is begun last. In the
 * middle come those that measure time against a strict platform, beside others that wait more than they work: the storm,
 * which `npm run verify` begins with the first of all, is over by then.
 */
const ORDER = [
  'tests/up.test.ts',
  'libs/connectors/shopify/shopify.contract.db.test.ts',
  'libs/connectors/freeagent/freeagent.contract.db.test.ts',
  'tests/backfill.test.ts',
  'libs/connectors/shipbob/shipbob.hostile.db.test.ts',
  'tests/error-desk.test.ts',
  'tests/paging.db.test.ts',
  'tests/journey.test.ts',
  'apps/console/api/hostile-input.db.test.ts',
  'libs/connectors/shopify/shopify.platform-faults.db.test.ts',
  'libs/http/ledger.redis.test.ts',
  'libs/queue/queues.redis.test.ts',
  'tests/tokens.test.ts',
  'libs/http/redis-limiter.redis.test.ts',
  'libs/http/local-limiter.test.ts',
  'libs/warehouse/silence.db.test.ts',
  'tests/endurance.test.ts',
  'tests/queue-truth.redis.test.ts',
  'tests/cluster-errors.test.ts',
  'storm/crash-points.test.ts',
  'libs/connectors/shipbob/shipbob.contract.db.test.ts',
  'tests/cluster.test.ts',
  'tests/backfill.db.test.ts',
  'libs/connectors/amazon/amazon.contract.db.test.ts',
  'libs/queue/queues.db.test.ts',
  'tests/backfill.redis.test.ts',
];

/** Jest's own order behind the ones that are known to take long. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path, context }) => {
      const at = ORDER.indexOf(relative(context.config.rootDir, path).replaceAll('\\', '/'));
      return at === -1 ? ORDER.length : at;
    };
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
}

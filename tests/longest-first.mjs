import { relative } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** Where Jest has no times of its own yet, as on a fresh clone: what takes longest must not be what is begun last. */
const LONGEST = [
  'tests/up.test.ts',
  'tests/backfill.test.ts',
  'tests/error-desk.test.ts',
  'libs/http/ledger.redis.test.ts',
  'tests/cluster-errors.test.ts',
  'libs/http/redis-limiter.redis.test.ts',
  'tests/cluster.test.ts',
  'tests/endurance.test.ts',
  'tests/paging.db.test.ts',
  'tests/queue-truth.redis.test.ts',
  'storm/crash-points.test.ts',
];

/** Jest's own order behind the ones that are known to take long. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path, context }) => {
      const at = LONGEST.indexOf(relative(context.config.rootDir, path).replaceAll('\\', '/'));
      return at === -1 ? LONGEST.length : at;
    };
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
}

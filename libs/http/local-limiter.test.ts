import { localLimiter } from './local-limiter.js';
import { describeLanes } from './testing/lane-conformance.js';
import { describeLimiter } from './testing/limiter-conformance.js';
import { describeTelling } from './testing/telling-conformance.js';

describeLimiter('one process alone', async (options) => {
  const limiter = localLimiter(options);
  return { limiter, close: () => limiter.close() };
});

describeLanes('one process alone', async () => {
  const limiter = localLimiter();
  return { limiter, close: () => limiter.close() };
});

describeTelling('one process alone', async (onUse) => {
  const limiter = localLimiter({ onUse });
  return { limiter, other: limiter, close: () => limiter.close() };
});

import { localLimiter } from './local-limiter.js';
import { describeLimiter } from './testing/limiter-conformance.js';

describeLimiter('one process alone', async (options) => {
  const limiter = localLimiter(options);
  return { limiter, close: () => limiter.close() };
});

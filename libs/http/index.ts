/**
 * http: the door to the platforms. `send` makes one call, `classify` reads its reply, a limiter paces both.
 *
 * Words. *Limit*: what a platform meters, as data. *Lease*: the right to one call. *Points*: what a bucket holds;
 * *slots*: what a window or a number of calls at once has. *Level*: the platform's own reading of its meter.
 * *Lane*: who goes first. *Spender*: on whose behalf. *Headroom*: what a lane leaves in the bucket for those above it.
 *
 * Invariants. Every way a call can go wrong leaves as a Failure that holds no header, no URL path and no secret.
 * Redirects are not followed, bodies are bounded, and a name that leads into a private network is refused while
 * connecting. Nothing calls a platform without a lease of its limits. What a limiter hands out plus what is under way
 * never exceeds what the platform has: points are taken before a call and handed back after its reply. Whoever waits
 * has taken nothing.
 */
export { type HttpRequest, type Method, type Reply } from './call.js';
export { type HostRule, allowedHost, isPrivateAddress } from './hosts.js';
export { readJson } from './json.js';
export { type Sender, type SenderOptions, createSender } from './send.js';
export { type Classify, classify, detailOf } from './classify.js';
export { retryAfter } from './retry-after.js';
export { ratePerSecond, remaining, remainingOf, usedOfSize } from './levels.js';
export {
  type Lane,
  type Lease,
  type LeaseRequest,
  type Level,
  type Limiter,
  type LimitSpec,
  type MeterReading,
  type Outcome,
  type Use,
} from './limit.js';
export { localLimiter } from './local-limiter.js';
export { type RedisLimiterOptions, redisLimiter } from './redis-limiter.js';

/**
 * kernel: values that everything else is written in. Pure; imports nothing of ours.
 * Money is an exact decimal text, instants are UTC Dates, durations are milliseconds, ids are strings.
 */
export {
  type Decimal,
  decimal,
  parseDecimal,
  add,
  subtract,
  times,
  compare,
  sum,
  toFixed,
  withoutExponent,
  ZERO,
} from './money.js';
export { type CalendarDate, parseInstant, parseDate, later, earlier, earliest, latest } from './instant.js';
export {
  type Duration,
  milliseconds,
  seconds,
  minutes,
  hours,
  days,
  parseDuration,
  formatDuration,
} from './duration.js';
export { type FailureKind, type Outcome, OUTCOME, Failure, asFailure } from './failure.js';
export { type Json } from './json.js';
export { newId, newShortId } from './id.js';
export { type KeyRing, readKeyRing, seal, sealedWith, unseal } from './seal.js';
export { nearest } from './nearest.js';

import type { Duration } from '#kernel';

/** Attempts a run has before it is failed for good. */
export const MAX_ATTEMPTS = 8;

/** 2 s, 4 s, 8 s … at most 10 min, half of it jitter, so that replicas do not come back in step. */
export function backoff(attempt: number, random: () => number): Duration {
  const full = Math.min(600_000, 1000 * 2 ** Math.max(1, attempt));
  return Math.round(full / 2 + (full / 2) * random());
}

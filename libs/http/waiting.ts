import { Failure, later } from '#kernel';
import type { Lane, LimitSpec } from './limit.js';
import { LATE, pause, within } from './wait.js';

/** A call that wants something of one limit. */
export interface Asking {
  readonly weight: number;
  readonly lane: Lane;
  readonly spender: string;
  /** The longest it waits. */
  readonly ms: number;
  readonly signal: AbortSignal;
  readonly now: () => number;
}

/** The least time a store is given to answer, however short the patience. */
const ANSWER_MS = 1000;
/** Shorter waits are told as this much, so that nobody comes back before anything changed. */
const SHORTEST_TOLD_MS = 1;

/** The wait is longer than the call may take: says until when, and nothing was taken. */
export function spent(spec: LimitSpec, waitMs: number, now: number): Failure {
  const retryAt = later(new Date(now), Math.max(SHORTEST_TOLD_MS, Math.ceil(waitMs)));
  return new Failure('throttled', `waits for quota ${spec.name} until ${clock(retryAt, now)}`, { retryAt });
}

/** `14:32:05 UTC`, with the date where that is another day. */
function clock(at: Date, now: number): string {
  // Rounded up: who reads it and comes at that second finds it true.
  const text = new Date(Math.ceil(at.getTime() / 1000) * 1000).toISOString();
  const day = text.slice(0, 10);
  const time = `${text.slice(11, 19)} UTC`;
  return day === new Date(now).toISOString().slice(0, 10) ? time : `${day} ${time}`;
}

export async function answered<T>(
  spec: LimitSpec,
  promise: Promise<T>,
  { ms, signal }: Pick<Asking, 'ms' | 'signal'>,
): Promise<T> {
  const longest = Math.max(ms, ANSWER_MS);
  const asked = performance.now();
  let value = await within(promise, longest, signal);
  // This process stood still, and has yet to read what was answered meanwhile.
  if (value === LATE && performance.now() - asked > longest + ANSWER_MS / 2)
    value = await within(promise, ANSWER_MS, signal);
  if (value !== LATE) return value;
  throw new Failure(
    'transient',
    `the limiter did not answer for ${spec.name}: check that Redis can be reached; it is tried again`,
  );
}

/** Waits while the platform wants to be left alone, where that is short. */
export async function reopened(
  spec: LimitSpec,
  closedForMs: number,
  ms: number,
  { signal, now }: Pick<Asking, 'signal' | 'now'>,
): Promise<void> {
  if (closedForMs > ms) throw spent(spec, closedForMs, now());
  if (closedForMs > 0) await pause(closedForMs, signal);
}

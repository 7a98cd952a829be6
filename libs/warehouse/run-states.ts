/** A run's states; `snoozed` is a wait that counts as no attempt. */
export type RunState = 'queued' | 'running' | 'snoozed' | 'succeeded' | 'failed' | 'cancelled';

/**
 * Every allowed move. A waiting run fails where its connection's credentials were refused. A failed or cancelled run
 * goes back to the queue only when a person retries it, or enters the credentials it lacked. A failed one
 * succeeds after all only when a person accepts what its counts spoke against.
 */
const MOVES: readonly (readonly [from: RunState, to: RunState])[] = [
  ['queued', 'running'],
  ['snoozed', 'running'],
  ['running', 'queued'],
  ['running', 'snoozed'],
  ['running', 'succeeded'],
  ['running', 'failed'],
  ['running', 'cancelled'],
  ['queued', 'failed'],
  ['snoozed', 'failed'],
  ['queued', 'cancelled'],
  ['snoozed', 'cancelled'],
  ['snoozed', 'queued'],
  ['failed', 'queued'],
  ['failed', 'succeeded'],
  ['cancelled', 'queued'],
];

/** States from which a run may move to `to`: the guard of every update statement. */
export const statesBefore = (to: RunState): RunState[] =>
  MOVES.flatMap(([from, target]) => (target === to ? [from] : []));

const FINISHED: readonly RunState[] = ['succeeded', 'failed', 'cancelled'];
export const isFinished = (state: RunState): boolean => FINISHED.includes(state);

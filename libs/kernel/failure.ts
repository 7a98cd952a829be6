/** Why something did not work; the closed list that every outcome is decided from. */
export type FailureKind = 'throttled' | 'transient' | 'credential' | 'refused' | 'config' | 'bug';

/** What becomes of the run: later and not counted, later and counted, or stop trying. */
export type Outcome = 'snooze' | 'retry' | 'cancel';

export const OUTCOME: Readonly<Record<FailureKind, Outcome>> = {
  throttled: 'snooze',
  transient: 'retry',
  credential: 'cancel',
  refused: 'cancel',
  config: 'cancel',
  bug: 'cancel',
};

/**
 * The one error class of Stratus. The message says what was tried, where, and the next step for the reader;
 * it never holds a secret.
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;
  /** Earliest instant at which another try makes sense. */
  readonly retryAt: Date | undefined;
  /** What the platform said, cut short and redacted, for the error desk. */
  readonly detail: string | undefined;
  /** The call that failed, by the name the platform meters it under; undefined where it was none. */
  readonly operation: string | undefined;

  constructor(
    kind: FailureKind,
    message: string,
    more: { cause?: unknown; retryAt?: Date; detail?: string; operation?: string } = {},
  ) {
    super(storable(message), more.cause === undefined ? undefined : { cause: more.cause });
    this.kind = kind;
    this.retryAt = more.retryAt;
    this.detail = more.detail === undefined ? undefined : storable(more.detail);
    this.operation = more.operation;
  }

  get outcome(): Outcome {
    return OUTCOME[this.kind];
  }
}

/** What a platform said may hold what Postgres refuses, and a failure that cannot be written down would repeat for ever. */
const storable = (text: string): string => text.replace(/[\0\p{Surrogate}]/gu, '\uFFFD');

/** What the engine says of recursion that went too deep. */
const TOO_DEEP = 'what was read nests deeper than can be followed';

/** Anything thrown, as a Failure: what is not one already is a bug of ours. */
export function asFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const said = /call stack size/.test(message) ? `${TOO_DEEP} (${message})` : message;
  return new Failure('bug', said || 'unknown error', { cause: thrown });
}

import type { FailureKind } from '#kernel';

/** What the error desk groups by: the same for everything that fails for one reason. */
export interface Cause {
  readonly fingerprint: string;
  /** `record`: one record could not be used, the run went on. */
  readonly kind: FailureKind | 'record';
  readonly platform: string;
  readonly stream: string;
  /** The call that failed; null where it was none. */
  readonly operation: string | null;
  /** What was said, without numbers, ids and values. */
  readonly message: string;
}

/*
 * What a simulator is given and gives back. The process that owns the port turns requests into calls and replies
 * into bytes; faults, latency and the ledger are its affair.
 */

export interface Call {
  readonly method: string;
  /** Below the simulator's own first segment: `/demo/2026-01/order`. */
  readonly path: string;
  /** As sent, without the `?`. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

export interface CallNote {
  readonly account: string | null;
  /** `served`, or the kind of refusal. */
  readonly outcome: string;
  readonly operation: string;
  readonly records?: number;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly note: CallNote;
}

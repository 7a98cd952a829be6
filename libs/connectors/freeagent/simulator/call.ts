/*
 * What a simulator is given and gives back. The process that owns the port turns requests into calls and replies into
 * bytes; faults, latency and the ledger are its affair.
 */

export interface Call {
  readonly method: string;
  /** Below the simulator's own first segment: `/demo/v2/contacts`. */
  readonly path: string;
  /** As sent, without the `?`. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

export interface CallNote {
  /** Company the call was for; null where the path names none that exists. */
  readonly account: string | null;
  /** `served`, or the kind of refusal. */
  readonly outcome: string;
  readonly operation: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly note: CallNote;
}

/** What a door hands back before the common headers are put on. */
export interface Answer {
  readonly status: number;
  /** JSON, or text as it stands. */
  readonly body: unknown;
  readonly outcome: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const refuse = (status: number, message: string, outcome: string): Answer => ({
  status,
  body: { errors: { error: { message } } },
  outcome,
});

export const NOT_FOUND = refuse(404, 'Resource not found', 'not-found');

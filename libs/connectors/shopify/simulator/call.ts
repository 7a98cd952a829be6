/*
 * What a simulator is given and gives back. The process that owns the port turns requests into calls and replies
 * into bytes; faults, latency and the ledger are its affair.
 */

export interface Call {
  readonly method: string;
  /** Below the simulator's own first segment: `/demo/admin/api/2026-10/graphql.json`. */
  readonly path: string;
  /** As sent, without the `?`; empty where there is none. */
  readonly query?: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
  /** The platform's own slowness: awaited while the points of a query are charged and not yet given back. */
  readonly linger?: () => Promise<void>;
}

export interface CallNote {
  /** Shop the call was for; null where the path names none that exists. */
  readonly account: string | null;
  /** `served`, or the kind of refusal. */
  readonly outcome: string;
  /** Name of the operation, or what kind of call it was. */
  readonly operation: string;
  readonly points?: number;
  readonly records?: number;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes for a part of a file. */
  readonly body: string | Buffer;
  readonly note: CallNote;
}

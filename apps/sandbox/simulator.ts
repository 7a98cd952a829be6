import type { Json } from '#kernel';
import type { IncomingHttpHeaders } from 'node:http';

/*
 * What the sandbox asks of a platform's simulator. A simulator knows no sockets: it is given calls and gives replies,
 * and says in a note what it did, for the ledger. Each platform's own types fit these by shape.
 */

export interface Call {
  readonly method: string;
  /** Below the simulator's own first segment. */
  readonly path: string;
  /** As sent, without the `?`; empty where there is none. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The platform's slowness, where some is turned on: awaited while a call holds what it was charged. */
  readonly linger?: () => Promise<void>;
}

export interface CallNote {
  /** The account the call was for; null where there is no such account. */
  readonly account: string | null;
  /** `served`, or the kind of refusal. */
  readonly outcome: string;
  readonly operation: string;
  /** What the platform charged, in its own points. */
  readonly points?: number;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes for what is no text: a file that is packed. */
  readonly body: string | Buffer;
  readonly note: CallNote;
}

/** Counts and sums of one account, per stream and table. */
export interface AccountTruth {
  readonly streams: Readonly<
    Record<string, { readonly records: number; readonly tables: Readonly<Record<string, object>> }>
  >;
}

/** Every row that a faithful copy holds, by table and source id, in the warehouse's own column names. */
export type AccountRows = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Json>>>>>>;

export interface Simulator {
  /** First segment of its paths, for example `shopify`. */
  readonly name: string;
  readonly accounts: readonly string[];
  handle(call: Call): Promise<Reply>;
  /** Of one account, or the first. */
  truth(account?: string): AccountTruth;
  /** Of one account, or the first. */
  rows(account?: string): AccountRows;
  /** Turns the platform's own knobs and answers how they stand; throws where one is unknown. */
  knobs(account: string | undefined, body: unknown): object;
  /** Changes records as the account's staff would. */
  edit(account: string | undefined, body: unknown): object;
}

import type { CallSpec, Window } from './call-spec.js';

/** How an export of the platform's stands. Counts are of the whole file; null where the platform does not tell. */
export type ExportState =
  | { readonly is: 'working'; readonly done: number | null }
  /** No address: there was nothing to write. */
  | {
      readonly is: 'ready';
      readonly url: string | null;
      readonly records: number | null;
      readonly lines: number | null;
    }
  /** It will never be whole; `why` in words. */
  | { readonly is: 'lost'; readonly why: string };

/** What came of asking for an export: its id, why none may begin just now, or why this one never will. */
export type Begun = { readonly id: string } | { readonly busy: string } | { readonly refused: string };

export interface HistoryQuery<Settings> {
  readonly window: Window;
  readonly settings: Settings;
}

/**
 * A stream's past through one file that the platform writes on demand, instead of page by page. Used for windows that
 * hold many records: the first read of a connection, a refresh, a backfill's slice. Live runs go page by page.
 *
 * The file holds a JSON value a line; a record's children follow it, each naming its parent. The engine asks for the
 * export once (an export that was begun and not noted is found and taken up again), waits for it without a worker, reads
 * the file part by part from the byte where the last page ended, and lands each part as a page. The checkpoint moves at
 * the end. Whatever makes the file doubtful (the export fails or expires, its lines are not grouped, its counts do not
 * agree) is written to the run's log, and the window is read page by page.
 */
export interface History {
  /** From how many records of the window on it pays; null for never. */
  readonly from: (settings: unknown) => number | null;
  readonly find: {
    request(query: HistoryQuery<unknown> & { since: Date }): CallSpec;
    /** The newest export of the very same window that is not lost. */
    among(body: unknown, query: HistoryQuery<unknown>): string | null;
  };
  readonly begin: {
    request(query: HistoryQuery<unknown>): CallSpec;
    says(body: unknown): Begun;
  };
  readonly look: {
    request(query: { id: string; settings: unknown }): CallSpec;
    says(body: unknown): ExportState;
  };
  /** Where its files lie. */
  readonly hosts: readonly RegExp[];
  /** Bytes of a part; 512 KB by default. */
  readonly partBytes?: number;
  /** A line's own id, and its parent's; null for a record. */
  line(value: unknown): ExportLine;
  /** A record as the stream's pages hold it. */
  record(root: unknown, children: readonly unknown[]): unknown;
}

interface ExportLine {
  readonly id: string;
  readonly parent: string | null;
}

/** Checks a history's pieces against the stream's settings. */
export const history = <Settings>(
  spec: Omit<History, 'from' | 'find' | 'begin' | 'look'> & {
    readonly from: (settings: Settings) => number | null;
    readonly find: {
      request(query: HistoryQuery<Settings> & { since: Date }): CallSpec;
      among(body: unknown, query: HistoryQuery<Settings>): string | null;
    };
    readonly begin: { request(query: HistoryQuery<Settings>): CallSpec; says(body: unknown): Begun };
    readonly look: {
      request(query: { id: string; settings: Settings }): CallSpec;
      says(body: unknown): ExportState;
    };
  },
): History => spec as unknown as History;

import type { Duration } from '#kernel';

export interface Cursor<R> {
  /** How new a record is. */
  readonly of: (record: R) => Date;
  /** `ascending` pages may be checkpointed one by one; `unordered` ones only when all were read. */
  readonly order: 'ascending' | 'unordered';
  /** How far a run steps back before the checkpoint to catch late edits. */
  readonly lookback: Duration;
  readonly startAt: Date | null;
  /** The step of the platform's clock, which both ends of a window are cut to; a millisecond by default. */
  readonly grain?: Duration;
  /**
   * The record's version, where it is another than the instant the window asks by: a ledger's `updated_at` while it is
   * asked for by `dated_on`. Null where it tells none: then what came last counts. By default `of`.
   */
  readonly version?: (record: R) => Date | null;
  /**
   * The widest span the platform answers at once. A longer window is cut into spans that are read one after the other,
   * oldest first; each begins one grain after the last one's end. Needs `startAt` or `reach`, since "from the
   * beginning" cannot be cut.
   */
  readonly maxSpan?: Duration;
  /**
   * How long the platform's newest records must be left alone: every window ends so long before now. What such a
   * platform hides cannot be told from what is gone, so a run that reads everything marks nothing gone.
   */
  readonly settle?: Duration;
  /**
   * How far back the platform can be asked: no window of an incremental run or a refresh begins earlier than so long
   * before the run; a backfill that does is refused when it is planned.
   */
  readonly reach?: Duration;
  /**
   * The column of the stream's table that holds `of`, for a list without a clock of its changes: every run asks for
   * all records of its window, and rows of that window it was not served are gone. They are gone only after a clean
   * read of the whole window that was read once more (`confirm`), never while records of it lie in the quarantine.
   */
  readonly replaces?: string;
}

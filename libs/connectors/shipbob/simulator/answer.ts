import type { CallNote } from './call.js';

/** What a list hands back before the common headers are put on. */
export interface Answer {
  readonly status: number;
  /** As JSON, or the text itself. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly note: Omit<CallNote, 'account'>;
}

/** A refusal in the words of its endpoint; the platform leaves 401 and 403 empty. */
export const refusal = (status: number, outcome: string, operation: string, body: unknown = ''): Answer => ({
  status,
  body,
  note: { outcome, operation },
});

/** A value that a list does not take, in the words of the platform's orders. */
export class BadValue extends Error {
  override readonly name = 'BadValue';
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

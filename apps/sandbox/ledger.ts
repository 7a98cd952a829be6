import type { CallNote } from './simulator.js';

/** One call as the ledger keeps it: nothing of its headers, query string or body, so no secret either. */
export interface LedgerLine {
  readonly at: string;
  readonly account: string;
  readonly method: string;
  readonly path: string;
  readonly operation: string;
  /** 0 where the connection was cut or left hanging. */
  readonly status: number;
  readonly outcome: string;
  readonly points: number;
  readonly tookMs: number;
}

export interface AccountLedger {
  served: number;
  /** By kind: throttled, unauthorized, max-cost, depth, version, fault:reset … */
  readonly refused: Record<string, number>;
  points: number;
  tokenRefreshes: number;
  readonly operations: Record<string, number>;
}

const KEPT = 200;

const empty = (): AccountLedger => ({ served: 0, refused: {}, points: 0, tokenRefreshes: 0, operations: {} });

/** What the sandbox served and refused, per `platform/account`. */
export class Ledger {
  private accounts = new Map<string, AccountLedger>();
  private lines: LedgerLine[] = [];

  record(
    platform: string,
    note: CallNote,
    line: Omit<LedgerLine, 'account' | 'operation' | 'outcome' | 'points'>,
  ): void {
    const account = `${platform}/${note.account ?? '-'}`;
    let book = this.accounts.get(account);
    if (!book) this.accounts.set(account, (book = empty()));
    if (note.outcome === 'served') book.served++;
    else book.refused[note.outcome] = (book.refused[note.outcome] ?? 0) + 1;
    book.points += note.points ?? 0;
    book.operations[note.operation] = (book.operations[note.operation] ?? 0) + 1;
    if (note.operation === 'token-refresh' && note.outcome === 'served') book.tokenRefreshes++;
    if (this.lines.length >= 2 * KEPT) this.lines = this.lines.slice(-KEPT);
    this.lines.push({
      ...line,
      account,
      operation: note.operation,
      outcome: note.outcome,
      points: note.points ?? 0,
    });
  }

  /** `requests`: the last ones, oldest first. */
  read(): { accounts: Record<string, AccountLedger>; requests: readonly LedgerLine[] } {
    return { accounts: Object.fromEntries(this.accounts), requests: this.lines.slice(-KEPT) };
  }

  reset(): void {
    this.accounts = new Map();
    this.lines = [];
  }
}

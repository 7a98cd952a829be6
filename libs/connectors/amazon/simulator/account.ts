import type { Trade } from '#shop';
import { Buckets, LIMITS, type Operation } from './buckets.js';
import { editStore, type AmazonEdit } from './edits.js';
import { corrupted, type AmazonKnobs, type StreamName } from './knobs.js';
import { PageTokens } from './page-tokens.js';
import { SellerStore } from './store.js';
import { DEMO_ACCESS, Tokens } from './tokens.js';

/** One seller: its records, its doors, and how its knobs stand. */
export class Account {
  readonly tokens: Tokens;
  readonly pages: PageTokens;
  readonly buckets = new Buckets(LIMITS.sandbox);
  readonly denied = new Set<string>();
  pageSize = 50;
  /** Nothing younger can be asked for. */
  settleMs = 2 * 60_000;
  private made: SellerStore | undefined;
  private corruption: {
    stream: StreamName;
    ids: ReadonlySet<string>;
    set: Parameters<typeof corrupted>[1];
  } | null = null;
  private lie: StreamName | null = null;

  constructor(
    readonly name: string,
    private readonly trade: () => Trade,
  ) {
    this.tokens = new Tokens(DEMO_ACCESS, name);
    this.pages = new PageTokens(`pages/${name}`);
  }

  /** The trade is asked for when the first record is. */
  get store(): SellerStore {
    return (this.made ??= new SellerStore(this.trade()));
  }

  get seller(): string {
    return `A3${this.name.toUpperCase().replace(/\W/g, '').slice(0, 10)}`;
  }

  takes(operation: Operation, nowMs: number): boolean {
    return this.buckets.take(operation, nowMs);
  }

  edit(edit: AmazonEdit, nowMs: number): object {
    return editStore(this.store, edit, nowMs);
  }

  /** Records of a stream as they leave: spoilt where they were chosen to be. */
  leaving<T extends object>(stream: StreamName, id: string, record: T): T {
    const { corruption } = this;
    return corruption?.stream === stream && corruption.ids.has(id)
      ? corrupted(record, corruption.set)
      : record;
  }

  isSpoilt(stream: StreamName, id: string): boolean {
    return this.corruption?.stream === stream && this.corruption.ids.has(id);
  }

  hides(stream: StreamName): boolean {
    return this.lie === stream;
  }

  turn(knobs: AmazonKnobs, nowMs: number): object {
    if (knobs.limits !== undefined)
      this.buckets.resize(typeof knobs.limits === 'string' ? LIMITS[knobs.limits] : knobs.limits);
    if (knobs.tokens === 'expire') this.tokens.expire();
    else if (knobs.tokens !== undefined) this.tokens.revoke(knobs.tokens === 'revoke');
    if (knobs.denied !== undefined) {
      this.denied.clear();
      for (const operation of knobs.denied) this.denied.add(operation);
    }
    if (knobs.pageSize !== undefined) this.pageSize = knobs.pageSize;
    if (knobs.settleMs !== undefined) this.settleMs = knobs.settleMs;
    if (knobs.lie !== undefined) this.lie = knobs.lie?.stream ?? null;
    if (knobs.corrupt === null) this.corruption = null;
    else if (knobs.corrupt !== undefined) {
      const { stream, count, set } = knobs.corrupt;
      this.corruption = { stream, ids: new Set(this.idsOf(stream, nowMs).slice(0, count)), set };
    }
    return {
      denied: [...this.denied],
      pageSize: this.pageSize,
      corrupted: [...(this.corruption?.ids ?? [])],
      lie: this.lie,
    };
  }

  private idsOf(stream: StreamName, nowMs: number): string[] {
    const { orders, offers, reports, transactions } = this.store;
    switch (stream) {
      case 'orders':
        return [...orders.keys()];
      case 'inventory':
        return [...offers.keys()];
      case 'settlements':
        return reports.filter(({ createdMs }) => createdMs <= nowMs).map(({ settlement }) => settlement.id);
      case 'transactions':
        return transactions.filter(({ toldMs }) => toldMs <= nowMs).map(({ id }) => id);
    }
  }
}

import type { Trade } from '#shop';
import { idOf, Corruption, type AccountKnobs } from './knobs.js';
import type { List } from './store.js';
import { storeOf, type ShipBobStore } from './store.js';
import { DEMO_ACCESS, TokenBook, type ShipBobAccess } from './tokens.js';
import { WindowLimit } from './window-limit.js';

export interface AccountOptions {
  /** Its name in the path, `demo` in `/shipbob/demo/2026-01/…`: the shop's. */
  readonly name: string;
  /** What the business traded; asked for when the account is first called. */
  readonly trade: () => Trade;
  readonly access?: ShipBobAccess;
  /** Default 150, as the platform's. */
  readonly perMinute?: number;
  readonly scopes?: readonly string[];
}

const SCOPES = [
  'channels_read',
  'inventory_read',
  'orders_read',
  'products_read',
  'receiving_read',
  'returns_read',
  'locations_read',
  'tracking_read',
] as const;

/** One account: its records, its doors, and how its knobs stand. */
export class Account {
  readonly name: string;
  readonly tokens: TokenBook;
  scopes: ReadonlySet<string>;
  corruption: { readonly stream: List; readonly by: Corruption } | null = null;
  hidden: List | null = null;
  private made: ShipBobStore | undefined;
  private perMinute: number;
  private readonly limits = new Map<string, WindowLimit>();

  constructor(
    private readonly options: AccountOptions,
    nowMs: number,
  ) {
    this.name = options.name;
    this.tokens = new TokenBook(options.name, options.access ?? DEMO_ACCESS, nowMs);
    this.scopes = new Set(options.scopes ?? SCOPES);
    this.perMinute = options.perMinute ?? 150;
  }

  get store(): ShipBobStore {
    return (this.made ??= storeOf(this.options.trade()));
  }

  /** The window of one application. */
  limitOf(application: string): WindowLimit {
    let limit = this.limits.get(application);
    if (!limit) {
      limit = new WindowLimit(this.perMinute);
      this.limits.set(application, limit);
    }
    return limit;
  }

  turn(knobs: AccountKnobs): object {
    if (knobs.perMinute !== undefined) {
      this.perMinute = knobs.perMinute;
      for (const limit of this.limits.values()) limit.perMinute = knobs.perMinute;
    }
    if (knobs.scopes !== undefined) this.scopes = new Set(knobs.scopes);
    if (knobs.tokens === 'expire') this.tokens.expireAccess();
    else if (knobs.tokens !== undefined) this.tokens.revoke(knobs.tokens === 'revoke');
    if (knobs.lie !== undefined) this.hidden = knobs.lie?.stream ?? null;
    if (knobs.corrupt === null) this.corruption = null;
    else if (knobs.corrupt !== undefined) {
      const { stream, count, set } = knobs.corrupt;
      const chosen = this.store[stream].slice(0, count).map((one) => idOf(one));
      this.corruption = { stream, by: new Corruption(new Set(chosen), set) };
    }
    return { perMinute: this.perMinute, scopes: [...this.scopes], hidden: this.hidden };
  }
}

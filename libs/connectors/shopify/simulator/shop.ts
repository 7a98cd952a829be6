import { BackRoom } from './back-room.js';
import { Bucket, type PlanLimits, type PlanName } from './bucket.js';
import { BulkDesk, type Desk } from './bulk.js';
import { makeBuiltIn } from './built-in.js';
import { ShopEditor } from './edits.js';
import { Corruption, limitsOf, type ShopKnobs } from './knobs.js';
import { HONEST, Lies } from './lies.js';
import { loadOnlineRetail } from './online-retail.js';
import type { ShopStore } from './store.js';
import { DEMO_ACCESS, TokenBook, type ShopCredentials } from './tokens.js';

/** Where a shop's records come from. */
export type ShopSource =
  | { readonly kind: 'built-in'; readonly seed: number | string; readonly orders: number }
  | { readonly kind: 'file'; readonly path: string };

export interface ShopOptions {
  /** Its name in the path, `demo` in `/shopify/demo/admin/…`. */
  readonly name: string;
  readonly source: ShopSource;
  readonly credentials?: ShopCredentials;
  /** Default `sandbox`: wide enough never to be felt. */
  readonly plan?: PlanName | PlanLimits;
  /** Highest cost of a single query; default 1000, as the platform's. */
  readonly maxQueryCost?: number;
  readonly scopes?: readonly string[];
}

const DEFAULT_SCOPES: readonly string[] = [
  'read_orders',
  'read_all_orders',
  'read_customers',
  'read_products',
  'read_inventory',
  'read_locations',
  'read_shopify_payments_accounts',
  'read_shopify_payments_payouts',
];
const DEFAULT_MAX_QUERY_COST = 1000;

export const makeStore = (source: ShopSource, anchor: Date, nth = 0): ShopStore =>
  source.kind === 'file'
    ? loadOnlineRetail(source.path, anchor, nth)
    : makeBuiltIn({ seed: source.seed, orders: source.orders, anchor, nth });

/** One shop: its records, its doors, and how its knobs stand. */
export class Shop {
  readonly name: string;
  readonly store: ShopStore;
  readonly tokens: TokenBook;
  readonly editor: ShopEditor;
  readonly bulk: BulkDesk;
  scopes: ReadonlySet<string>;
  maxQueryCost: number;
  state: 'open' | 'locked' | 'frozen' = 'open';
  corruption: Corruption | null = null;
  lies = HONEST;
  private limits: PlanLimits;
  private readonly buckets = new Map<string, Bucket>();

  constructor(options: ShopOptions, anchor: Date, nowMs: number, at: Omit<Desk, 'shop'> & { nth: number }) {
    this.name = options.name;
    this.store = makeStore(options.source, anchor, at.nth);
    this.store.backRoom = new BackRoom(options.name, this.store, options.source.kind === 'built-in');
    this.tokens = new TokenBook(options.name, options.credentials ?? DEMO_ACCESS, nowMs);
    this.editor = new ShopEditor(
      this.store,
      options.source.kind === 'built-in' ? options.source.seed : 'file',
    );
    this.scopes = new Set(options.scopes ?? DEFAULT_SCOPES);
    this.maxQueryCost = options.maxQueryCost ?? DEFAULT_MAX_QUERY_COST;
    this.limits = limitsOf(options.plan ?? 'sandbox');
    const { schema, queries } = at;
    this.bulk = new BulkDesk({ shop: options.name, schema, queries });
  }

  /** The points of one app in this shop. */
  bucketOf(app: string, nowMs: number): Bucket {
    let bucket = this.buckets.get(app);
    if (!bucket) {
      bucket = new Bucket(this.limits, nowMs);
      this.buckets.set(app, bucket);
    }
    return bucket;
  }

  /** Turns knobs; answers how they stand, with the ids a corruption chose. */
  turn(knobs: ShopKnobs): object {
    if (knobs.plan !== undefined) {
      this.limits = limitsOf(knobs.plan);
      for (const bucket of this.buckets.values()) bucket.resize(this.limits);
    }
    if (knobs.maxQueryCost !== undefined) this.maxQueryCost = knobs.maxQueryCost;
    if (knobs.scopes !== undefined) this.scopes = new Set(knobs.scopes);
    if (knobs.tokens === 'expire') this.tokens.expireAccess();
    else if (knobs.tokens !== undefined) this.tokens.revoke(knobs.tokens === 'revoke');
    if (knobs.refreshTokens !== undefined) this.tokens.once = knobs.refreshTokens === 'once';
    if (knobs.state !== undefined) this.state = knobs.state;
    if (knobs.lie === null) this.lies = HONEST;
    else if (knobs.lie !== undefined) this.lies = new Lies(knobs.lie);
    if (knobs.bulk !== undefined) this.bulk.turn(knobs.bulk);
    if (knobs.corrupt === null) this.corruption = null;
    else if (knobs.corrupt !== undefined) {
      const { stream, count = 1, ids, set } = knobs.corrupt;
      const chosen = ids ?? this.editor.chosenIds({ stream, count });
      this.corruption = new Corruption(new Set(chosen), set);
    }
    return {
      plan: this.limits,
      maxQueryCost: this.maxQueryCost,
      scopes: [...this.scopes],
      state: this.state,
      refreshTokens: this.tokens.once ? 'once' : 'until-used',
      lostFamilies: this.tokens.lostFamilies,
      corrupted: this.corruption ? [...this.corruption.ids] : [],
      lie: this.lies.told,
      bulk: this.bulk.knobs,
    };
  }
}

import { randomUUID } from 'node:crypto';
import type { Trade } from '#shop';
import type { GraphQLSchema } from 'graphql';
import { answerFile } from './bulk-door.js';
import type { Call, CallNote, Reply } from './call.js';
import { QueryCache } from './compile.js';
import { answerQuery } from './graphql-door.js';
import { shopEdit, type EditResult } from './edits.js';
import { shopKnobs } from './knobs.js';
import { answerAuthorize, answerScopes, answerToken } from './oauth-door.js';
import { makeSchema } from './resolvers.js';
import { rowsOf, type TruthRows } from './rows.js';
import { Shop, type ShopOptions } from './shop.js';
import { tradeOf } from './trade.js';
import { truthOf, type Truth } from './truth.js';

export interface SimulatorOptions {
  readonly shops: readonly ShopOptions[];
  /** Records are made as of this instant. */
  readonly anchor: Date;
  /** Milliseconds since the epoch; default the machine's clock. */
  readonly now?: () => number;
}

/** Versions alive on the Admin API, oldest first. */
export const VERSIONS = ['2026-01', '2026-04', '2026-07', '2026-10'] as const;

/** What a door hands back before the common headers are put on. */
export interface Answer {
  readonly status: number;
  readonly body: string | Buffer;
  readonly note: Omit<CallNote, 'account'>;
  readonly headers?: Readonly<Record<string, string>>;
}

export const fault = (status: number, errors: unknown, outcome: string, operation: string): Answer => ({
  status,
  body: JSON.stringify({ errors }),
  note: { outcome, operation },
});

/** A file of a bulk operation: the platform's own stand in a storage of files. */
const FILE = /^\/([a-z0-9][a-z0-9-]*)\/bulk\/(\d+)\.jsonl$/;
const PATH = /^\/([a-z0-9][a-z0-9-]*)\/admin\/(.+)$/;

/** The version that answers a request for `asked`; an expired one falls forward to the oldest alive, silently. */
function servedVersion(asked: string): string | undefined {
  if (!/^\d{4}-(01|04|07|10)$/.test(asked)) return undefined;
  if (asked < VERSIONS[0]) return VERSIONS[0];
  return VERSIONS.find((version) => version === asked);
}

let served: { readonly schema: GraphQLSchema; readonly queries: QueryCache } | undefined;

/** One for all simulators of a process: neither it nor what is compiled on it knows whose shop is asked. */
function servedSchema(): NonNullable<typeof served> {
  if (served) return served;
  const schema = makeSchema();
  return (served = { schema, queries: new QueryCache(schema) });
}

export class ShopifySimulator {
  readonly name = 'shopify';
  private readonly shops = new Map<string, Shop>();
  readonly schema: GraphQLSchema = servedSchema().schema;
  readonly queries: QueryCache = servedSchema().queries;
  private readonly now: () => number;

  constructor(options: SimulatorOptions) {
    this.now = options.now ?? Date.now;
    const { schema, queries } = this;
    for (const [nth, shop] of options.shops.entries())
      this.shops.set(shop.name, new Shop(shop, options.anchor, this.now(), { schema, queries, nth }));
  }

  get accounts(): readonly string[] {
    return [...this.shops.keys()];
  }

  async handle(call: Call): Promise<Reply> {
    const [, name = '', file] = FILE.exec(call.path) ?? [];
    const [, named = name, rest = ''] = PATH.exec(call.path) ?? [];
    const shop = this.shops.get(named);
    const answer =
      shop && file !== undefined
        ? answerFile(shop.bulk, Number(file), call, this.now())
        : shop
          ? await this.answer(shop, rest, call)
          : fault(404, 'Not Found', 'not-found', 'none');
    return {
      status: answer.status,
      body: answer.body,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'x-request-id': randomUUID(),
        'x-shopify-stage': 'sandbox',
        ...answer.headers,
      },
      note: { account: shop?.name ?? null, ...answer.note },
    };
  }

  truth(account?: string): Truth {
    return truthOf(this.shop(account).store);
  }

  /** Every row a faithful copy holds, by table and source id. */
  rows(account?: string): TruthRows {
    return rowsOf(this.shop(account).store);
  }

  /** What the shop traded, for the other platforms its business is on. */
  trade(account: string): Trade {
    const { name, store } = this.shop(account);
    return tradeOf(name, store);
  }

  /** Turns a shop's knobs; throws a ZodError where one is misspelled. */
  knobs(account: string | undefined, body: unknown): object {
    return this.shop(account).turn(shopKnobs.parse(body));
  }

  /** Edits a shop's records as its staff would; throws a ZodError where the request is misshapen. */
  edit(account: string | undefined, body: unknown): EditResult | { error: string } {
    return this.shop(account).editor.apply(shopEdit.parse(body), this.now());
  }

  /** The named shop, or the first. */
  shop(account?: string): Shop {
    const shop = account === undefined ? this.shops.values().next().value : this.shops.get(account);
    if (!shop) throw new RangeError(`the sandbox has no shop ${account ?? ''}`);
    return shop;
  }

  private async answer(shop: Shop, rest: string, call: Call): Promise<Answer> {
    if (shop.state === 'locked') return fault(423, 'Shop is locked', 'locked', 'none');
    if (shop.state === 'frozen') return fault(402, 'Unavailable Shop', 'frozen', 'none');
    if (rest === 'oauth/authorize') return answerAuthorize(shop, call, this.now());
    if (rest === 'oauth/access_token') return answerToken(shop, call, this.now());
    if (rest === 'oauth/access_scopes.json') return answerScopes(shop, call, this.now());
    const [, asked = ''] = /^api\/([^/]+)\/graphql\.json$/.exec(rest) ?? [];
    const version = servedVersion(asked);
    if (version === undefined || call.method !== 'POST')
      return fault(404, 'Not Found', asked && version === undefined ? 'version' : 'not-found', 'none');
    const answer = await answerQuery({ shop, call, version, queries: this.queries, now: this.now });
    return { ...answer, headers: { 'x-shopify-api-version': version } };
  }
}

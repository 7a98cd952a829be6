import { randomUUID } from 'node:crypto';
import type { Trade } from '#shop';
import { Account } from './account.js';
import type { Operation } from './buckets.js';
import { overQuota, refused, served, type Answer, type Call, type Reply } from './call.js';
import { amazonEdit } from './edits.js';
import { listTransactions } from './finances-door.js';
import { getInventorySummaries } from './inventory-door.js';
import { amazonKnobs } from './knobs.js';
import { getOrder, searchOrders } from './orders-door.js';
import { createReport, download, getReportDocument, getReports } from './reports-door.js';
import { rowsOf, type TruthRows } from './rows.js';
import { truthOf, type Truth } from './truth.js';

export interface SimulatorOptions {
  readonly accounts: readonly { readonly name: string; readonly trade: () => Trade }[];
  /** Records are made as of this instant. */
  readonly anchor: Date;
  /** Milliseconds since the epoch; default the machine's clock. */
  readonly now?: () => number;
}

interface Asked {
  readonly account: Account;
  readonly call: Call;
  readonly nowMs: number;
  /** What the path holds behind the operation's own words. */
  readonly id: string;
  /** The account's own address on this server. */
  readonly origin: string;
}

interface Route {
  readonly operation: Operation;
  readonly method: string;
  readonly path: RegExp;
  readonly answer: (asked: Asked) => Answer;
}

const ROUTES: readonly Route[] = [
  {
    operation: 'searchOrders',
    method: 'GET',
    path: /^\/orders\/2026-01-01\/orders$/,
    answer: ({ account, call, nowMs }) => searchOrders(account, call.query, nowMs),
  },
  {
    operation: 'getOrder',
    method: 'GET',
    path: /^\/orders\/2026-01-01\/orders\/([^/]+)$/,
    answer: ({ account, call, nowMs, id }) => getOrder(account, id, call.query, nowMs),
  },
  {
    operation: 'getInventorySummaries',
    method: 'GET',
    path: /^\/fba\/inventory\/v1\/summaries$/,
    answer: ({ account, call, nowMs }) => getInventorySummaries(account, call.query, nowMs),
  },
  {
    operation: 'getReports',
    method: 'GET',
    path: /^\/reports\/2021-06-30\/reports$/,
    answer: ({ account, call, nowMs }) => getReports(account, call.query, nowMs),
  },
  {
    operation: 'createReport',
    method: 'POST',
    path: /^\/reports\/2021-06-30\/reports$/,
    answer: ({ call }) => createReport(call.body),
  },
  {
    operation: 'getReportDocument',
    method: 'GET',
    path: /^\/reports\/2021-06-30\/documents\/([^/]+)$/,
    answer: ({ account, id, origin, nowMs }) => getReportDocument(account, id, { origin, nowMs }),
  },
  {
    operation: 'listTransactions',
    method: 'GET',
    path: /^\/finances\/2024-06-19\/transactions$/,
    answer: ({ account, call, nowMs }) => listTransactions(account, call.query, nowMs),
  },
  {
    operation: 'getMarketplaceParticipations',
    method: 'GET',
    path: /^\/sellers\/v1\/marketplaceParticipations$/,
    answer: ({ account }) => participations(account),
  },
];

/** Reads of orders as they were until 2027, removed here already. */
const REMOVED = /^\/orders\/v0\//;

function participations({ store }: Account): Answer {
  const { currency } = store.trade;
  const payload = store.marketplaces.map(({ id, name, country, language }) => ({
    marketplace: {
      id,
      name,
      countryCode: country,
      defaultCurrencyCode: currency,
      defaultLanguageCode: language,
      domainName: `www.${name.toLowerCase()}`,
    },
    storeName: store.trade.name,
    participation: { isParticipating: true, hasSuspendedListings: false },
  }));
  return served({ payload }, payload.length);
}

export class AmazonSimulator {
  readonly name = 'amazon';
  private readonly sellers: ReadonlyMap<string, Account>;
  private readonly now: () => number;

  constructor({ accounts, now = Date.now }: SimulatorOptions) {
    this.now = now;
    this.sellers = new Map(accounts.map(({ name, trade }) => [name, new Account(name, trade)]));
  }

  get accounts(): readonly string[] {
    return [...this.sellers.keys()];
  }

  async handle(call: Call): Promise<Reply> {
    const [, name = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(call.path) ?? [];
    const account = this.sellers.get(name);
    const { operation, answer, headers } = account
      ? this.answer(account, call, path)
      : { operation: 'none', answer: notFound(), headers: {} };
    return {
      status: answer.status,
      body: answer.body,
      headers: {
        'content-type': 'application/json',
        'x-amzn-requestid': randomUUID(),
        ...headers,
        ...answer.headers,
      },
      note: {
        account: account?.name ?? null,
        outcome: answer.outcome,
        operation,
        ...(answer.records === undefined ? {} : { records: answer.records }),
      },
    };
  }

  truth(account?: string): Truth {
    return truthOf(this.seller(account).store, this.now());
  }

  /** Every row that a faithful copy holds at this instant, in the seller's own marketplace. */
  rows(account?: string): TruthRows {
    return rowsOf(this.seller(account).store, this.now());
  }

  /** Turns an account's knobs; throws a ZodError where one is misspelled. */
  knobs(account: string | undefined, body: unknown): object {
    return this.seller(account).turn(amazonKnobs.parse(body), this.now());
  }

  /** What happened to the account meanwhile; throws a ZodError where the request is misshapen. */
  edit(account: string | undefined, body: unknown): object {
    return this.seller(account).edit(amazonEdit.parse(body), this.now());
  }

  private seller(name?: string): Account {
    const account = name === undefined ? this.sellers.values().next().value : this.sellers.get(name);
    if (!account) throw new RangeError(`the sandbox has no Amazon account ${name ?? ''}`);
    return account;
  }

  private answer(
    account: Account,
    call: Call,
    path: string,
  ): { operation: string; answer: Answer; headers: Readonly<Record<string, string>> } {
    const nowMs = this.now();
    if (path === '/auth/o2/token') return { ...grant(account, call, nowMs), headers: {} };
    const file = /^\/documents\/([^/]+)$/.exec(path);
    if (file && call.method === 'GET')
      return { operation: 'download', answer: download(account, file[1]!, call.query, nowMs), headers: {} };
    const route = ROUTES.find((one) => one.method === call.method && one.path.test(path));
    const operation = route?.operation ?? 'none';
    const denial = denied(account, call, operation, nowMs);
    if (denial) return { operation, answer: denial, headers: {} };
    if (!route) return { operation, answer: REMOVED.test(path) ? removed() : notFound(), headers: {} };
    if (!account.takes(route.operation, nowMs)) return { operation, answer: overQuota(), headers: {} };
    const id = decodeURIComponent(route.path.exec(path)![1] ?? '');
    const origin = `http://${String(call.headers['host'] ?? 'localhost')}/${this.name}/${account.name}`;
    const answer = route.answer({ account, call, nowMs, id, origin });
    // Told where the call was counted and answered, never on a refusal.
    const isTold = answer.status < 300 || answer.status === 400 || answer.status === 404;
    const rate = String(account.buckets.rateOf(route.operation));
    return { operation, answer, headers: isTold ? { 'x-amzn-ratelimit-limit': rate } : {} };
  }
}

function grant(account: Account, call: Call, nowMs: number): { operation: string; answer: Answer } {
  if (call.method !== 'POST') return { operation: 'none', answer: notFound() };
  const { status, body, outcome } = account.tokens.grant(new URLSearchParams(call.body.toString()), nowMs);
  return { operation: 'token-refresh', answer: { status, body: JSON.stringify(body), outcome } };
}

function denied(account: Account, call: Call, operation: string, nowMs: number): Answer | null {
  const header = call.headers['x-amz-access-token'];
  const why = account.tokens.refusal(typeof header === 'string' ? header : undefined, nowMs);
  if (why === 'missing')
    return {
      status: 403,
      body: JSON.stringify({
        errors: [
          { code: 'MissingAuthenticationToken', message: 'Missing Authentication Token', details: '' },
        ],
      }),
      outcome: 'unauthorized',
    };
  if (why !== null) return refused(403, 'unauthorized', 'Access to requested resource is denied.', why);
  if (call.method === 'GET' && call.body.length > 0)
    return refused(400, 'invalid', 'A request with GET must not have a body.');
  return account.denied.has(operation)
    ? refused(403, 'denied', 'Access to requested resource is denied.')
    : null;
}

const notFound = (): Answer => refused(404, 'not-found', 'The requested resource was not found.');
const removed = (): Answer => refused(404, 'removed', 'This operation was removed.');

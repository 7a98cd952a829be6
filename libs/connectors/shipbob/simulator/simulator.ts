import { randomUUID } from 'node:crypto';
import { Account, type AccountOptions } from './account.js';
import { BadValue, refusal, type Answer } from './answer.js';
import type { Call, Reply } from './call.js';
import { answerAuthorize } from './consent-door.js';
import { accountEdit, applyEdit, type EditResult } from './edits.js';
import { accountKnobs } from './knobs.js';
import { LISTS, type Asked, type ListDoor } from './lists.js';
import { Query } from './query.js';
import { rowsOf, type TruthRows } from './rows.js';
import { truthOf, type Truth } from './truth.js';

export interface SimulatorOptions {
  readonly accounts: readonly AccountOptions[];
  /** Milliseconds since the epoch; default the machine's clock. */
  readonly now?: () => number;
}

/** Versions alive; the ones before are switched off. */
const VERSIONS = new Set(['2025-07', '2026-01', '2026-07']);

const PATH = /^\/([a-z0-9][a-z0-9-]*)(\/.*)$/;

/** The edge turns away who does not say what program calls. */
const TURNED_AWAY =
  '<!DOCTYPE html>\n<html><head><title>Attention Required!</title></head><body>1010</body></html>\n';

export class ShipBobSimulator {
  readonly name = 'shipbob';
  private readonly all = new Map<string, Account>();
  private readonly now: () => number;

  constructor(options: SimulatorOptions) {
    this.now = options.now ?? Date.now;
    for (const account of options.accounts) this.all.set(account.name, new Account(account, this.now()));
  }

  get accounts(): readonly string[] {
    return [...this.all.keys()];
  }

  async handle(call: Call): Promise<Reply> {
    const [, name = '', rest = ''] = PATH.exec(call.path) ?? [];
    const account = this.all.get(name);
    const { status, body, headers, note } = account
      ? this.answer(account, rest, call)
      : refusal(404, 'not-found', 'none');
    const isText = typeof body === 'string';
    return {
      status,
      body: isText ? body : JSON.stringify(body),
      headers: {
        'content-type': isText ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
        'x-correlation-id': randomUUID(),
        ...headers,
      },
      note: { account: account?.name ?? null, ...note },
    };
  }

  truth(account?: string): Truth {
    return truthOf(this.account(account).store);
  }

  /** Every row that a faithful copy holds. */
  rows(account?: string): TruthRows {
    return rowsOf(this.account(account).store);
  }

  /** Turns an account's knobs; throws a ZodError where one is misspelled. */
  knobs(account: string | undefined, body: unknown): object {
    return this.account(account).turn(accountKnobs.parse(body));
  }

  /** Changes an account's records; throws a ZodError where the request is misshapen. */
  edit(account: string | undefined, body: unknown): EditResult | { error: string } {
    return applyEdit(this.account(account).store, accountEdit.parse(body), this.now());
  }

  /** The named account, or the first. */
  account(name?: string): Account {
    const account = name === undefined ? this.all.values().next().value : this.all.get(name);
    if (!account) throw new RangeError(`the sandbox has no ShipBob account ${name ?? ''}`);
    return account;
  }

  private answer(account: Account, rest: string, call: Call): Answer {
    if (typeof call.headers['user-agent'] !== 'string') return refusal(403, 'edge', 'none', TURNED_AWAY);
    if (rest === '/connect/authorize') return answerAuthorize(account, call, this.now());
    if (rest === '/connect/token') return this.token(account, call);
    const [, version = '', path = ''] = /^\/([^/]+)\/(.+)$/.exec(rest) ?? [];
    const door = path === 'channel' ? CHANNEL : LISTS[path];
    if (!VERSIONS.has(version)) return refusal(404, 'version', 'none');
    const application = account.tokens.applicationOf(bearerOf(call), this.now());
    if (application === undefined) return refusal(401, 'unauthorized', door?.operation ?? 'none');
    const taken = account.limitOf(application).take(this.now());
    if ('waitSeconds' in taken) return throttled(taken.waitSeconds, door?.operation ?? 'none');
    const left = { 'x-remaining-calls': String(taken.left) };
    if (!door || call.method !== 'GET') return { ...refusal(404, 'not-found', 'none'), headers: left };
    if (!account.scopes.has(door.scope)) return { ...refusal(403, 'scope', door.operation), headers: left };
    const answer = serve(account, door, { version, path: rest, query: new Query(call.query) });
    return { ...answer, headers: { ...answer.headers, ...left } };
  }

  private token(account: Account, call: Call): Answer {
    if (call.method !== 'POST') return refusal(404, 'not-found', 'token');
    const form = new URLSearchParams(call.body.toString('utf8'));
    const denied = (error: string): Answer => refusal(400, error, 'token', { error });
    const isForm = String(call.headers['content-type'] ?? '').includes('x-www-form-urlencoded');
    const grant = form.get('grant_type');
    if (!isForm || (grant !== 'refresh_token' && grant !== 'authorization_code'))
      return denied('unsupported_grant_type');
    if (!account.tokens.isClient(form.get('client_id'), form.get('client_secret')))
      return denied('invalid_client');
    const redirectUri = form.get('redirect_uri');
    if (grant === 'refresh_token' && !account.tokens.isRedirect(redirectUri))
      return denied('invalid_request');
    const granted =
      grant === 'refresh_token'
        ? account.tokens.refresh(form.get('refresh_token'), this.now())
        : account.tokens.exchange(
            { code: form.get('code'), redirectUri, verifier: form.get('code_verifier') },
            this.now(),
          );
    if (!granted) return denied('invalid_grant');
    return {
      status: 200,
      body: { ...granted, scope: [...account.scopes, 'offline_access'].join(' ') },
      note: { outcome: 'served', operation: 'token' },
    };
  }
}

function bearerOf({ headers }: Call): string | undefined {
  const { authorization } = headers;
  return typeof authorization === 'string' ? /^Bearer (.+)$/.exec(authorization)?.[1] : undefined;
}

const throttled = (seconds: number, operation: string): Answer => ({
  ...refusal(429, 'throttled', operation, {
    statusCode: 429,
    message: `Rate limit is exceeded. Try again in ${seconds} seconds.`,
  }),
  headers: { 'x-remaining-calls': '0', 'x-retry-after': String(seconds) },
});

const CHANNEL: ListDoor = {
  scope: 'channels_read',
  operation: 'channels',
  answer: ({ store, query }) => {
    query.whole('RecordsPerPage', { from: 1, to: 250, otherwise: 50 });
    return { body: { items: store.channels, next: null, prev: null }, records: store.channels.length };
  },
};

function serve(account: Account, door: ListDoor, asked: Pick<Asked, 'version' | 'path' | 'query'>): Answer {
  const { operation } = door;
  try {
    const { store, hidden } = account;
    const { body, headers, records } = door.answer({ ...asked, store, hidden });
    return {
      status: 200,
      body: door === CHANNEL ? withScopes(body, account.scopes) : spoilt(account, operation, body),
      ...(headers === undefined ? {} : { headers }),
      note: { outcome: 'served', operation, records },
    };
  } catch (thrown) {
    if (!(thrown instanceof BadValue)) throw thrown;
    return refusal(400, 'bad-request', operation, { [thrown.field]: [thrown.message] });
  }
}

/** The account's own channel has what the token was granted; the default one may read orders, products and stock. */
function withScopes(body: unknown, scopes: ReadonlySet<string>): unknown {
  const { items, ...links } = body as { items: readonly { application_name: string }[] };
  return {
    ...links,
    items: items.map((channel) => ({
      ...channel,
      scopes: channel.application_name === 'SMA' ? [...scopes] : [],
    })),
  };
}

const STREAM_OF: Readonly<Record<string, string>> = {
  'fulfillment centers': 'fulfillment_centers',
};

function spoilt({ corruption }: Account, operation: string, body: unknown): unknown {
  if (!corruption || corruption.stream !== (STREAM_OF[operation] ?? operation)) return body;
  if (Array.isArray(body)) return corruption.by.apply(body);
  const { items, ...links } = body as { items: readonly unknown[] };
  return { items: corruption.by.apply(items), ...links };
}

import { randomUUID } from 'node:crypto';
import type { Trade } from '#shop';
import type { Answer, Call, Reply } from './call.js';
import { NOT_FOUND } from './call.js';
import { Company } from './company.js';
import { answerCall } from './doors.js';
import { companyEdit, edit } from './edits.js';
import { companyKnobs } from './knobs.js';
import { rowsOf, type TruthRows } from './rows.js';
import { DEMO_ACCESS, type CompanyAccess } from './tokens.js';
import { truthOf, type Truth } from './truth.js';

export interface SimulatorOptions {
  /** A business each, told of its trade when it is first asked. */
  readonly accounts: readonly { readonly name: string; readonly trade: () => Trade }[];
  readonly access?: CompanyAccess;
  /** Records are made as of this instant. */
  readonly anchor: Date;
  /** Milliseconds since the epoch; default the machine's clock. */
  readonly now?: () => number;
}

const PATH = /^\/([^/]+)\/v2\/(.+)$/;

export class FreeAgentSimulator {
  readonly name = 'freeagent';
  private readonly companies = new Map<string, Company>();
  private readonly now: () => number;

  constructor({ accounts, access = DEMO_ACCESS, now = Date.now }: SimulatorOptions) {
    this.now = now;
    for (const { name, trade } of accounts) this.companies.set(name, new Company(name, trade, access, now()));
  }

  get accounts(): readonly string[] {
    return [...this.companies.keys()];
  }

  async handle(call: Call): Promise<Reply> {
    const [, name = '', rest = ''] = PATH.exec(call.path) ?? [];
    const company = this.companies.get(name);
    const answer = company
      ? answerCall(company, rest, call, this.now())
      : { ...NOT_FOUND, operation: 'none' };
    return replyOf(answer, company?.name ?? null);
  }

  truth(account?: string): Truth {
    return truthOf(this.company(account).store);
  }

  /** Every row that a faithful copy holds at this instant. */
  rows(account?: string): TruthRows {
    return rowsOf(this.company(account).store, this.now());
  }

  /** Turns a company's knobs; throws a ZodError where one is misspelled. */
  knobs(account: string | undefined, body: unknown): object {
    return this.company(account).turn(companyKnobs.parse(body));
  }

  /** Edits a company's books as its staff would; throws a ZodError where the request is misshapen. */
  edit(account: string | undefined, body: unknown): { ids: readonly string[] } {
    return edit(this.company(account), companyEdit.parse(body), this.now());
  }

  /** The named company, or the first. */
  private company(account?: string): Company {
    const company =
      account === undefined ? this.companies.values().next().value : this.companies.get(account);
    if (!company) throw new RangeError(`the sandbox has no company ${account ?? ''}`);
    return company;
  }
}

function replyOf(answer: Answer & { readonly operation: string }, account: string | null): Reply {
  const { status, body, outcome, operation, headers = {} } = answer;
  const isText = typeof body === 'string';
  return {
    status,
    body: isText ? body : JSON.stringify(body),
    headers: {
      'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-request-id': randomUUID(),
      ...headers,
    },
    note: { account, outcome, operation },
  };
}

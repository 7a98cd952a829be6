import type { Answer, Call } from './call.js';
import { NOT_FOUND, refuse } from './call.js';
import type { Company } from './company.js';
import { LISTS, page, select, wireOf } from './lists.js';
import { dayOf, pathOf, urlOf, type Kind } from './store.js';
import { answerApproval, answerToken, throttled } from './token-door.js';

/** What a call below `/v2` is answered, and the name of what it asked for. */
export function answerCall(
  company: Company,
  rest: string,
  call: Call,
  nowMs: number,
): Answer & { readonly operation: string } {
  const query = new URLSearchParams(call.query);
  const operation = rest.replace(/\/\d[\w-]*$/, '/:id');
  if (header(call, 'user-agent') === '')
    return { ...refuse(403, 'A User-Agent header is required', 'no-user-agent'), operation };
  if (rest === 'token_endpoint' && call.method === 'POST')
    return { ...answerToken(company, call, nowMs), operation };
  if (rest === 'approve_app') return { ...answerApproval(company, query, nowMs), operation };
  return { ...guarded(company, rest, call, query, nowMs), operation };
}

const header = (call: Call, name: string): string => String(call.headers[name] ?? '');

function guarded(company: Company, rest: string, call: Call, query: URLSearchParams, nowMs: number): Answer {
  const [, token = ''] = /^Bearer (\S+)$/i.exec(header(call, 'authorization')) ?? [];
  if (!company.tokens.opens(token, nowMs)) return refuse(401, 'Access token not recognised', 'unauthorized');
  const exceeded = company.meter.call(nowMs, header(call, 'x-ratelimit-test') === 'true');
  if (exceeded !== undefined) return throttled(exceeded);
  if (!/json|\*\/\*/.test(header(call, 'accept') || '*/*'))
    return { status: 406, body: 'Not Acceptable', outcome: 'not-acceptable' };
  if (call.method !== 'GET') return NOT_FOUND;
  if (rest === 'company') return answerCompany(company, nowMs);
  if (rest === 'users/me') return answerMe(company, nowMs);
  if (rest === 'categories') return answerCategories(company, query);
  return answerList(company, rest, query, nowMs);
}

const TOO_LOW = refuse(403, 'You do not have permission to access this resource', 'level');

function answerList(company: Company, rest: string, query: URLSearchParams, nowMs: number): Answer {
  const [, path = rest, id] = /^(.+)\/(\d+)$/.exec(rest) ?? [];
  const list = LISTS.find(({ kind }) => pathOf(kind) === path);
  if (!list || !company.has(list.kind)) return NOT_FOUND;
  if (company.level < list.level) return TOO_LOW;
  if (id !== undefined) return answerOne(company, list.kind, id, nowMs);
  const selected = select({ list, store: company.store, query, nowMs });
  if ('status' in selected) return selected;
  const { kept, nested } = selected;
  const lie = company.lieOf(list.kind);
  const { shown, headers } = page(lie.empty ? [] : kept, { path, query }, kept.length + lie.count);
  const records = shown.map((one) => company.spoil(list.kind, one.id, wireOf(list.kind, one, nowMs, nested)));
  return { status: 200, body: { [list.kind]: records }, outcome: 'served', headers };
}

const SINGULAR: Readonly<Record<Kind, string>> = {
  contacts: 'contact',
  invoices: 'invoice',
  bills: 'bill',
  bank_accounts: 'bank_account',
  bank_transactions: 'bank_transaction',
  bank_transaction_explanations: 'bank_transaction_explanation',
  transactions: 'transaction',
  users: 'user',
};

function answerOne(company: Company, kind: Kind, id: string, nowMs: number): Answer {
  const kept = company.store.of(kind).get(id);
  return kept
    ? { status: 200, body: { [SINGULAR[kind]]: wireOf(kind, kept, nowMs) }, outcome: 'served' }
    : NOT_FOUND;
}

const GROUPS = ['admin_expenses', 'cost_of_sales', 'income', 'general'] as const;

/** With sub-accounts these stand in place of the account above them. */
function answerCategories(company: Company, query: URLSearchParams): Answer {
  if (!company.has('categories')) return NOT_FOUND;
  if (company.level < 2) return TOO_LOW;
  const { categories } = company.store;
  const below = categories.filter(({ wire }) => wire.nominal_code.includes('-'));
  const tops = new Set(below.map(({ wire }) => wire.nominal_code.slice(0, 3)));
  const withBelow = query.get('sub_accounts') === 'true';
  const shown = company.lieOf('categories').empty
    ? []
    : categories.filter(({ wire }) =>
        withBelow ? !tops.has(wire.nominal_code) : !wire.nominal_code.includes('-'),
      );
  const body = Object.fromEntries(
    GROUPS.map((group) => [
      `${group}_categories`,
      shown
        .filter((one) => one.group === group)
        .map(({ wire }) =>
          company.spoil('categories', wire.nominal_code, {
            url: urlOf('categories', wire.nominal_code),
            ...wire,
          }),
        ),
    ]),
  );
  return { status: 200, body, outcome: 'served' };
}

function answerMe(company: Company, nowMs: number): Answer {
  const [me] = company.store.all('users');
  if (!me) return NOT_FOUND;
  return {
    status: 200,
    body: { user: { ...wireOf('users', me, nowMs), permission_level: company.level } },
    outcome: 'served',
  };
}

function answerCompany(company: Company, nowMs: number): Answer {
  const { store } = company;
  const year = Number(dayOf(nowMs).slice(0, 4));
  const period = (of: number) => ({ starts_on: `${of}-01-01`, ends_on: `${of}-12-31` });
  return {
    status: 200,
    body: {
      company: {
        url: urlOf('company', '').replace(/\/$/, ''),
        id: 12345,
        name: store.name,
        subdomain: store.name,
        type: 'UkLimitedCompany',
        currency: store.currency,
        company_start_date: '2010-01-01',
        freeagent_start_date: '2010-01-01',
        first_accounting_year_end: '2010-12-31',
        annual_accounting_periods: [period(year - 1), period(year)],
        sales_tax_registration_status: 'Registered',
      },
    },
    outcome: 'served',
  };
}

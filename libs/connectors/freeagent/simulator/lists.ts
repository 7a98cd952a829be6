import type { Answer } from './call.js';
import { refuse } from './call.js';
import {
  stamp,
  urlOf,
  pathOf,
  dayOf,
  type CompanyStore,
  type Kept,
  type Kind,
  type Wire,
  textIn,
} from './store.js';

/** What one list understands; a parameter it does not know is ignored, as FreeAgent does. */
interface List {
  readonly kind: Kind;
  /** The access level it takes. */
  readonly level: number;
  readonly updatedSince: boolean;
  readonly dates: boolean;
  /** The first one holds where nothing is said; the field after a `-` is sorted downwards. */
  readonly sorts: readonly string[];
  readonly needsBankAccount?: true;
  /** Children that are only listed where this is `true`. */
  readonly nested?: readonly [parameter: string, field: string];
}

export const LISTS: readonly List[] = [
  {
    kind: 'contacts',
    level: 1,
    updatedSince: true,
    dates: false,
    sorts: ['name', 'created_at', 'updated_at'],
  },
  {
    kind: 'invoices',
    level: 4,
    updatedSince: true,
    dates: false,
    sorts: ['created_at', 'updated_at'],
    nested: ['nested_invoice_items', 'invoice_items'],
  },
  {
    kind: 'bills',
    level: 5,
    updatedSince: true,
    dates: true,
    sorts: ['-dated_on'],
    nested: ['nested_bill_items', 'bill_items'],
  },
  { kind: 'bank_accounts', level: 6, updatedSince: false, dates: false, sorts: ['created_at'] },
  {
    kind: 'bank_transactions',
    level: 6,
    updatedSince: true,
    dates: true,
    sorts: ['-dated_on'],
    needsBankAccount: true,
  },
  {
    kind: 'bank_transaction_explanations',
    level: 6,
    updatedSince: true,
    dates: true,
    sorts: ['-dated_on'],
    needsBankAccount: true,
  },
  { kind: 'transactions', level: 7, updatedSince: false, dates: true, sorts: ['dated_on'] },
  { kind: 'users', level: 7, updatedSince: false, dates: false, sorts: ['created_at'] },
];

const DEFAULT_PAGE = 25;
const LARGEST_PAGE = 100;

/** Statuses that move with the calendar are told by the day they are asked. */
const OPEN = 'Open';

/** A record as its list shows it. */
export function wireOf(kind: Kind, kept: Kept, nowMs: number, nested = true): Wire {
  const { invoice_items, bill_items, ...wire } = kept.wire;
  return {
    url: urlOf(pathOf(kind), kept.id),
    ...wire,
    ...(kind === 'invoices' || kind === 'bills' ? { status: statusOf(kept.wire, nowMs) } : {}),
    ...(nested && invoice_items !== undefined ? { invoice_items } : {}),
    ...(nested && bill_items !== undefined ? { bill_items } : {}),
    // Explanations know no instant of their making.
    ...(kind === 'bank_transaction_explanations' ? {} : { created_at: stamp(kept.createdMs) }),
    updated_at: stamp(kept.updatedMs),
  };
}

export function statusOf(wire: Wire, nowMs: number): string {
  if (wire['written_off_date'] !== undefined) return 'Written-off';
  const due = Number(wire['due_value']);
  if (Number(wire['total_value']) === 0) return 'Zero Value';
  if (due < 0) return 'Overpaid';
  if (due === 0) return 'Paid';
  return textIn(wire, 'due_on') < dayOf(nowMs) ? 'Overdue' : OPEN;
}

interface Asked {
  readonly list: List;
  readonly store: CompanyStore;
  readonly query: URLSearchParams;
  readonly nowMs: number;
}

export interface Listed {
  /** All of them, in the order asked for. */
  readonly kept: readonly Kept[];
  readonly nested: boolean;
}

/** The records a call asks for, or what is wrong with it. */
export function select(asked: Asked): Listed | Answer {
  const { list, store, query } = asked;
  const account = query.get('bank_account');
  if (list.needsBankAccount) {
    const id = account === null ? '' : account.slice(account.lastIndexOf('/') + 1);
    if (!store.of('bank_accounts').has(id)) return refuse(404, 'Resource not found', 'no-bank-account');
  }
  const bounds = boundsOf(asked);
  if ('status' in bounds) return bounds;
  const order = sortOf(list, query.get('sort'));
  const kept = store
    .sorted(list.kind, order, (all) => sorted(all, order))
    .filter((one) => inView(list.kind, one, query.get('view')))
    .filter((one) => !list.needsBankAccount || sameEnd(one.wire['bank_account'], account))
    .filter((one) => !list.updatedSince || bounds.sinceMs === null || one.updatedMs > bounds.sinceMs)
    .filter((one) => !list.dates || inDates(one.wire['dated_on'], bounds));
  return { kept, nested: list.nested !== undefined && query.get(list.nested[0]) === 'true' };
}

const sameEnd = (url: unknown, other: string | null): boolean =>
  typeof url === 'string' && other !== null && url.split('/').at(-1) === other.split('/').at(-1);

/** Contacts have a view of their own by default. */
function inView(kind: Kind, { wire }: Kept, view: string | null): boolean {
  if (kind !== 'contacts' || view === 'all') return true;
  return wire['status'] === (view === 'hidden' ? 'Hidden' : 'Active');
}

interface Bounds {
  readonly sinceMs: number | null;
  readonly from: string | null;
  readonly to: string | null;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function boundsOf({ list, query, nowMs }: Asked): Bounds | Answer {
  const since = query.get('updated_since');
  const sinceMs = since === null ? null : Date.parse(since);
  if (Number.isNaN(sinceMs)) return badRequest(`updated_since is not a time: ${since ?? ''}`);
  const [from, to] = [query.get('from_date'), query.get('to_date')];
  for (const text of [from, to])
    if (text !== null && (!DAY.test(text) || Number.isNaN(Date.parse(text))))
      return badRequest(`${text} is not a date`);
  if (list.kind !== 'transactions') return { sinceMs, from, to };
  const year = dayOf(nowMs).slice(0, 4);
  const span = { sinceMs, from: from ?? `${year}-01-01`, to: to ?? dayOf(nowMs) };
  return span.to >= yearAfter(span.from)
    ? { status: 422, body: { errors: [{ message: 'Date range cannot exceed 12 months' }] }, outcome: 'range' }
    : span;
}

const yearAfter = (day: string): string => `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`;

const badRequest = (message: string): Answer => ({
  status: 400,
  body: { errors: [{ message }] },
  outcome: 'malformed',
});

const inDates = (day: unknown, { from, to }: Bounds): boolean =>
  (from === null || String(day) >= from) && (to === null || String(day) <= to);

const sortOf = (list: List, asked: string | null): string =>
  asked !== null && list.sorts.includes(asked.replace(/^-/, '')) ? asked : list.sorts[0]!;

function sorted(kept: readonly Kept[], sort: string): Kept[] {
  const down = sort.startsWith('-');
  const field = sort.replace(/^-/, '');
  const value = (one: Kept): string => {
    if (field === 'updated_at') return stamp(one.updatedMs);
    if (field === 'created_at') return stamp(one.createdMs);
    if (field === 'name') return textIn(one.wire, 'organisation_name') || textIn(one.wire, 'last_name');
    return textIn(one.wire, field);
  };
  const keyed = kept.map((one) => ({ one, key: value(one), n: Number(one.id) }));
  keyed.sort((a, b) => {
    const order = a.key === b.key ? a.n - b.n : a.key < b.key ? -1 : 1;
    return down ? -order : order;
  });
  return keyed.map(({ one }) => one);
}

/** One page, with the headers that lead on: `rel` in single quotes, and an empty `Link` where there is but one page. */
export function page(kept: readonly Kept[], asked: { path: string; query: URLSearchParams }, total: number) {
  const number = (name: string, fallback: number): number => {
    const n = Number(asked.query.get(name) ?? fallback);
    return Number.isInteger(n) && n > 0 ? n : fallback;
  };
  const at = number('page', 1);
  const size = Math.min(number('per_page', DEFAULT_PAGE), LARGEST_PAGE);
  const last = Math.max(1, Math.ceil(kept.length / size));
  const link = (n: number, rel: string): string => {
    const query = new URLSearchParams(asked.query);
    query.set('page', String(n));
    query.set('per_page', String(size));
    return `<${urlOf(asked.path, `?${query.toString()}`).replace('/?', '?')}>; rel='${rel}'`;
  };
  const links = [
    ...(at > 1 ? [link(at - 1, 'prev'), link(1, 'first')] : []),
    ...(at < last ? [link(at + 1, 'next'), link(last, 'last')] : []),
  ];
  return {
    shown: kept.slice((at - 1) * size, at * size),
    headers: { link: last === 1 ? '' : links.join(', '), 'x-total-count': String(total) },
  };
}

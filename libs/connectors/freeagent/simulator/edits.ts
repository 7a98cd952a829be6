import { z } from 'zod';
import { STREAMS } from './knobs.js';
import type { Company } from './company.js';
import type { Kept, Kind, Wire } from './store.js';

/** What somebody did in the company's books while nobody was looking. */
export const companyEdit = z.strictObject({
  /**
   * `touch` changes a text and moves `updated_at`; `delete` and `add` are as they say; `rebook` gives entries of the ledger
   * new ids, as a change of their source does; `hide` hides contacts.
   */
  op: z.enum(['touch', 'delete', 'add', 'rebook', 'hide']),
  stream: z.enum(STREAMS).default('invoices'),
  id: z.string().optional(),
  /** Or how many, the first by id. */
  count: z.number().int().positive().default(1),
});

export type CompanyEdit = z.infer<typeof companyEdit>;

/** The text of each stream that a touch changes. */
const TOUCHED: Readonly<Record<CompanyEdit['stream'], string>> = {
  contacts: 'region',
  invoices: 'comments',
  bills: 'comments',
  bank_accounts: 'bank_name',
  bank_transactions: 'description',
  bank_transaction_explanations: 'description',
  transactions: 'description',
  users: 'role',
  categories: 'description',
};

let touches = 0;

/** Answers the ids that were changed. */
export function edit(company: Company, request: CompanyEdit, nowMs: number): { ids: readonly string[] } {
  const { op, stream, id, count } = request;
  const ids = id === undefined ? company.idsOf(stream).slice(0, count) : [id];
  if (stream === 'categories') return { ids: ids.filter((code) => touchCategory(company, code, op)) };
  if (op === 'add')
    return {
      ids: ids.length === 0 ? [] : Array.from({ length: count }, () => add(company, stream, ids[0]!, nowMs)),
    };
  return { ids: ids.flatMap((one) => change(company, stream, one, op, nowMs)) };
}

function change(company: Company, kind: Kind, id: string, op: CompanyEdit['op'], nowMs: number): string[] {
  const { store } = company;
  const kept = store.of(kind).get(id);
  if (!kept) return [];
  switch (op) {
    case 'delete':
      store.delete(kind, id);
      return [id];
    case 'rebook':
      store.delete(kind, id);
      return [store.add(kind, kept.wire, nowMs).id];
    case 'hide':
      return [put(company, kept, { status: 'Hidden' }, nowMs)];
    default:
      return [put(company, kept, { [TOUCHED[kind]]: `changed ${++touches}` }, nowMs)];
  }
}

function put(company: Company, kept: Kept, more: Wire, nowMs: number): string {
  kept.wire = { ...kept.wire, ...more };
  kept.updatedMs = Math.max(kept.updatedMs, nowMs);
  company.store.changed();
  return kept.id;
}

/** Another one like the first, without children of its own. */
function add(company: Company, kind: Kind, like: string, nowMs: number): string {
  const { wire } = company.store.of(kind).get(like)!;
  const own: Wire = structuredClone(wire);
  for (const children of ['invoice_items', 'bill_items']) if (children in own) own[children] = [];
  if ('reference' in own) own['reference'] = `NEW-${++touches}`;
  return company.store.add(kind, own, nowMs).id;
}

function touchCategory(company: Company, code: string, op: CompanyEdit['op']): boolean {
  const { store } = company;
  const found = store.categories.find(({ wire }) => wire.nominal_code === code);
  if (!found) return false;
  if (op === 'delete') store.categories = store.categories.filter((one) => one !== found);
  else found.wire['description'] = `changed ${++touches}`;
  return true;
}

import type { Json } from '#kernel';

export type Wire = Record<string, Json>;

/** Lists FreeAgent serves, by their own names; the path of the last one is another. */
export const KINDS = [
  'contacts',
  'invoices',
  'bills',
  'bank_accounts',
  'bank_transactions',
  'bank_transaction_explanations',
  'transactions',
  'users',
] as const;
export type Kind = (typeof KINDS)[number];

/** Where a kind lives under `/v2`. */
export const pathOf = (kind: Kind): string => (kind === 'transactions' ? 'accounting/transactions' : kind);

/** The host of real records, whatever the sandbox's own address is. */
const HOST = 'https://api.freeagent.com/v2';
export const urlOf = (path: string, id: string | number): string => `${HOST}/${path}/${id}`;

/** A text field of a record; empty where it has none. */
export function textIn(wire: Wire, field: string): string {
  const value = wire[field];
  return typeof value === 'string' ? value : '';
}

/** As live replies spell instants. */
export const stamp = (ms: number): string => new Date(Math.floor(ms / 1000) * 1000).toISOString();
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** One record: what never depends on the day it is asked, and its clock. */
export interface Kept {
  readonly id: string;
  /** Without its address and stamps. */
  wire: Wire;
  readonly createdMs: number;
  updatedMs: number;
}

/** One category with the name of the list it stands in. */
export interface KeptCategory {
  readonly group: 'income' | 'cost_of_sales' | 'admin_expenses' | 'general';
  readonly wire: Wire & { nominal_code: string };
}

/** Everything one company holds. */
export class CompanyStore {
  private readonly kinds = new Map<Kind, Map<string, Kept>>(KINDS.map((kind) => [kind, new Map()]));
  private readonly last = new Map<Kind, number>();
  private readonly lists = new Map<string, readonly Kept[]>();
  categories: KeptCategory[] = [];

  constructor(
    readonly name: string,
    readonly currency: string,
  ) {}

  of(kind: Kind): ReadonlyMap<string, Kept> {
    return this.kinds.get(kind)!;
  }

  /** In the order of their ids. */
  all(kind: Kind): Kept[] {
    return [...this.of(kind).values()];
  }

  add(kind: Kind, wire: Wire, createdMs: number, updatedMs = createdMs): Kept {
    const n = (this.last.get(kind) ?? 0) + 1;
    this.last.set(kind, n);
    const kept = { id: String(n), wire, createdMs, updatedMs: Math.max(createdMs, updatedMs) };
    this.kinds.get(kind)!.set(kept.id, kept);
    this.changed();
    return kept;
  }

  delete(kind: Kind, id: string): void {
    this.kinds.get(kind)!.delete(id);
    this.changed();
  }

  /** To be called after any change of a record: lists are sorted anew. */
  changed(): void {
    this.lists.clear();
  }

  /** All of a kind in an order that is made once and kept until something changes. */
  sorted(kind: Kind, order: string, make: (all: readonly Kept[]) => readonly Kept[]): readonly Kept[] {
    const name = `${kind} ${order}`;
    const known = this.lists.get(name);
    if (known) return known;
    const list = make([...this.of(kind).values()]);
    this.lists.set(name, list);
    return list;
  }
}

import { compare, decimal, subtract, times, toFixed, ZERO, type Json } from '#kernel';
import { statusOf } from './lists.js';
import { stamp, type CompanyStore, type Kept, type Kind, type Wire } from './store.js';

/** One row as a faithful copy holds it, named as the warehouse names its columns. */
type TruthRow = Readonly<Record<string, Json>>;

/** Every table's rows by source id. */
export type TruthRows = Readonly<Record<string, Readonly<Record<string, TruthRow>>>>;

/**
 * What every row of a faithful copy must hold at this instant, read from the company's own records by its own code: no
 * query, no page, no schema and no mapper lies between.
 */
export function rowsOf(store: CompanyStore, nowMs: number): TruthRows {
  const table = (kind: Kind, row: (wire: Wire, kept: Kept) => TruthRow): Record<string, TruthRow> =>
    Object.fromEntries(
      store.all(kind).map((kept) => [
        kept.id,
        {
          source: 'freeagent',
          ...row(kept.wire, kept),
          [OWN_ID[kind]]: kept.id,
          updated_at_api: stamp(kept.updatedMs),
        },
      ]),
    );
  const currencies = new Map(
    store.all('bank_accounts').map(({ id, wire }) => [id, wire['currency'] ?? null]),
  );
  const inAccount = (wire: Wire): TruthRow => ({
    bank_account_id: idIn(wire, 'bank_account'),
    currency: currencies.get(idIn(wire, 'bank_account') ?? '') ?? null,
  });
  return {
    freeagent_contacts: table('contacts', (wire, kept) => ({ ...contactRow(wire), ...stampsOf(kept) })),
    freeagent_invoices: table('invoices', (wire, kept) => ({
      ...invoiceRow(wire, nowMs),
      ...stampsOf(kept),
    })),
    freeagent_invoice_items: itemsOf(store, 'invoices', 'invoice_items', invoiceItemRow),
    freeagent_bills: table('bills', (wire, kept) => ({ ...billRow(wire, nowMs), ...stampsOf(kept) })),
    freeagent_bill_items: itemsOf(store, 'bills', 'bill_items', billItemRow),
    freeagent_bank_accounts: table('bank_accounts', (wire, { createdMs }) => ({
      ...accountRow(wire),
      created_at_api: stamp(createdMs),
    })),
    freeagent_bank_transactions: table('bank_transactions', (wire, kept) => ({
      ...inAccount(wire),
      ...bankLineRow(wire),
      ...stampsOf(kept),
    })),
    freeagent_bank_transaction_explanations: table(
      'bank_transaction_explanations',
      (wire, { updatedMs }) => ({
        ...inAccount(wire),
        ...explanationRow(wire),
        source_updated_at: stamp(updatedMs),
        created_at_api: null,
      }),
    ),
    freeagent_transactions: table('transactions', (wire, kept) => ({ ...entryRow(wire), ...stampsOf(kept) })),
    freeagent_users: table('users', (wire, { createdMs }) => ({
      ...userRow(wire),
      created_at_api: stamp(createdMs),
    })),
    freeagent_categories: Object.fromEntries(
      store.categories.map(({ group, wire }) => [wire.nominal_code, categoryRow(group, wire)]),
    ),
  };
}

const OWN_ID: Readonly<Record<Kind, string>> = {
  contacts: 'contact_id',
  invoices: 'invoice_id',
  bills: 'bill_id',
  bank_accounts: 'bank_account_id',
  bank_transactions: 'transaction_id',
  bank_transaction_explanations: 'explanation_id',
  transactions: 'transaction_id',
  users: 'user_id',
};

const field = (wire: Wire, name: string): Json => wire[name] ?? null;
const idIn = (wire: Wire, name: string): string | null => {
  const url = wire[name];
  return typeof url === 'string' ? url.slice(url.lastIndexOf('/') + 1) : null;
};
/** Columns that are named as the fields are. */
const alike = (wire: Wire, ...names: readonly string[]): TruthRow =>
  Object.fromEntries(names.map((name) => [name, field(wire, name)]));

const stampsOf = ({ createdMs, updatedMs }: Kept): TruthRow => ({
  source_updated_at: stamp(updatedMs),
  created_at_api: stamp(createdMs),
});

const contactRow = (wire: Wire): TruthRow => ({
  ...alike(wire, 'organisation_name', 'first_name', 'last_name', 'contact_name_on_invoices', 'email'),
  ...alike(wire, 'phone_number', 'address1', 'address2', 'town', 'region', 'postcode', 'country', 'locale'),
  ...alike(wire, 'default_payment_terms_in_days', 'charge_sales_tax', 'active_projects_count'),
  ...alike(wire, 'account_balance', 'uses_contact_invoice_sequence', 'status'),
});

/** What all lines say, or nothing. */
function agreed(items: readonly Wire[], name: string): Json {
  const [first = null, ...others] = new Set(items.map((item) => field(item, name)));
  return others.length === 0 ? first : null;
}

const childrenOf = (wire: Wire, name: string): readonly Wire[] => wire[name] as Wire[];

const datesAndSums = (wire: Wire): TruthRow => ({
  ...alike(wire, 'reference', 'dated_on', 'due_on', 'contact_name', 'currency', 'exchange_rate', 'comments'),
  ...alike(wire, 'net_value', 'sales_tax_value', 'total_value', 'paid_value', 'due_value', 'paid_on'),
  contact_id: idIn(wire, 'contact'),
});

function invoiceRow(wire: Wire, nowMs: number): TruthRow {
  const items = childrenOf(wire, 'invoice_items');
  const [net, rate] = [field(wire, 'net_value') as string, field(wire, 'exchange_rate') as string];
  return {
    ...datesAndSums(wire),
    ...alike(wire, 'payment_terms_in_days', 'po_reference', 'ec_status'),
    net_value_in_base_currency: toFixed(times(decimal(net), decimal(rate)), 2),
    status: statusOf(wire, nowMs),
    sales_tax_status: agreed(items, 'sales_tax_status'),
    outside_of_sales_tax_scope: wire['involves_sales_tax'] !== true,
    initial_sales_tax_rate: items[0] ? field(items[0], 'sales_tax_rate') : null,
    written_off_on: field(wire, 'written_off_date'),
  };
}

const billRow = (wire: Wire, nowMs: number): TruthRow => ({
  ...datesAndSums(wire),
  status: statusOf(wire, nowMs),
  sales_tax_status: agreed(childrenOf(wire, 'bill_items'), 'sales_tax_status'),
});

/** Lines by the id in their own address. */
const itemsOf = (
  store: CompanyStore,
  kind: 'invoices' | 'bills',
  name: string,
  row: (item: Wire) => TruthRow,
): Record<string, TruthRow> =>
  Object.fromEntries(
    store.all(kind).flatMap(({ id, wire, updatedMs }) =>
      childrenOf(wire, name).map((item) => [
        idIn(item, 'url')!,
        {
          parent_source_id: id,
          source_updated_at: stamp(updatedMs),
          source: 'freeagent',
          [kind === 'invoices' ? 'invoice_id' : 'bill_id']: id,
          currency: field(wire, 'currency'),
          category_id: idIn(item, 'category'),
          ...row(item),
        },
      ]),
    ),
  );

const invoiceItemRow = (item: Wire): TruthRow => ({
  ...alike(item, 'position', 'description', 'item_type', 'quantity', 'price', 'sales_tax_rate'),
  ...alike(item, 'sales_tax_status'),
});

const billItemRow = (item: Wire): TruthRow => ({
  ...alike(item, 'description', 'quantity', 'unit', 'total_value', 'total_value_ex_tax'),
  ...alike(item, 'sales_tax_rate', 'sales_tax_status', 'sales_tax_value'),
});

const accountRow = (wire: Wire): TruthRow => ({
  ...alike(wire, 'name', 'bank_name', 'type', 'account_number', 'sort_code', 'opening_balance', 'status'),
  ...alike(wire, 'current_balance', 'currency', 'is_primary', 'is_personal'),
  latest_activity_on: field(wire, 'latest_activity_date'),
});

const bankLineRow = (wire: Wire): TruthRow => ({
  ...alike(wire, 'dated_on', 'amount', 'description', 'full_description', 'unexplained_amount', 'is_manual'),
  ...alike(wire, 'uploaded_at'),
  bank_reference: field(wire, 'transaction_id'),
  // The simulator's own lines are all of this type, in the bank's words.
  transaction_type: 'OTHER',
});

const explanationRow = (wire: Wire): TruthRow => ({
  ...alike(wire, 'dated_on', 'description', 'gross_value', 'sales_tax_rate', 'sales_tax_value', 'type'),
  ...alike(wire, 'sales_tax_status', 'marked_for_review'),
  bank_transaction_id: idIn(wire, 'bank_transaction'),
  amount: field(wire, 'gross_value'),
  // What settles an invoice or a bill is told without the account it is booked to: trade debtors, trade creditors.
  category_id: idIn(wire, 'category') ?? (wire['paid_invoice'] ? '681' : wire['paid_bill'] ? '796' : null),
  invoice_id: idIn(wire, 'paid_invoice'),
  bill_id: idIn(wire, 'paid_bill'),
  transfer_bank_account_id: idIn(wire, 'transfer_bank_account'),
});

function entryRow(wire: Wire): TruthRow {
  const value = decimal(field(wire, 'debit_value') as string);
  const isCredit = compare(value, ZERO) < 0;
  return {
    ...alike(wire, 'dated_on', 'description', 'category_name', 'nominal_code', 'source_item_url'),
    ...alike(wire, 'foreign_currency_data'),
    category_id: idIn(wire, 'category'),
    debit_value: isCredit ? ZERO : value,
    credit_value: isCredit ? subtract(ZERO, value) : ZERO,
    signed_value: value,
  };
}

const userRow = (wire: Wire): TruthRow => ({
  ...alike(wire, 'email', 'first_name', 'last_name', 'ni_number', 'role', 'permission_level'),
  ...alike(wire, 'opening_mileage', 'hidden'),
});

const categoryRow = (group: string, wire: Wire & { readonly nominal_code: string }): TruthRow => ({
  ...alike(wire, 'description', 'nominal_code', 'auto_sales_tax_rate', 'allowable_for_tax'),
  ...alike(wire, 'tax_reporting_name'),
  source: 'freeagent',
  category_id: wire.nominal_code,
  category_type: group,
  parent_category_id: wire.nominal_code.includes('-') ? wire.nominal_code.slice(0, 3) : null,
  bank_account_id: idIn(wire, 'bank_account'),
});

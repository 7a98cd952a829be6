import { readFileSync } from 'node:fs';
import { sharedFile } from '../../../../tests/shared.js';
import { jsonOf, queryOf, wrongNames, type Description } from '../../../../tests/witness.js';
import { exactly } from './fixture.js';

/*
 * Calls and replies by FreeAgent's own data: the examples of its documentation and the requests of its Postman collection.
 * The examples show records as they were written down, not recorded: fields that only live replies have are named here.
 */

export const EXAMPLES = 'specs/freeagent/examples';
export const REQUESTS = 'specs/freeagent/openapi-from-postman.json';

export interface Described {
  readonly paths: Readonly<
    Record<string, { readonly get?: { readonly parameters?: readonly { readonly name: string }[] } }>
  >;
}

export const read = <T>(path: string): T => JSON.parse(readFileSync(sharedFile(path)!, 'utf8')) as T;

type Wire = Readonly<Record<string, unknown>>;

/** What the examples of one resource show, calls that change something too. */
export function examplesOf(resource: string): { readonly request: string; readonly payload: Wire }[] {
  return read<{ examples: { request: string; payload: Wire }[] }>(`${EXAMPLES}/${resource}.json`).examples;
}

/** Told by live replies and the reference's field lists; no example shows them. */
const LIVE: Readonly<Record<string, readonly string[]>> = {
  contacts: ['address2', 'address3'],
  invoices: [
    'contact_name',
    'po_reference',
    'involves_sales_tax',
    'paid_on',
    'written_off_date',
    'long_status',
  ],
  invoice_items: ['url', 'position', 'sales_tax_rate', 'sales_tax_status', 'category'],
  bills: ['paid_on', 'comments'],
  // Of sub-accounts, since November 2024.
  categories: ['bank_account'],
  bank_accounts: [
    'is_primary',
    'email',
    'bank_name',
    'account_number',
    'sort_code',
    'latest_activity_date',
    'bank_guess_enabled',
  ],
  bank_transaction_explanations: [
    'type',
    'marked_for_review',
    'is_money_in',
    'is_money_out',
    'is_locked',
    'paid_invoice',
    'paid_bill',
    'transfer_bank_account',
  ],
  users: ['hidden'],
};

/** Parameters of the reference that the collection, older than they are, does not hold. */
const NEWER: Readonly<Record<string, readonly string[]>> = {
  '/v2/contacts': ['updated_since', 'sort', 'view'],
  '/v2/invoices': ['updated_since', 'sort', 'view', 'nested_invoice_items'],
  '/v2/bills': ['updated_since', 'view', 'nested_bill_items'],
  '/v2/categories': ['sub_accounts'],
  '/v2/bank_transactions': ['bank_account', 'updated_since'],
  '/v2/bank_transaction_explanations': ['bank_account', 'updated_since'],
  '/v2/accounting/transactions': ['from_date', 'to_date'],
  '/v2/users': ['view'],
};

/** What is wrong in a call: a path that is not described, or parameters that it does not have. */
export function wrongInCall({ paths }: Described, path: string, query: Wire): string[] {
  const described = paths[path]?.get;
  if (!described) return [`GET ${path} is not described`];
  const known = (described.parameters ?? []).map(({ name }) => name);
  return Object.keys(query).flatMap((name) =>
    [...known, 'page', 'per_page', ...(NEWER[path] ?? [])].includes(name) ? [] : [`${name}: no parameter`],
  );
}

const typeOf = (value: unknown): string =>
  Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;

/** Every field of some records and the types of its values, numbers as the engine reads them. */
export function fieldsOf(records: readonly unknown[]): Map<string, Set<string>> {
  const fields = new Map<string, Set<string>>();
  for (const record of records)
    for (const [field, value] of Object.entries(exactly(record) as Wire))
      fields.set(field, (fields.get(field) ?? new Set()).add(typeOf(value)));
  return fields;
}

/** All that stands under a name, at any depth of the examples: the items of a list, or the record itself. */
function under(name: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap((one) => under(name, one));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === name && inner !== null ? [inner].flat() : under(name, inner),
  );
}

/** What is wrong in records of a kind: fields that neither an example nor a live reply has, or of another type. */
export function wrongInRecords(
  kind: string,
  known: ReadonlyMap<string, ReadonlySet<string>>,
  records: readonly unknown[],
): string[] {
  const served = [...fieldsOf(records)].filter(([field]) => !LIVE[kind]?.includes(field));
  return served.flatMap(([field, types]) =>
    [...types].flatMap((type) =>
      known.get(field)?.has(type) ? [] : [`${kind}.${field}: ${known.has(field) ? type : 'not described'}`],
    ),
  );
}

const NESTED: Readonly<Record<string, string>> = { invoices: 'invoice_items', bills: 'bill_items' };
const GROUPS = ['admin_expenses', 'cost_of_sales', 'income', 'general'].map((name) => `${name}_categories`);
const LISTS = [
  'contacts',
  'invoices',
  'bills',
  'bank_accounts',
  'bank_transactions',
  'bank_transaction_explanations',
  'transactions',
  'users',
];

const singular = (list: string): string => list.replace(/s$/, '');

/** Every kind of record and the fields that its examples show. */
function kindsOf(): Map<string, Map<string, Set<string>>> {
  const lists = LISTS.map((list): Kind => {
    const shown = examplesOf(list);
    return [
      list,
      shown.flatMap(({ payload }) => [...under(list, payload), ...under(singular(list), payload)]),
    ];
  });
  const nested = Object.entries(NESTED).map(([list, items]): Kind => [
    items,
    examplesOf(list).flatMap(({ payload }) => under(items, payload)),
  ]);
  const categories: Kind = [
    'categories',
    examplesOf('categories').flatMap(({ payload }) => GROUPS.flatMap((group) => under(group, payload))),
  ];
  const company: Kind = [
    'company',
    examplesOf('company').flatMap(({ payload }) => under('company', payload)),
  ];
  return new Map(
    [...lists, ...nested, categories, company].map(([kind, records]) => [
      kind,
      fieldsOf(records.filter((one) => typeof one === 'object')),
    ]),
  );
}
type Kind = readonly [name: string, records: readonly unknown[]];

/** As its documentation words them; the first of a wrong id, feature or level. */
const isRefusal = (body: unknown): boolean =>
  typeof (body as { errors?: { error?: { message?: unknown } } }).errors?.error?.message === 'string';

function describing(): Description {
  const described = read<Described>(REQUESTS);
  const kinds = kindsOf();
  const grant = Object.keys(examplesOf('oauth')[0]!.payload);
  const wrong = (kind: string, records: readonly unknown[]): string[] =>
    wrongInRecords(kind, kinds.get(kind)!, records);
  /** The records of a body by their kind. */
  function wrongInBody(path: string, body: Wire): string[] {
    if (path === '/v2/company') return wrong('company', [body['company']]);
    if (path === '/v2/users/me') return wrong('users', [body['user']]);
    if (path === '/v2/categories')
      return [...wrongNames(body, GROUPS), ...wrong('categories', Object.values(body).flat())];
    const list = path.slice(path.lastIndexOf('/') + 1);
    const items = NESTED[list];
    const records = body[list] as readonly Wire[];
    const lines =
      items === undefined ? [] : records.flatMap((one) => (one[items] ?? []) as readonly unknown[]);
    return [
      ...wrongNames(body, [list]),
      ...wrong(
        list,
        records.map(({ [items ?? '']: _, ...record }) => record),
      ),
      ...(items === undefined ? [] : wrong(items, lines)),
    ];
  }
  return (call, reply) => {
    const path = call.path.replace(/^\/[^/]+/, '');
    const body = jsonOf(reply);
    if (path === '/v2/token_endpoint') return wrongNames(body, reply.status === 200 ? grant : ['error']);
    const asked = wrongInCall(described, path, queryOf(call));
    if (reply.status === 200) return [...asked, ...wrongInBody(path, body as Wire)];
    return [...asked, ...(isRefusal(body) ? [] : [`a refusal in other words: ${JSON.stringify(body)}`])];
  };
}

/** Undefined where the vendor's data is not beside the project. */
export const described: Description | undefined = sharedFile(EXAMPLES) ? describing() : undefined;

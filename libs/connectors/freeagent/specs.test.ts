import { readFileSync } from 'node:fs';
import { NO_PARENT } from '#sync';
import { describeWith, sharedFile } from '../../../tests/shared.js';
import { freeagent } from './platform.js';
import { exactly } from './testing/fixture.js';
import { misfits, parentOf, rowsOf } from './testing/rows.js';
import { ask, NOW, settings, stage } from './testing/stage.js';

/*
 * Held against FreeAgent's own data: the examples of its documentation and the requests of its Postman collection. The
 * examples show records as they were written down, not recorded: fields that only live replies have are named here.
 */

const read = <T>(path: string): T =>
  JSON.parse(readFileSync(sharedFile(`specs/freeagent/${path}`)!, 'utf8')) as T;

interface Examples {
  readonly examples: readonly { readonly request: string; readonly payload: Record<string, unknown> }[];
}

/** Lists in the examples of one resource. */
function listsOf(list: string): Record<string, unknown>[] {
  const file = list === 'transactions' ? 'transactions' : list;
  return read<Examples>(`examples/${file}.json`)
    .examples.filter(({ request }) => request.startsWith('GET'))
    .map(({ payload }) => payload)
    .filter((payload) => Array.isArray(list === 'categories' ? payload['income_categories'] : payload[list]));
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
  bills: ['paid_on'],
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

describeWith('specs/freeagent/examples')('FreeAgent’s own examples', () => {
  it.each(freeagent.streams.map((stream) => [stream.name, stream] as const))(
    'of %s are read',
    (name, stream) => {
      const list = name.slice('freeagent.'.length);
      const bodies = listsOf(list);
      expect(bodies).not.toEqual([]);
      for (const payload of bodies) {
        const nested = { invoices: 'invoice_items', bills: 'bill_items' }[list];
        const whole = nested === undefined ? payload : withChildren(payload, list, nested);
        const rows = rowsOf(stream, exactly(whole), parentOf(stream, list));
        expect(rows).not.toEqual([]);
        expect(misfits(stream, rows)).toEqual([]);
      }
    },
  );

  it.each(freeagent.streams.map((stream) => [stream.name, stream] as const))(
    'hold every field that the sandbox serves of %s, of the same type',
    async (name, stream) => {
      const list = name.slice('freeagent.'.length);
      if (list === 'categories') return;
      const known = fieldsOf(listsOf(list).flatMap((payload) => payload[list] as Record<string, unknown>[]));
      const at = stage(20);
      const parent = stream.each ? { ...parentOf(stream, list), id: '1' } : NO_PARENT;
      const window = { from: new Date('2026-01-01T00:00:00Z'), to: NOW };
      const { body } = await ask(at, stream.request({ window, parent, place: null, size: 100, settings }));
      const served = fieldsOf((body as Record<string, Record<string, unknown>[]>)[list]!);
      expect(served.size).toBeGreaterThan(5);
      for (const [field, type] of served)
        if (!LIVE[list]?.includes(field)) expect([field, type]).toEqual([field, known.get(field)]);
    },
  );
});

/** The list as it is with its lines asked for: without them records have none. */
const withChildren = (
  payload: Record<string, unknown>,
  list: string,
  nested: string,
): Record<string, unknown> => ({
  [list]: (payload[list] as Record<string, unknown>[]).map((one) => ({ [nested]: [], ...one })),
});

const typeOf = (value: unknown): string => (Array.isArray(value) ? 'list' : typeof value);

/** Every field of some records and the type of its first value, numbers as the engine reads them. */
const fieldsOf = (records: readonly Record<string, unknown>[]): Map<string, string> =>
  new Map(
    records.flatMap((record) =>
      Object.entries(exactly(record) as Record<string, unknown>).map(
        ([field, value]) => [field, typeOf(value)] as const,
      ),
    ),
  );

interface Described {
  readonly paths: Readonly<
    Record<string, { readonly get?: { readonly parameters?: readonly { readonly name: string }[] } }>
  >;
}

describeWith('specs/freeagent/openapi-from-postman.json')('every call that is made', () => {
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

  it('is of a path FreeAgent describes, with parameters that it has', () => {
    const { paths } = read<Described>('openapi-from-postman.json');
    const window = { from: new Date('2026-01-01T00:00:00Z'), to: NOW };
    const calls = freeagent.streams.flatMap((stream) => [
      stream.request({ window, parent: parentOf(stream, 'sub-accounts'), place: null, size: 100, settings }),
      ...(stream.each?.list ? [stream.each.list.request({ window, place: null, settings })] : []),
    ]);
    for (const { path, query = {} } of [...calls, freeagent.probe.request(settings)]) {
      const described = paths[path]?.get;
      expect([path, described !== undefined]).toEqual([path, true]);
      const known = (described?.parameters ?? []).map(({ name }) => name);
      const unknown = Object.keys(query).filter(
        (name) => !known.includes(name) && !['page', 'per_page', ...(NEWER[path] ?? [])].includes(name),
      );
      expect([path, unknown]).toEqual([path, []]);
    }
  });
});

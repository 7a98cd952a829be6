import {
  booksOf,
  CHART,
  textOf,
  type BankLine,
  type BookBill,
  type BookContact,
  type BookInvoice,
  type BookLine,
  type Books,
  type Explanation,
  type LedgerEntry,
  type Trade,
  type Units,
} from '#shop';
import { CompanyStore, dayOf, stamp, urlOf, type Wire } from './store.js';

/** A text of a field that FreeAgent leaves out where it is empty. */
const given = (fields: Record<string, string | null>): Wire =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Wire;

/** Ids by the books' keys, filled in as records are made. */
interface Ids {
  readonly contacts: Map<string, string>;
  readonly names: ReadonlyMap<string, string>;
  readonly balances: ReadonlyMap<string, Units>;
  readonly accounts: Map<string, string>;
  readonly sources: Map<string, string>;
}

/** The company's records, made of the business's books. */
export function buildCompany(trade: Trade): CompanyStore {
  const books = booksOf(trade);
  const store = new CompanyStore(trade.name, books.currency);
  const ids: Ids = {
    contacts: new Map(),
    names: new Map(books.contacts.map((one) => [one.key, one.organisation ?? one.name ?? ''])),
    balances: balancesOf(books),
    accounts: new Map(),
    sources: new Map(),
  };
  const beganMs = books.invoices[0]?.issuedMs ?? trade.anchorMs;
  addUsers(store, beganMs);
  addAccounts(store, books, ids, beganMs);
  for (const [i, contact] of books.contacts.entries()) addContact(store, ids, contact, i);
  for (const invoice of books.invoices) addInvoice(store, books, ids, invoice);
  for (const bill of books.bills) addBill(store, books, ids, bill);
  for (const line of books.bankLines) addBankLine(store, ids, line);
  for (const entry of books.entries) addEntry(store, ids, entry);
  addCategories(store, books);
  return store;
}

function addUsers(store: CompanyStore, atMs: number): void {
  // A number, unlike every other amount.
  const mileage = { opening_mileage: 0 };
  store.add(
    'users',
    {
      first_name: 'Dana',
      last_name: 'Owner',
      email: 'dana@example.test',
      role: 'Director',
      permission_level: 8,
      ni_number: 'QQ123456C',
      ...mileage,
    },
    atMs,
  );
  store.add(
    'users',
    {
      first_name: 'Lee',
      last_name: 'Ledger',
      email: 'lee@example.test',
      role: 'Accountant',
      permission_level: 7,
      hidden: false,
      ...mileage,
    },
    atMs,
  );
}

function addAccounts(store: CompanyStore, books: Books, ids: Ids, atMs: number): void {
  for (const account of books.accounts) {
    const lines = books.bankLines.filter((line) => line.account === account.key);
    const last = lines.at(-1);
    const isPaypal = account.type === 'PaypalAccount';
    const { id } = store.add(
      'bank_accounts',
      {
        type: account.type,
        name: account.name,
        currency: books.currency,
        is_personal: false,
        is_primary: account.key === 'current',
        status: account.key === 'amazon' ? 'hidden' : 'active',
        opening_balance: '0.0',
        current_balance: textOf(lines.reduce((sum, { amount }) => sum + amount, 0)),
        bank_guess_enabled: false,
        ...given({
          latest_activity_date: last ? dayOf(last.atMs) : null,
          email: isPaypal ? 'paypal@example.test' : null,
          bank_name: isPaypal ? null : 'Sandbox Bank',
          account_number: account.key === 'current' ? '12345678' : null,
          sort_code: account.key === 'current' ? '112233' : null,
        }),
      },
      atMs,
      last?.atMs,
    );
    ids.accounts.set(account.key, id);
  }
}

/** Every so many contacts one is hidden: without a view they are not listed. */
const HIDDEN_EVERY = 17;

function addContact(store: CompanyStore, ids: Ids, contact: BookContact, i: number): void {
  const { name, address } = contact;
  const [, first = null, last = null] = /^(\S+)\s+(.+)$/.exec(name ?? '') ?? [];
  const { id } = store.add(
    'contacts',
    {
      ...given({
        organisation_name: contact.organisation ?? (first === null ? name : null),
        first_name: first,
        last_name: last,
        email: contact.email,
        phone_number: contact.phone,
        address1: address?.line1 ?? null,
        address2: address?.line2 ?? null,
        town: address?.city ?? null,
        region: address?.region ?? null,
        postcode: address?.postcode ?? null,
        country: address?.country ?? null,
      }),
      contact_name_on_invoices: true,
      default_payment_terms_in_days: 30,
      locale: 'en',
      account_balance: textOf(ids.balances.get(contact.key) ?? 0),
      uses_contact_invoice_sequence: false,
      charge_sales_tax: 'Auto',
      active_projects_count: 0,
      status: i % HIDDEN_EVERY === 5 ? 'Hidden' : 'Active',
    },
    contact.sinceMs,
  );
  ids.contacts.set(contact.key, id);
}

/** What each contact owes, less what it is owed. */
function balancesOf({ invoices, bills }: Books): Map<string, Units> {
  const balances = new Map<string, Units>();
  const add = (contact: string, amount: Units): void =>
    void balances.set(contact, (balances.get(contact) ?? 0) + amount);
  for (const invoice of invoices) add(invoice.contact, owedOf(invoice));
  for (const bill of bills) if (bill.paidMs === null) add(bill.contact, -bill.total);
  return balances;
}

const owedOf = (invoice: BookInvoice): Units =>
  invoice.writtenOffMs === null ? invoice.total - invoice.paid : 0;

const category = (nominal: string): string => urlOf('categories', nominal);
const rateOf = (net: Units, tax: Units): string =>
  net === 0 || tax === 0 ? '0.0' : `${Math.round((tax * 100) / net)}.0`;

function addInvoice(store: CompanyStore, books: Books, ids: Ids, invoice: BookInvoice): void {
  const kept = store.add(
    'invoices',
    {
      contact: urlOf('contacts', ids.contacts.get(invoice.contact)!),
      contact_name: ids.names.get(invoice.contact)!,
      dated_on: dayOf(invoice.issuedMs),
      due_on: dayOf(invoice.dueMs),
      reference: invoice.reference,
      po_reference: invoice.orderId,
      currency: books.currency,
      exchange_rate: '1.0',
      net_value: textOf(invoice.total - invoice.tax),
      sales_tax_value: textOf(invoice.tax),
      total_value: textOf(invoice.total),
      paid_value: textOf(invoice.paid),
      due_value: textOf(owedOf(invoice)),
      ...given({
        paid_on: invoice.paidMs === null ? null : dayOf(invoice.paidMs),
        written_off_date: invoice.writtenOffMs === null ? null : dayOf(invoice.writtenOffMs),
      }),
      payment_terms_in_days: 30,
      involves_sales_tax: true,
      omit_header: false,
      always_show_bic_and_iban: false,
      send_thank_you_emails: false,
      send_reminder_emails: false,
      send_new_invoice_emails: false,
      ec_status: 'UK/Non-EC',
      payment_methods: { paypal: false, stripe: false },
      invoice_items: [],
    },
    invoice.issuedMs,
    Math.max(invoice.paidMs ?? 0, invoice.writtenOffMs ?? 0),
  );
  kept.wire['invoice_items'] = invoice.lines.map((line, i) => itemOf(kept.id, line, i));
  ids.sources.set(`invoice/${invoice.key}`, urlOf('invoices', kept.id));
}

/** Prices are without tax; a line whose net does not divide is sold as one. */
function itemOf(invoice: string, line: BookLine, i: number): Wire {
  const net = line.total - line.tax;
  const divides = line.quantity > 0 && net % line.quantity === 0;
  return {
    url: urlOf('invoice_items', `${invoice}${String(i + 1).padStart(3, '0')}`),
    position: `${i + 1}.0`,
    description: divides ? line.description : `${line.quantity} × ${line.description}`,
    item_type: 'Products',
    quantity: divides ? `${line.quantity}.0` : '1.0',
    price: textOf(divides ? net / line.quantity : net),
    sales_tax_rate: rateOf(net, line.tax),
    sales_tax_status: 'TAXABLE',
    category: category(line.nominal),
  };
}

function addBill(store: CompanyStore, books: Books, ids: Ids, bill: BookBill): void {
  const kept = store.add(
    'bills',
    {
      contact: urlOf('contacts', ids.contacts.get(bill.contact)!),
      reference: bill.reference,
      dated_on: dayOf(bill.issuedMs),
      due_on: dayOf(bill.dueMs),
      currency: books.currency,
      exchange_rate: '1.0',
      total_value: textOf(bill.total),
      // Below zero, unlike the total: as the documentation's lists show them.
      net_value: textOf(bill.tax - bill.total),
      sales_tax_value: textOf(-bill.tax),
      paid_value: textOf(bill.paidMs === null ? 0 : bill.total),
      due_value: textOf(bill.paidMs === null ? bill.total : 0),
      ...given({ paid_on: bill.paidMs === null ? null : dayOf(bill.paidMs) }),
      is_paid_by_hire_purchase: false,
      bill_items: [],
    },
    bill.issuedMs,
    bill.paidMs ?? 0,
  );
  const url = urlOf('bills', kept.id);
  kept.wire['bill_items'] = bill.lines.map((line, i) => ({
    url: urlOf('bill_items', `${kept.id}${String(i + 1).padStart(2, '0')}`),
    bill: url,
    description: line.description,
    category: category(line.nominal),
    quantity: `${line.quantity}.0`,
    unit: 'Products',
    total_value: textOf(line.total),
    total_value_ex_tax: textOf(line.total - line.tax),
    sales_tax_status: 'TAXABLE',
    sales_tax_rate: rateOf(line.total - line.tax, line.tax),
    sales_tax_value: textOf(-line.tax),
  }));
  ids.sources.set(`bill/${bill.key}`, url);
}

function addBankLine(store: CompanyStore, ids: Ids, line: BankLine): void {
  const account = urlOf('bank_accounts', ids.accounts.get(line.account)!);
  const amount = textOf(line.amount);
  const kept = store.add(
    'bank_transactions',
    {
      amount,
      bank_account: account,
      dated_on: dayOf(line.atMs),
      description: line.description,
      full_description: `${line.description}/OTHER/£${textOf(Math.abs(line.amount))}`,
      uploaded_at: stamp(line.atMs),
      unexplained_amount: '0.0',
      is_manual: line.bankReference === null,
      ...given({ transaction_id: line.bankReference }),
      matching_transactions_count: 0,
      bank_transaction_explanations: [],
    },
    line.atMs,
  );
  for (const one of line.explanations) addExplanation(store, ids, line, kept.id, one);
}

const TYPES: Readonly<Record<Explanation['kind'], string>> = {
  receipt: 'Invoice Receipt',
  refund: 'Sales Refund',
  cost: 'Payment',
  bill: 'Bill Payment',
  transfer: 'Transfer',
  loan: 'Money Received from User',
};

function addExplanation(
  store: CompanyStore,
  ids: Ids,
  line: BankLine,
  bankTransaction: string,
  one: Explanation,
): void {
  const source = (key: string | null, kind: string): string | null =>
    key === null ? null : ids.sources.get(`${kind}/${key}`)!;
  const kept = store.add(
    'bank_transaction_explanations',
    {
      bank_transaction: urlOf('bank_transactions', bankTransaction),
      bank_account: urlOf('bank_accounts', ids.accounts.get(line.account)!),
      type: TYPES[one.kind],
      dated_on: dayOf(line.atMs),
      description: one.description,
      gross_value: textOf(one.amount),
      ...given({
        category: one.nominal === null ? null : category(one.nominal),
        paid_invoice: source(one.invoice, 'invoice'),
        paid_bill: source(one.bill, 'bill'),
        transfer_bank_account:
          one.transfer === null ? null : urlOf('bank_accounts', ids.accounts.get(one.transfer)!),
        sales_tax_value: one.tax === 0 ? null : textOf(one.tax),
        sales_tax_rate: one.tax === 0 ? null : rateOf(one.amount - one.tax, one.tax),
      }),
      sales_tax_status: one.tax === 0 ? 'OUT_OF_SCOPE' : 'TAXABLE',
      marked_for_review: false,
      is_money_in: one.amount > 0,
      is_money_out: one.amount < 0,
      is_locked: false,
      is_deletable: true,
    },
    line.atMs,
  );
  ids.sources.set(`explanation/${one.key}`, urlOf('bank_transaction_explanations', kept.id));
}

const NAMES = new Map(CHART.map(({ nominal, name }) => [nominal, name]));
const topOf = (nominal: string): string => nominal.slice(0, 3);

function addEntry(store: CompanyStore, ids: Ids, entry: LedgerEntry): void {
  store.add(
    'transactions',
    {
      dated_on: dayOf(entry.atMs),
      description: entry.description,
      // The account above, while the code is the sub-account's.
      category: category(topOf(entry.nominal)),
      category_name: NAMES.get(topOf(entry.nominal)) ?? '',
      nominal_code: entry.nominal,
      debit_value: textOf(entry.debit),
      source_item_url: ids.sources.get(`${entry.source.kind}/${entry.source.key}`)!,
      foreign_currency_data: {},
    },
    entry.atMs,
  );
}

function addCategories(store: CompanyStore, books: Books): void {
  store.categories = [
    ...CHART.map(({ nominal, name, group }) => ({
      group,
      wire: {
        description: name,
        nominal_code: nominal,
        ...(group === 'general' ? {} : { auto_sales_tax_rate: 'Standard rate' }),
        ...(group === 'cost_of_sales' || group === 'admin_expenses'
          ? { allowable_for_tax: true, tax_reporting_name: name }
          : {}),
      },
    })),
    ...books.accounts.map(({ nominal, name }, i) => ({
      group: 'general' as const,
      wire: {
        description: `Bank Account: ${name}`,
        nominal_code: nominal,
        bank_account: urlOf('bank_accounts', i + 1),
      },
    })),
  ];
}

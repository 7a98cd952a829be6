import { sum, type Decimal } from '#kernel';
import { NO_PARENT, type Stream } from '#sync';
import { freeagent } from './platform.js';
import { fixture } from './testing/fixture.js';
import { parentOf, rowsOf } from './testing/rows.js';

const streamOf = (name: string): Stream => freeagent.streams.find((one) => one.name === `freeagent.${name}`)!;
const settings = freeagent.settings.parse({});
const read = (name: string, file = name.replaceAll('_', '-')) =>
  rowsOf(streamOf(name), fixture(file), parentOf(streamOf(name), file));
const ask = (name: string, more: object = {}) =>
  streamOf(name).request({
    window: { from: new Date('2026-11-01T08:00:00.500Z'), to: new Date('2026-11-21T10:00:00Z') },
    parent: parentOf(streamOf(name), name),
    place: null,
    size: 100,
    settings,
    ...more,
  });

describe('a contact', () => {
  const [acme, zoe] = read('contacts');

  it('fills every column FreeAgent knows', () => {
    expect(acme).toMatchObject({
      key: '9007199254740993',
      cursor: new Date('2026-11-16T09:34:41Z'),
      row: {
        contactId: '9007199254740993',
        source: 'freeagent',
        organisationName: 'Acme Ltd',
        contactNameOnInvoices: true,
        accountBalance: '-100.0',
        activeProjectsCount: 1,
        defaultPaymentTermsInDays: 30,
        status: 'Active',
        fax: null,
        contactType: null,
      },
    });
  });

  it('may be hidden, without an organisation, and stamped in whole seconds on another host', () => {
    expect(zoe).toMatchObject({
      key: '7',
      row: { organisationName: null, firstName: 'Zoë', email: null, status: 'Hidden', locale: null },
    });
  });

  it('is asked for with the hidden ones, from a second before the window, by its stamp', () => {
    expect(ask('contacts').query).toEqual({
      view: 'all',
      sort: 'updated_at',
      updated_since: '2026-11-01T07:59:59.000Z',
      page: 1,
      per_page: 100,
    });
    const window = { from: null, to: new Date('2026-11-21T10:00:00Z') };
    expect(ask('contacts', { window }).query).not.toHaveProperty('updated_since');
  });
});

describe('an invoice', () => {
  it('is kept with its lines, by their own ids', () => {
    const [first, second] = read('invoices');
    expect(first?.row).toMatchObject({
      invoiceId: '11',
      reference: '#1001',
      contactId: '2',
      datedOn: '2026-10-29',
      totalValue: '47.98',
      salesTaxStatus: 'TAXABLE',
      initialSalesTaxRate: '20.0',
      outsideOfSalesTaxScope: false,
      paidOn: null,
    });
    expect(first?.children['freeagent_invoice_items']).toEqual([
      {
        key: '501',
        row: expect.objectContaining({
          invoiceId: '11',
          quantity: '2.0',
          price: '19.99',
          categoryId: '001',
          currency: 'GBP',
        }),
      },
    ]);
    expect(second?.row).toMatchObject({
      status: 'Written-off',
      writtenOffOn: '2026-11-05',
      comments: 'Never paid',
    });
  });

  it('abroad is told in both currencies, to the penny; lines that differ have no status in common', () => {
    const [invoice] = read('invoices', 'invoices-abroad');
    expect(invoice?.row).toMatchObject({
      currency: 'EUR',
      netValue: '100.01',
      netValueInBaseCurrency: '86.16',
      salesTaxStatus: null,
      initialSalesTaxRate: '0.0',
      outsideOfSalesTaxScope: true,
      poReference: 'gid-7',
      projectId: '3',
      paidOn: '2026-11-03',
    });
  });

  it('may have lines without an address: their place on it is their key', () => {
    const [bare, empty] = read('invoices', 'invoices-bare-lines');
    expect(bare?.children['freeagent_invoice_items']?.map(({ key }) => key)).toEqual(['14/1', '14/2']);
    expect(bare?.row).toMatchObject({ netValueInBaseCurrency: null, outsideOfSalesTaxScope: null });
    expect(empty?.children['freeagent_invoice_items']).toEqual([]);
  });

  it('is asked for with its lines', () => {
    expect(ask('invoices').query).toMatchObject({
      nested_invoice_items: 'true',
      view: 'all',
      sort: 'updated_at',
    });
  });
});

describe('a bill', () => {
  it('is stored with the signs FreeAgent sends, its category on the line', () => {
    const [bill] = read('bills');
    expect(bill?.row).toMatchObject({
      billId: '1',
      totalValue: '213.0',
      netValue: '-177.5',
      salesTaxValue: '-35.5',
      nativeDueValue: '7.97',
      currency: 'EUR',
      contactName: null,
    });
    expect(bill?.children['freeagent_bill_items']).toEqual([
      {
        key: '1',
        row: expect.objectContaining({ categoryId: '609-1', totalValueExTax: '177.5', stockItemId: '42' }),
      },
    ]);
    expect(JSON.stringify(bill)).not.toContain('Signature');
  });

  it('is asked for with its lines, which the list leaves out otherwise', () => {
    expect(ask('bills').query).toMatchObject({
      nested_bill_items: 'true',
      updated_since: '2026-11-01T07:59:59.000Z',
      page: 1,
      per_page: 100,
    });
  });
});

describe('a category', () => {
  it('stands in one of four lists, whose name is its type', () => {
    expect(read('categories').map(({ row }) => [row['nominalCode'], row['categoryType']])).toEqual([
      ['001', 'income'],
      ['102', 'cost_of_sales'],
      ['285', 'admin_expenses'],
      ['051', 'general'],
      ['750', 'general'],
    ]);
    expect(read('categories')[2]?.row).toMatchObject({
      allowableForTax: true,
      autoSalesTaxRate: 'Standard rate',
    });
  });

  it('below another one is read in a second pass, which brings nothing twice', () => {
    const below = read('categories', 'categories-sub-accounts');
    expect(
      below.map(({ key, row }) => [key, row['parentCategoryId'], row['bankAccountId'], row['userId']]),
    ).toEqual([
      ['750-1', '750', '1', null],
      ['902-1', '902', null, '1'],
    ]);
    const parents = streamOf('categories').each!.among!(settings);
    expect(parents.map((parent) => ask('categories', { parent }).query)).toEqual([
      {},
      { sub_accounts: 'true' },
    ]);
  });
});

describe('bank rows', () => {
  const { each } = streamOf('bank_transactions');

  it('are read for each bank account, hidden ones too', () => {
    const list = each!.list!;
    const body = list.body.parse(fixture('bank-accounts'));
    expect(list.parents(body)).toEqual([
      { id: '1', url: 'https://api.freeagent.com/v2/bank_accounts/1', currency: 'GBP' },
      { id: '2', url: 'https://api.freeagent.com/v2/bank_accounts/2', currency: 'EUR' },
    ]);
    const window = { from: null, to: new Date() };
    expect(list.request({ window, place: 2, settings }).query).toEqual({ page: 2, per_page: 100 });
    expect(list.next({ window, place: 2, headers: { link: "<x>; rel='next'" }, body })).toBe(3);
    expect(list.next({ window, place: 2, headers: { link: '' }, body })).toBeNull();
    for (const name of ['bank_transactions', 'bank_transaction_explanations'])
      expect(ask(name).query).toMatchObject({ bank_account: 'https://api.freeagent.com/v2/bank_accounts/1' });
  });

  it('carry the currency of their account, and the type that the bank wrote into the text', () => {
    const [rent, cash] = read('bank_transactions');
    expect(rent?.row).toMatchObject({
      transactionId: '8',
      bankAccountId: '1',
      amount: '-730.0',
      currency: 'GBP',
      bankReference: '049b807d-83ea-4d98',
      transactionType: 'OTHER',
      isManual: false,
      runningBalance: null,
    });
    expect(cash?.row).toMatchObject({
      bankReference: null,
      transactionType: null,
      uploadedAt: null,
      isManual: true,
    });
  });

  it('are explained by category, invoice, bill or transfer', () => {
    const rows = read('bank_transaction_explanations').map(({ row }) => row);
    expect(rows).toMatchObject([
      {
        explanationId: '20',
        categoryId: '366',
        markedForReview: true,
        salesTaxValue: '-15.0',
        currency: 'GBP',
      },
      {
        explanationId: '21',
        invoiceId: '11',
        categoryId: '681',
        foreignCurrencyAmount: '55.7',
        amount: '47.98',
      },
      { explanationId: '22', billId: '1', categoryId: '796', grossValue: '-213.0' },
      { explanationId: '23', transferBankAccountId: '2', categoryId: null },
    ]);
  });
});

describe('an entry of the ledger', () => {
  const rows = read('transactions').map(({ row }) => row);

  it('is a debit or a credit, and keeps its sign beside', () => {
    expect(rows).toMatchObject([
      { debitValue: '0', creditValue: '30', signedValue: '-30.0', nominalCode: '750-1', categoryId: '750' },
      { debitValue: '30.0', creditValue: '0', signedValue: '30.0', sourceItemUrl: null },
    ]);
    expect(rows[0]?.['foreignCurrencyData']).toEqual({ currency_code: 'USD', debit_value: '-37.61' });
    expect(sum(rows.map((row) => row['signedValue'] as Decimal))).toBe('0');
  });

  it('is asked for by day, twelve months at most, and its window is replaced', () => {
    const window = { from: new Date('2025-11-22T00:00:00Z'), to: new Date('2026-11-21T00:00:00Z') };
    expect(ask('transactions', { window, parent: NO_PARENT }).query).toMatchObject({
      from_date: '2025-11-22',
      to_date: '2026-11-21',
    });
    expect(streamOf('transactions').cursor).toMatchObject({ replaces: 'datedOn', maxSpan: 364 * 86_400_000 });
  });
});

describe('a user', () => {
  it('may have a mileage as a number or as text', () => {
    expect(
      read('users').map(({ row }) => [
        row['openingMileage'],
        row['permissionLevel'],
        row['niNumber'],
        row['hidden'],
      ]),
    ).toEqual([
      ['0', 8, 'QQ123456C', null],
      ['12.5', 5, null, true],
    ]);
  });

  it('is asked for in every view', () => {
    expect(ask('users').query).toEqual({ view: 'all', page: 1, per_page: 100 });
  });
});

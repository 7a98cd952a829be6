import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { Failure, parseDecimal } from '#kernel';
import { Customer, Product, Variant, type Address } from './catalog.js';
import { Fulfillment, Transaction } from './events.js';
import { unitsOf } from '#shop';
import { Order } from './order.js';
import { ShopStore } from './store.js';

/*
 * The public "Online Retail" form (D. Chen, 2015): one line per invoice line, `d/m/Y H:M` in UK local time. Sales
 * invoices become orders; credit notes (`C…`) and write-offs (quantity below zero, no `C`) are counted and left out.
 */

const COLUMNS = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const;
type Column = (typeof COLUMNS)[number];

const DAY = 86_400_000;
const ORDER_CURRENCY = 'GBP';

/** ISO codes of the countries that carry most of the data set; others go without a code, as some addresses do. */
const COUNTRY_CODES: Readonly<Record<string, string>> = {
  'United Kingdom': 'GB',
  France: 'FR',
  Germany: 'DE',
  EIRE: 'IE',
  Spain: 'ES',
  Netherlands: 'NL',
  Belgium: 'BE',
  Switzerland: 'CH',
  Portugal: 'PT',
  Australia: 'AU',
  Norway: 'NO',
  Italy: 'IT',
  Finland: 'FI',
  Sweden: 'SE',
  Austria: 'AT',
  Denmark: 'DK',
  Japan: 'JP',
  Poland: 'PL',
  Iceland: 'IS',
  Israel: 'IL',
  Cyprus: 'CY',
  Lithuania: 'LT',
  Greece: 'GR',
  Bahrain: 'BH',
};

interface Row {
  readonly invoice: string;
  readonly stockCode: string;
  readonly description: string;
  readonly quantity: number;
  readonly atMs: number;
  readonly unit: number;
  readonly customerId: string | null;
  readonly country: string;
}

interface Numbered {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** Last Sunday of a month at 01:00 UTC: when UK clocks change. */
function clockChange(year: number, month: number): number {
  const last = new Date(Date.UTC(year, month + 1, 0, 1));
  return last.getTime() - last.getUTCDay() * DAY;
}

/** UK local wall time as an instant. */
function ukInstant(year: number, month: number, day: number, hour: number, minute: number): number {
  const wall = Date.UTC(year, month - 1, day, hour, minute);
  const summer = wall - 3_600_000;
  return summer >= clockChange(year, 2) && summer < clockChange(year, 9) ? summer : wall;
}

function readRow(
  cells: readonly string[],
  line: number,
  at: Readonly<Record<Column, number>>,
  path: string,
): Row {
  const cell = (column: Column): string => (cells[at[column]] ?? '').trim();
  const bad = (column: Column, want: string): Failure =>
    new Failure(
      'config',
      `${path} line ${line}, column ${column}: ${JSON.stringify(cell(column))} is not ${want}`,
    );
  if (!/^-?\d+$/.test(cell('Quantity'))) throw bad('Quantity', 'a whole number');
  if (parseDecimal(cell('UnitPrice')) === undefined) throw bad('UnitPrice', 'a decimal price');
  const date = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})$/.exec(cell('InvoiceDate'));
  if (!date) throw bad('InvoiceDate', 'a d/m/Y H:M date');
  const [day, month, year, hour, minute] = date.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const exists = new Date(Date.UTC(year, month - 1, day));
  if (exists.getUTCDate() !== day || exists.getUTCMonth() !== month - 1 || hour > 23 || minute > 59)
    throw bad('InvoiceDate', 'a date of the calendar');
  if (cell('InvoiceNo') === '') throw bad('InvoiceNo', 'an invoice number');
  if (cell('StockCode') === '') throw bad('StockCode', 'a stock code');
  return {
    invoice: cell('InvoiceNo'),
    stockCode: cell('StockCode'),
    description: cell('Description'),
    quantity: Number(cell('Quantity')),
    atMs: ukInstant(year, month, day, hour, minute),
    unit: unitsOf(cell('UnitPrice')),
    customerId: cell('CustomerID').replace(/\.0$/, '') || null,
    country: cell('Country'),
  };
}

function readRows(path: string): Row[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new Failure(
      'config',
      `the shop file ${path} cannot be read; give the path of a CSV or CSV.gz file`,
      { cause },
    );
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes);
  let records: Numbered[];
  try {
    // With `info` each entry carries its line; the published type does not know of it.
    records = parse(bytes, {
      bom: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as Numbered[];
  } catch (cause) {
    throw new Failure(
      'config',
      `${path} is not CSV: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  const header = records[0]?.record.map((name) => name.trim()) ?? [];
  const at = {} as Record<Column, number>;
  for (const column of COLUMNS) {
    at[column] = header.indexOf(column);
    if (at[column] < 0)
      throw new Failure(
        'config',
        `${path} line 1 has no column ${column}; its columns must be ${COLUMNS.join(', ')}`,
      );
  }
  return records.slice(1).map(({ record, info }) => {
    if (record.length !== header.length)
      throw new Failure(
        'config',
        `${path} line ${info.lines} has ${record.length} columns where line 1 has ${header.length}`,
      );
    return readRow(record, info.lines, at, path);
  });
}

/** The most telling name a stock code goes by: the first on a priced line, else any, else the code. */
function titles(rows: readonly Row[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const row of rows)
    if (row.unit > 0 && row.description && !found.has(row.stockCode))
      found.set(row.stockCode, row.description);
  for (const row of rows)
    if (row.description && !found.has(row.stockCode)) found.set(row.stockCode, row.description);
  return found;
}

const address = (row: Row, id: string): Address => ({
  id: `gid://shopify/MailingAddress/${id}`,
  firstName: null,
  lastName: null,
  name: null,
  company: null,
  address1: null,
  address2: null,
  city: null,
  province: null,
  provinceCode: null,
  zip: null,
  country: row.country || null,
  countryCodeV2: COUNTRY_CODES[row.country] ?? null,
  phone: null,
});

/** Loads such a file as a shop whose newest order was placed on the day before `anchor`. */
export function loadOnlineRetail(path: string, anchor: Date, nth = 0): ShopStore {
  const rows = readRows(path);
  const store = new ShopStore(ORDER_CURRENCY, anchor.getTime(), nth);
  const sales = rows.filter((row) => row.quantity > 0 && !/^C/i.test(row.invoice));
  const credits = rows.filter((row) => /^C/i.test(row.invoice));
  store.leftOut = {
    creditNotes: new Set(credits.map((row) => row.invoice)).size,
    creditNoteLines: credits.length,
    writeOffs: new Set(
      rows.filter((row) => row.quantity <= 0 && !/^C/i.test(row.invoice)).map((row) => row.invoice),
    ).size,
  };
  const newest = sales.reduce((latest, row) => Math.max(latest, row.atMs), -Infinity);
  const shift =
    sales.length === 0 ? 0 : (Math.floor(anchor.getTime() / DAY) - 1 - Math.floor(newest / DAY)) * DAY;

  const names = titles(rows);
  const variants = addProducts(store, sales, names, shift);
  const invoices = new Map<string, Row[]>();
  for (const row of sales) {
    const lines = invoices.get(row.invoice);
    if (lines) lines.push(row);
    else invoices.set(row.invoice, [row]);
  }
  const inTime = [...invoices.values()].sort(
    (a, b) => a[0]!.atMs - b[0]!.atMs || (a[0]!.invoice < b[0]!.invoice ? -1 : 1),
  );
  const customers = new Map<string, Customer>();
  for (const lines of inTime) addOrder(store, lines, shift, customers, variants, names);
  return store;
}

function addProducts(
  store: ShopStore,
  sales: readonly Row[],
  names: Map<string, string>,
  shift: number,
): Map<string, Variant> {
  const spans = new Map<string, { first: Row; last: number }>();
  for (const row of sales) {
    const known = spans.get(row.stockCode);
    if (known) known.last = Math.max(known.last, row.atMs);
    else spans.set(row.stockCode, { first: row, last: row.atMs });
  }
  const variants = new Map<string, Variant>();
  for (const [stockCode, { first, last }] of spans) {
    const seq = store.next.product++;
    const product = new Product({
      seq,
      title: names.get(stockCode) ?? stockCode,
      handle: `${stockCode.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${seq}`,
      status: 'ACTIVE',
      vendor: 'Online Retail',
      productType: 'Gift',
      tags: [],
      createdMs: first.atMs + shift,
      updatedMs: last + shift,
      publishedMs: first.atMs + shift,
    });
    const variant = new Variant(
      product,
      {
        seq: store.next.variant++,
        position: 1,
        title: 'Default Title',
        sku: stockCode,
        barcode: null,
        price: first.unit,
        compareAt: null,
        inventoryQuantity: null,
        unitCost: null,
      },
      ORDER_CURRENCY,
    );
    product.variantList.push(variant);
    store.products.add(product);
    store.variants.add(variant);
    variants.set(stockCode, variant);
  }
  return variants;
}

function addOrder(
  store: ShopStore,
  rows: readonly Row[],
  shift: number,
  customers: Map<string, Customer>,
  variants: Map<string, Variant>,
  names: Map<string, string>,
): void {
  const first = rows[0]!;
  const atMs = first.atMs + shift;
  const customer =
    first.customerId === null ? null : customerOf(store, first, first.customerId, atMs, customers);
  const seq = store.next.order++;
  const order = new Order({
    seq,
    name: `#${first.invoice}`,
    number: Number(first.invoice.replace(/\D/g, '')) || seq,
    createdMs: atMs,
    processedMs: atMs,
    updatedMs: atMs,
    currency: ORDER_CURRENCY,
    presentment: { currency: ORDER_CURRENCY, perMille: 1000 },
    customer,
    email: customer?.email ?? null,
    phone: null,
    address: address(first, `1${seq}`),
    shipping: 0,
    test: false,
    note: null,
    tags: [],
    beyond: false,
    taxesIncluded: false,
  });
  for (const row of rows)
    order.addLine({
      n: store.next.line++,
      sku: row.stockCode,
      title: row.description || names.get(row.stockCode) || row.stockCode,
      variantTitle: null,
      vendor: 'Online Retail',
      variant: variants.get(row.stockCode) ?? null,
      quantity: row.quantity,
      unit: row.unit,
    });
  if (order.total > 0)
    order.transactionList.push(
      new Transaction(order, {
        n: store.next.transaction++,
        kind: 'SALE',
        status: 'SUCCESS',
        gateway: 'manual',
        units: order.total,
        atMs,
      }),
    );
  const shipped = order.lines.map((line) => ({ line, quantity: line.quantity }));
  order.fulfillmentList.push(new Fulfillment(order, store.next.fulfillment++, shipped, atMs, [], null));
  store.orders.add(order);
}

function customerOf(
  store: ShopStore,
  row: Row,
  id: string,
  atMs: number,
  customers: Map<string, Customer>,
): Customer {
  let customer = customers.get(id);
  if (!customer) {
    customer = new Customer(
      {
        seq: store.next.customer++,
        firstName: 'Customer',
        lastName: id,
        email: `customer-${id}@example.com`,
        phone: null,
        state: 'DISABLED',
        tags: [],
        address: address(row, `2${id}`),
        createdMs: atMs,
        updatedMs: atMs,
      },
      ORDER_CURRENCY,
    );
    customers.set(id, customer);
    store.customers.add(customer);
  }
  customer.updatedMs = Math.max(customer.updatedMs, atMs);
  return customer;
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWith, sharedFile } from '../../../../tests/shared.js';
import { loadOnlineRetail } from './online-retail.js';
import type { ShopStore } from './store.js';
import { ANCHOR } from './testing/ask.js';
import { truthOf } from './truth.js';

const FILE = 'data/online-retail/online-retail-2010-12.csv.gz';

describeWith(FILE)('twenty days of a real shop', () => {
  let store: ShopStore;
  beforeAll(() => {
    store = loadOnlineRetail(sharedFile(FILE)!, ANCHOR);
  });

  it('comes out to the penny', () => {
    const { streams, left_out } = truthOf(store);
    expect(streams['shopify.orders']).toEqual({
      records: 1524,
      tables: {
        orders: { rows: 1524, sum_total: { GBP: '755687.43' } },
        order_items: {
          rows: 38_773,
          units: 336_389,
          sum_qty_price: { GBP: '755687.43' },
          max_lines_per_order: 675,
        },
      },
    });
    expect(streams['shopify.customers']!.records).toBe(860);
    expect(streams['shopify.products']!.tables).toEqual({
      shopify_products: { rows: 2764 },
      shopify_variants: { rows: 2764 },
    });
    expect(left_out).toMatchObject({ credit_notes: 299, credit_note_lines: 680, write_offs: 69 });
  });

  it('keeps orders of nobody, and the same SKU twice in an order', () => {
    const orders = [...store.orders.values()];
    expect(orders.filter((order) => order.customer === null)).toHaveLength(184);
    const pairs = new Set(
      orders.flatMap((order) => order.lines.map((line) => `${order.seq} ${String(line.sku)}`)),
    );
    expect(pairs.size).toBe(37_856);
  });

  it('ends on the day before the anchor, every instant moved by the same whole days', () => {
    const orders = store.orders.sortedBy('CREATED_AT').all();
    expect(orders.at(-1)!.createdAt.slice(0, 10)).toBe('2026-11-20');
    const first = orders.find((order) => order.name === '#536365')!;
    // 20 December 2010 became 20 November 2026: 5,814 days.
    expect(first.createdAt).toBe(
      new Date(Date.UTC(2010, 11, 1, 8, 26) + 5814 * 86_400_000).toISOString().replace('.000', ''),
    );
  });
});

describe('a shop file', () => {
  const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'shop-file-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const load = (...lines: string[]): ShopStore => {
    const path = join(folder, 'shop.csv');
    writeFileSync(path, lines.join('\n'));
    return loadOnlineRetail(path, ANCHOR);
  };

  it('may be plain text, with quoted commas and summer dates', () => {
    const store = load(
      HEADER,
      '1,A1,"MUG, BLUE",2,15/06/2011 10:30,1.25,7,France',
      '1,A1,"MUG, BLUE",1,15/06/2011 10:30,1.25,7,France',
      'C2,A1,,-1,16/06/2011 10:30,1.25,7,France',
      '3,A1,,-5,16/06/2011 11:30,0,,France',
    );
    const [order] = [...store.orders.values()];
    expect(store.orders.size).toBe(1);
    expect(order!.totalPriceSet.shopMoney.amount).toBe('3.75');
    expect(order!.lines.map(({ title }) => title)).toEqual(['MUG, BLUE', 'MUG, BLUE']);
    // British summer time: an hour behind the wall.
    expect(order!.createdAt).toBe('2026-11-20T09:30:00Z');
    expect(store.leftOut).toEqual({ creditNotes: 1, creditNoteLines: 1, writeOffs: 1 });
  });

  it.each([
    [
      'Quantity',
      '1,A1,MUG,two,15/06/2011 10:30,1.25,7,France',
      /line 2, column Quantity: "two" is not a whole number/,
    ],
    [
      'UnitPrice',
      '1,A1,MUG,2,15/06/2011 10:30,1e3,7,France',
      /line 2, column UnitPrice: "1e3" is not a decimal price/,
    ],
    [
      'InvoiceDate',
      '1,A1,MUG,2,31/06/2011 10:30,1.25,7,France',
      /line 2, column InvoiceDate: "31\/06\/2011 10:30"/,
    ],
    ['InvoiceNo', ',A1,MUG,2,15/06/2011 10:30,1.25,7,France', /line 2, column InvoiceNo/],
    ['too few', '1,A1,MUG', /line 2 has 3 columns where line 1 has 8/],
  ])('with a bad %s is refused by line and column', (_, line, message) => {
    expect(() => load(HEADER, line)).toThrow(message);
  });

  it('without one of its columns is refused', () => {
    expect(() => load('InvoiceNo,StockCode')).toThrow(/line 1 has no column Description/);
  });

  it('that is not there is refused with what to do', () => {
    expect(() => loadOnlineRetail(join(folder, 'none.csv'), ANCHOR)).toThrow(/cannot be read; give the path/);
  });
});

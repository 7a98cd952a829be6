import type { Payment, Sale, Trade } from '#shop';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** So many sales, one every six hours up to a week before the anchor: paid in several ways, some money given back. */
export function tradeOf(sales: number, anchor: Date, currency = 'GBP'): Trade {
  const anchorMs = anchor.getTime();
  return {
    name: 'demo',
    seed: `books/${sales}`,
    anchorMs,
    currency,
    articles: ['MUG', 'JUG', 'BOX'].map((sku, i) => ({
      sku,
      title: `A ${sku.toLowerCase()}`,
      barcode: null,
      price: 120_000 + i * 59_900,
    })),
    sales: Array.from({ length: sales }, (_, i) => saleOf(i, anchorMs - 7 * DAY - (sales - i) * 6 * HOUR)),
  };
}

const GATEWAYS = ['shopify_payments', 'paypal', 'shopify_payments', 'manual'];

function saleOf(i: number, placedMs: number): Sale {
  const id = String(5_523_456_780_000 + i);
  const quantity = 1 + (i % 3);
  const unit = 120_000 + (i % 3) * 59_900;
  const total = quantity * unit;
  const isPaid = i % 5 !== 4;
  const paid = (amount: number, name: string, atMs: number): Payment => ({
    id: `${id}/${name}`,
    gateway: GATEWAYS[i % GATEWAYS.length]!,
    amount,
    fee: name === 'p' && i % 2 === 0 ? 4_500 : 0,
    atMs,
  });
  return {
    channel: 'shopify',
    id,
    name: `#${1001 + i}`,
    placedMs,
    updatedMs: placedMs,
    buyer:
      i % 4 === 3
        ? null
        : { id: `c${i % 7}`, name: `Buyer Number${i % 7}`, email: `b${i % 7}@example.test`, phone: null },
    address: null,
    lines: [
      {
        id: `${id}/1`,
        sku: ['MUG', 'JUG', 'BOX'][i % 3]!,
        title: 'A thing',
        quantity,
        unit,
        discount: 0,
        tax: quantity * Math.floor(unit / 600) * 100,
        requiresShipping: true,
      },
    ],
    shipping: 0,
    total,
    test: false,
    cancelledMs: i % 10 === 9 ? placedMs + HOUR : null,
    payments: isPaid ? [paid(total, 'p', placedMs + HOUR)] : [],
    parcels: [],
    moneyBack:
      isPaid && i % 6 === 2
        ? [
            {
              id: `${id}/back`,
              atMs: placedMs + DAY,
              returned: true,
              note: null,
              lines: [],
              payments: [paid(unit, 'r', placedMs + DAY)],
            },
          ]
        : [],
  };
}

import type { Sale, Trade } from '#shop';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** So many paid sales of the last days before the anchor: most were sent, every second one of those comes back. */
export function tradeOf(sales: number, anchor: Date): Trade {
  const anchorMs = anchor.getTime();
  return {
    name: 'demo',
    seed: `trade/${sales}`,
    anchorMs,
    currency: 'GBP',
    articles: ['MUG', 'JUG', 'BOX'].map((sku, i) => ({
      sku,
      title: `A ${sku.toLowerCase()}`,
      barcode: i === 0 ? '5012345678900' : null,
      price: (10 + i) * 10_000,
    })),
    sales: Array.from({ length: sales }, (_, i) =>
      saleOf(i, anchorMs - (sales - i) * 6 * HOUR - DAY, anchorMs),
    ),
  };
}

function saleOf(i: number, placedMs: number, anchorMs: number): Sale {
  const id = String(5_523_456_780_000 + i);
  const line = {
    id: `${id}/1`,
    sku: ['MUG', 'JUG', 'BOX'][i % 3]!,
    title: 'A thing',
    quantity: 1 + (i % 2),
    unit: 10 * 10_000,
    discount: 0,
    tax: 0,
    requiresShipping: true,
  };
  const taken = [{ lineId: line.id, quantity: line.quantity }];
  const shippedMs = placedMs + 5 * HOUR;
  const isSent = i % 4 !== 3;
  const backMs = Math.min(anchorMs, shippedMs + 3 * DAY);
  return {
    channel: 'shopify',
    id,
    name: `#${1001 + i}`,
    placedMs,
    updatedMs: placedMs,
    buyer: { id: null, name: `Buyer ${i}`, email: `buyer${i}@example.com`, phone: null },
    address: null,
    lines: [line],
    shipping: 0,
    total: line.quantity * line.unit,
    test: false,
    cancelledMs: null,
    payments: [{ id: `${id}/p`, gateway: 'test', amount: line.quantity * line.unit, fee: 0, atMs: placedMs }],
    parcels: isSent
      ? [
          {
            id: `${id}/parcel`,
            shippedMs,
            deliveredMs: i % 3 === 0 ? Math.min(anchorMs, shippedMs + DAY) : null,
            carrier: 'Evri',
            trackingNumber: `EV${id}`,
            trackingUrl: null,
            lines: taken,
          },
        ]
      : [],
    moneyBack:
      isSent && i % 2 === 0
        ? [{ id: `${id}/back`, atMs: backMs, returned: true, note: null, lines: taken, payments: [] }]
        : [],
  };
}

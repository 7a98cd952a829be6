import type { Article, Sale, Trade } from '#shop';

const DAY = 86_400_000;

/** A web shop of so many sales, one every eight hours up to the anchor; every third has one on Amazon beside it. */
export function tradeOf(sales: number, anchor: Date, currency = 'GBP'): Trade {
  const anchorMs = anchor.getTime();
  const articles = Array.from({ length: 24 }, (_, i) => ({
    sku: `SKU ${i}/ä+&`,
    title: `Thing "${i}"`,
    barcode: null,
    price: (100 + i) * 9900,
  }));
  return {
    name: 'demo',
    seed: `demo/${sales}`,
    anchorMs,
    currency,
    articles,
    sales: Array.from({ length: sales }, (_, i) => saleOf(i, anchorMs - ((sales - i) * DAY) / 3, articles)),
  };
}

function saleOf(i: number, placedMs: number, articles: readonly Article[]): Sale {
  const id = String(5_600_000_000 + i);
  const sold = [articles[i % 24]!, articles[(i * 7) % 24]!].slice(0, 1 + (i % 2));
  return {
    channel: 'shopify',
    id,
    name: `#${1001 + i}`,
    placedMs,
    updatedMs: placedMs,
    buyer: null,
    address: null,
    lines: sold.map(({ sku, title, price }, at) => ({
      id: `${id}/${at}`,
      sku,
      title,
      quantity: 1,
      unit: price,
      discount: 0,
      tax: 0,
      requiresShipping: true,
    })),
    shipping: 0,
    total: 0,
    test: false,
    cancelledMs: null,
    payments: [],
    parcels: [],
    moneyBack: [],
  };
}

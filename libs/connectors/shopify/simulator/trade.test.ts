import { amazonSales, type Sale } from '#shop';
import { makeStore } from './shop.js';
import { tradeOf } from './trade.js';

const anchor = new Date('2026-11-01T00:00:00Z');
const trade = tradeOf('demo', makeStore({ kind: 'built-in', seed: 1, orders: 250 }, anchor));

const goodsOf = (sale: Sale): number =>
  sale.lines.reduce((sum, line) => sum + line.quantity * line.unit - line.discount, 0);

describe("the web shop's sales", () => {
  it('are all of them, and each total is its lines and its shipping', () => {
    expect(trade.sales).toHaveLength(250);
    for (const sale of trade.sales) expect(sale.total).toBe(goodsOf(sale) + sale.shipping);
  });

  it('pay back no more than came in', () => {
    const sum = (amounts: readonly { amount: number }[]): number =>
      amounts.reduce((all, one) => all + one.amount, 0);
    for (const sale of trade.sales)
      expect(sum(sale.moneyBack.flatMap((one) => one.payments))).toBeLessThanOrEqual(sum(sale.payments));
  });

  it('name only lines of their own in parcels and refunds', () => {
    for (const sale of trade.sales) {
      const ids = new Set(sale.lines.map((line) => line.id));
      for (const { lineId } of [...sale.parcels, ...sale.moneyBack].flatMap((one) => one.lines))
        expect(ids).toContain(lineId);
    }
  });
});

describe("the same business's sales on Amazon", () => {
  const sales = amazonSales(trade);

  it('are one for every third of the web shop, the same each time', () => {
    expect(sales).toHaveLength(84);
    expect(amazonSales(trade)).toEqual(sales);
  });

  it('have ids of their own, in the form 3-7-7', () => {
    expect(new Set(sales.map((sale) => sale.id)).size).toBe(sales.length);
    for (const { id } of sales) expect(id).toMatch(/^\d{3}-\d{7}-\d{7}$/);
    const lines = sales.flatMap((sale) => sale.lines.map((line) => line.id));
    expect(new Set(lines).size).toBe(lines.length);
  });

  it('sell known articles, to the penny, and nothing after the anchor', () => {
    const skus = new Set(trade.articles.map((article) => article.sku));
    for (const sale of sales) {
      expect(sale.total).toBe(goodsOf(sale) + sale.shipping);
      expect(sale.updatedMs).toBeLessThanOrEqual(trade.anchorMs);
      for (const line of sale.lines) expect(skus).toContain(line.sku);
    }
  });

  it('have what really happens: cancelled ones, returns, a SKU twice, parcels of ours and of theirs', () => {
    expect(sales.some((sale) => sale.cancelledMs !== null)).toBe(true);
    expect(sales.some((sale) => sale.moneyBack.length > 0)).toBe(true);
    expect(sales.some((sale) => new Set(sale.lines.map((line) => line.sku)).size < sale.lines.length)).toBe(
      true,
    );
    expect(sales.some((sale) => sale.parcels.length > 0)).toBe(true);
    expect(sales.some((sale) => sale.payments.length > 0 && sale.parcels.length === 0)).toBe(true);
  });
});

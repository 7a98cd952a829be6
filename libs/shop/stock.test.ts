import { ShopifySimulator } from '#simulators/shopify';
import { amazonSales, shippedByMerchant, stockOf, type Network, type Stock } from './index.js';

const shopify = new ShopifySimulator({
  shops: [{ name: 'demo', source: { kind: 'built-in', seed: 1, orders: 250 } }],
  anchor: new Date('2026-11-01T00:00:00Z'),
});
const trade = shopify.trade('demo');

/** What was on each centre's shelves after every movement, in the order they happened. */
function leastOnHand({
  receipts,
  dispatches,
  goodsBack,
}: Stock): Map<string, { least: number; last: number }> {
  const moves = [
    ...receipts.flatMap((one) =>
      one.lines.map(({ sku, stowed }) => ({
        atMs: one.completedMs ?? one.arrivedMs ?? one.placedMs,
        key: `${one.centre} ${sku}`,
        by: stowed,
      })),
    ),
    ...dispatches.flatMap((one) =>
      one.shippedMs === null
        ? []
        : one.goods.map(({ sku, quantity }) => ({
            atMs: one.shippedMs!,
            key: `${one.centre} ${sku}`,
            by: -quantity,
          })),
    ),
    ...goodsBack.flatMap((one) =>
      one.completedMs === null
        ? []
        : one.goods.map(({ sku, restocked }) => ({
            atMs: one.completedMs!,
            key: `${one.dispatch.centre} ${sku}`,
            by: restocked,
          })),
    ),
  ].sort((a, b) => a.atMs - b.atMs);
  const held = new Map<string, { least: number; last: number }>();
  for (const { key, by } of moves) {
    const was = held.get(key) ?? { least: 0, last: 0 };
    const last = was.last + by;
    held.set(key, { last, least: Math.min(was.least, last) });
  }
  return held;
}

describe.each<Network>(['shipbob', 'amazon'])('the stock of %s', (network) => {
  const stock = stockOf(trade, network);

  it('is the same each time', () => {
    expect(stockOf(trade, network)).toEqual(stock);
  });

  it('is what was stowed, less what was sent, and what was restocked; never below zero at any moment', () => {
    const held = leastOnHand(stock);
    for (const { sku, centre, onHand, committed } of stock.levels) {
      expect({ sku, centre, onHand }).toEqual({ sku, centre, onHand: held.get(`${centre} ${sku}`)!.last });
      expect(committed).toBeLessThanOrEqual(onHand);
    }
    expect([...held.values()].filter(({ least }) => least < 0)).toEqual([]);
    expect(stock.levels.reduce((all, { onHand }) => all + onHand, 0)).toBeGreaterThan(0);
  });

  it('tells of nothing after the anchor but what is expected', () => {
    const instants = [
      ...stock.receipts.flatMap((one) => [one.placedMs, one.arrivedMs, one.completedMs, one.cancelledMs]),
      ...stock.goodsBack.flatMap((one) => [one.announcedMs, one.arrivedMs, one.completedMs, one.cancelledMs]),
      ...stock.dispatches.map((one) => one.shippedMs),
    ];
    expect(Math.max(...instants.map((ms) => ms ?? 0))).toBeLessThanOrEqual(trade.anchorMs);
  });

  it('has receipts done, under way, expected and called off', () => {
    const { receipts } = stock;
    expect(new Set(receipts.map(({ id }) => id)).size).toBe(receipts.length);
    expect(receipts.some(({ completedMs }) => completedMs !== null)).toBe(true);
    expect(receipts.some(({ arrivedMs, completedMs }) => arrivedMs !== null && completedMs === null)).toBe(
      true,
    );
    expect(receipts.some(({ expectedMs }) => expectedMs > trade.anchorMs)).toBe(true);
    expect(receipts.some(({ cancelledMs }) => cancelledMs !== null)).toBe(true);
  });
});

describe('what ShipBob sends', () => {
  const stock = stockOf(trade, 'shipbob');

  it('is every parcel of the web shop, and of Amazon’s buyers that we ship to', () => {
    const parcels = [...trade.sales, ...amazonSales(trade).filter(shippedByMerchant)]
      .filter((sale) => !sale.test)
      .flatMap((sale) => sale.parcels.map(({ id }) => id));
    expect(
      stock.dispatches
        .filter(({ shippedMs }) => shippedMs !== null)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(parcels.sort());
  });

  it('comes back as it was refunded, and from some who only announced it', () => {
    expect(stock.goodsBack.some(({ moneyBack }) => moneyBack !== null)).toBe(true);
    expect(stock.goodsBack.some(({ completedMs }) => completedMs === null)).toBe(true);
    for (const { moneyBack, completedMs, announcedMs, dispatch } of stock.goodsBack) {
      if (moneyBack) expect(completedMs).toBe(moneyBack.atMs);
      expect(announcedMs).toBeGreaterThanOrEqual(dispatch.shippedMs!);
    }
  });

  it('is short of some articles: those sales wait', () => {
    const waiting = stock.dispatches.filter(({ isShort }) => isShort);
    expect(waiting.length).toBeGreaterThan(0);
    expect(waiting.every(({ shippedMs }) => shippedMs === null)).toBe(true);
    expect(stock.levels.some(({ backordered }) => backordered > 0)).toBe(true);
  });
});

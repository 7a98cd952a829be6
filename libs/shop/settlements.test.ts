import { amazonPostings, amazonSales, settlementsOf, type Sale, type Trade } from './index.js';

const DAY = 86_400_000;
const FIRST = Date.parse('2026-01-05T09:00:00Z');
const ANCHOR = Date.parse('2026-11-01T00:00:00Z');

/** A shop of so many sales, one each day. */
function tradeOf(count: number, anchorMs = ANCHOR): Trade {
  const articles = [990_000, 24_900, 129_900].map((price, i) => ({
    sku: `SKU-${i}`,
    title: `Thing ${i}`,
    barcode: null,
    price,
  }));
  const sale = (i: number): Sale => ({
    channel: 'shopify',
    id: String(i),
    name: `#${i}`,
    placedMs: FIRST + i * DAY,
    updatedMs: FIRST + i * DAY,
    buyer: null,
    address: null,
    lines: articles.slice(i % 3).map(({ sku, title, price }, at) => ({
      id: `${i}/${at}`,
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
  });
  return {
    name: 'demo',
    seed: 'demo/1',
    anchorMs,
    currency: 'GBP',
    articles,
    sales: Array.from({ length: count }, (_, i) => sale(i)),
  };
}

const trade = tradeOf(280);
const settlements = settlementsOf(trade);
const sum = (list: readonly { amount: number }[]): number =>
  list.reduce((all, { amount }) => all + amount, 0);
const isReserve = ({ description }: { description: string }): boolean => description.includes('Reserve');

describe("Amazon's settlements", () => {
  it('are closed fortnights without a gap, each with an id of its own and a total that is its lines', () => {
    expect(settlements.length).toBeGreaterThan(15);
    expect(new Set(settlements.map(({ id }) => id)).size).toBe(settlements.length);
    settlements.forEach((one, i) => {
      expect(one.endMs - one.startMs).toBe(14 * DAY);
      expect(one.endMs).toBe(settlements[i + 1]?.startMs ?? one.endMs);
      expect(sum(one.lines)).toBe(one.total);
      for (const { postedMs } of one.lines) {
        expect(postedMs).toBeGreaterThanOrEqual(one.startMs);
        expect(postedMs).toBeLessThan(one.endMs);
      }
    });
    expect(settlements.at(-1)!.endMs).toBeLessThanOrEqual(ANCHOR);
    expect(settlements.at(-1)!.endMs).toBeGreaterThan(ANCHOR - 14 * DAY);
  });

  it('bring for each sale what the buyer paid less the fee, less what was paid back', () => {
    const settledMs = settlements.at(-1)!.endMs;
    const booked = new Map<string, number>();
    for (const { orderId, amount } of settlements.flatMap(({ lines }) => lines))
      if (orderId !== null) booked.set(orderId, (booked.get(orderId) ?? 0) + amount);
    let tied = 0;
    for (const sale of amazonSales(trade)) {
      const moves = [
        ...sale.payments.map(({ amount, fee, atMs }) => ({ amount: amount - fee, atMs })),
        ...sale.moneyBack.flatMap((back) =>
          back.payments.map(({ amount, atMs }) => ({ amount: -amount, atMs })),
        ),
      ].filter(({ atMs }) => atMs < settledMs);
      expect(booked.get(sale.id) ?? 0).toBe(sum(moves));
      tied += moves.length;
    }
    expect(tied).toBeGreaterThan(80);
  });

  it('hand on each reserve, so that deposits and what is held are all that was booked', () => {
    const reserveOf = (lines: readonly { description: string; amount: number }[], name: string): number =>
      sum(lines.filter(({ description }) => description.startsWith(name)));
    settlements.forEach(({ lines }, i) => {
      const held = i === 0 ? 0 : -reserveOf(settlements[i - 1]!.lines, 'Current');
      expect(reserveOf(lines, 'Previous')).toBe(held);
    });
    const held = -reserveOf(settlements.at(-1)!.lines, 'Current');
    const booked = amazonPostings(trade).filter(({ postedMs }) => postedMs < settlements.at(-1)!.endMs);
    const deposits = settlements.reduce((all, { total }) => all + total, 0);
    expect(deposits + held).toBe(booked.reduce((all, { total }) => all + total, 0));
  });

  it('pay nothing out where more is owed than was earned', () => {
    // Months of subscription after the last sale.
    const poor = settlementsOf(tradeOf(1));
    const owing = poor.filter(({ deposit }) => deposit === null);
    expect(owing.length).toBeGreaterThan(3);
    for (const { total } of owing) expect(total).toBe(0);
    expect(poor.every(({ total }) => total >= 0)).toBe(true);
    expect(
      owing
        .at(-1)!
        .lines.filter(isReserve)
        .some(({ amount }) => amount < 0),
    ).toBe(true);
  });

  it('hold lines that are alike to the last letter: two equal charges of one instant', () => {
    const advertising = settlements
      .flatMap(({ lines }) => lines)
      .filter(({ amountType }) => amountType === 'Cost of Advertising');
    expect(advertising.length).toBeGreaterThan(20);
    for (let i = 0; i < advertising.length; i += 2) expect(advertising[i]).toEqual(advertising[i + 1]);
  });

  it('are none where nothing was sold', () => {
    expect(settlementsOf(tradeOf(0))).toEqual([]);
  });
});

import { makeBuiltIn } from './built-in.js';
import { textOf, unitsOf } from '#shop';
import { MoneyBag } from './money.js';
import type { ShopStore } from './store.js';
import { ANCHOR } from './testing/ask.js';
import { truthOf } from './truth.js';

const make = (orders: number, seed: number | string = 1): ShopStore =>
  makeBuiltIn({ seed, orders, anchor: ANCHOR });

describe('the built-in shop', () => {
  const store = make(300);
  const orders = store.orders.sortedBy('ID').all();
  const lines = orders.flatMap((order) => order.lines);

  it('is the same for the same seed, and another for another', () => {
    const one = (shop: ShopStore): string =>
      JSON.stringify(
        shop.orders
          .sortedBy('ID')
          .all()
          .map((order) => [order.id, order.updatedAt, order.total, order.lines.length]),
      );
    expect(one(make(300))).toBe(one(store));
    expect(one(make(300, 2))).not.toBe(one(store));
    expect(one(make(300, 'x'))).not.toBe(one(store));
  });

  it.each([0, 1, 3, 50, 1200])('has %d orders when asked for that many', (size) => {
    const shop = make(size);
    expect(shop.orders.size).toBe(size);
    expect(truthOf(shop).streams['shopify.orders']!.records).toBe(size);
  });

  it('has one order of 675 lines from 50 orders on, and still a large one below', () => {
    expect(
      Math.max(
        ...make(50)
          .orders.sortedBy('ID')
          .all()
          .map((order) => order.lines.length),
      ),
    ).toBe(675);
    expect(
      Math.max(
        ...make(10)
          .orders.sortedBy('ID')
          .all()
          .map((order) => order.lines.length),
      ),
    ).toBe(60);
  });

  it('adds up: what its parts say is what its truth says', () => {
    const { tables } = truthOf(store).streams['shopify.orders']!;
    const total = orders.reduce((sum, order) => sum + order.total, 0);
    expect(unitsOf(tables['orders']!.sum_total!['GBP']!)).toBe(total);
    expect(tables['order_items']!.rows).toBe(lines.length);
    for (const order of orders) expect(order.total).toBe(order.subtotal + order.facts.shipping);
  });

  it('ends before its anchor, and no record changes before it is made', () => {
    for (const order of orders) {
      expect(order.updatedMs).toBeLessThan(ANCHOR.getTime());
      expect(order.updatedMs).toBeGreaterThanOrEqual(order.createdMs);
    }
  });

  it.each<[string, () => boolean]>([
    [
      'the same SKU twice in an order',
      () => orders.some((order) => new Set(order.lines.map((line) => line.sku)).size < order.lines.length),
    ],
    ['a deleted product', () => lines.some((line) => line.product === null && line.sku !== null)],
    ['a line with no SKU', () => lines.some((line) => line.sku === null)],
    ['an order of nobody', () => orders.some((order) => order.customer === null)],
    ['an order with no e-mail', () => orders.some((order) => order.email === null)],
    [
      'a line taken off',
      () => orders.some((order) => order.edited && order.lines.some((line) => line.currentQuantity === 0)),
    ],
    ['a refund', () => orders.some((order) => order.refunded > 0 && order.refunded < order.received)],
    [
      'a refund of nothing',
      () => orders.some((order) => order.refundList.some((refund) => refund.transactionList.length === 0)),
    ],
    [
      'a refund without createdAt',
      () => orders.some((order) => order.refundList.some((refund) => refund.createdAt === null)),
    ],
    [
      'a refund that paid something else than it is worth',
      () => orders.some((order) => order.refundList.some((refund) => refund.discrepancy !== 0)),
    ],
    [
      'a refund of shipping',
      () => orders.some((order) => order.refundList.some((refund) => refund.shipping > 0)),
    ],
    [
      'goods under two tracking numbers',
      () => orders.some((order) => order.fulfillmentList.some((parcel) => parcel.trackingList.length > 1)),
    ],
    [
      'a parcel that was called off',
      () => orders.some((order) => order.fulfillmentList.some((parcel) => parcel.isCancelled)),
    ],
    ['a test order', () => orders.some((order) => order.test)],
    ['a cancelled order', () => orders.some((order) => order.cancelledAt !== null)],
    ['a line that costs nothing', () => lines.some((line) => line.unit === 0)],
    ['money without decimals', () => orders.some((order) => order.presentmentCurrencyCode === 'JPY')],
    [
      'ids past 2^53',
      () => orders.some((order) => BigInt(order.legacyResourceId) > BigInt(Number.MAX_SAFE_INTEGER)),
    ],
    [
      'more payments than a plain list shows',
      () => orders.some((order) => order.transactionList.length > 20),
    ],
    [
      'orders older than 60 days',
      () => orders.some((order) => order.createdMs < ANCHOR.getTime() - 60 * 86_400_000),
    ],
    [
      'emoji and other alphabets',
      () =>
        lines.some((line) => /\p{Extended_Pictographic}/u.test(line.title)) &&
        lines.some((line) => /\p{Script=Cyrillic}/u.test(line.title)),
    ],
  ])('has %s', (_, found) => {
    expect(found()).toBe(true);
  });

  it('gives each record one id, in the order they were made', () => {
    const ids = lines.map((line) => line.id);
    expect(new Set(ids).size).toBe(ids.length);
    const numbers = orders.map((order) => BigInt(order.legacyResourceId));
    expect(numbers).toEqual([...numbers].sort((a, b) => (a < b ? -1 : 1)));
  });

  it('leaves more orders with one updatedAt than a page can hold', () => {
    const times = new Map<number, number>();
    for (const order of make(1000).orders.values())
      times.set(order.updatedMs, (times.get(order.updatedMs) ?? 0) + 1);
    expect(Math.max(...times.values())).toBeGreaterThan(250);
  });
});

describe('money', () => {
  it.each([
    ['0', '0.0'],
    ['2.50', '2.5'],
    ['10', '10.0'],
    ['-0.01', '-0.01'],
    ['755687.43', '755687.43'],
    ['0.0001', '0.0001'],
  ])('%s is written %s', (text, written) => {
    expect(textOf(unitsOf(text))).toBe(written);
  });

  it('refuses what is finer than it keeps', () => {
    expect(() => unitsOf('0.00001')).toThrow(RangeError);
  });

  it('shows the buyer whole yen', () => {
    const bag = new MoneyBag(unitsOf('12.34'), 'GBP', { currency: 'JPY', perMille: 191_250 });
    expect(bag.shopMoney.amount).toBe('12.34');
    // 12.34 × 191.25 = 2360.025
    expect(bag.presentmentMoney).toMatchObject({ amount: '2360.0', currencyCode: 'JPY' });
  });
});

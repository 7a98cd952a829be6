import type { Window } from '#sync';
import { rowsOf } from '../testing/rows.js';
import { fixture } from '../testing/fixture.js';
import { orders } from './orders.js';

const settings = { shop: 'demo', apiVersion: '2026-10' };
const window: Window = {
  from: new Date('2026-11-20T09:00:00.750Z'),
  to: new Date('2026-11-20T18:00:00.250Z'),
};

describe('an order', () => {
  it('keeps both lines of one SKU, each with its own tax', () => {
    const [order] = rowsOf(orders, fixture('orders-same-sku-twice'));
    expect(order?.children['order_items']).toEqual([
      {
        key: '15100000000001',
        row: {
          orderId: '#1001',
          source: 'shopify',
          sku: 'MUG-WHITE',
          asin: null,
          title: 'Mug, white',
          qty: 2,
          currentQty: 2,
          price: '8.95',
          discountedTotal: '17.90',
          tax: '2.98',
          feeEstimate: null,
          currency: 'GBP',
          productId: '8100000000001',
          variantId: '44100000000001',
        },
      },
      expect.objectContaining({
        key: '15100000000002',
        row: expect.objectContaining({ sku: 'MUG-WHITE', qty: 3, discountedTotal: '25.20', tax: '4.20' }),
      }),
    ]);
  });

  it('fills every column Shopify knows', () => {
    const [order] = rowsOf(orders, fixture('orders-same-sku-twice'));
    expect(order?.key).toBe('6100000000001');
    expect(order?.cursor).toEqual(new Date('2026-11-20T16:00:00Z'));
    expect(order?.row).toEqual({
      orderId: '#1001',
      source: 'shopify',
      purchaseDate: new Date('2026-11-20T15:58:12Z'),
      status: 'partially_fulfilled',
      statusUpdatedAt: new Date('2026-11-20T16:00:00Z'),
      customerId: '7200000000001',
      total: '47.60',
      currency: 'GBP',
      marketplaceId: null,
      shopifyInternalId: '6100000000001',
      trackingNumber: 'RM000000002GB',
      carrier: 'Royal Mail',
      trackingUrl: null,
      trackingUpdatedAt: new Date('2026-11-20T15:59:30Z'),
      financialStatus: 'PAID',
      fulfillmentStatus: 'PARTIALLY_FULFILLED',
      currentTotal: '47.60',
      subtotal: '43.10',
      taxTotal: '7.93',
      shippingTotal: '4.50',
      discountTotal: '2.00',
      refundedTotal: '0.0',
      presentmentTotal: '47.60',
      presentmentCurrency: 'GBP',
      email: 'ada@example.test',
      cancelledAt: null,
      cancelReason: null,
      test: false,
    });
  });

  it('may have no customer, no e-mail, no totals, and a line of nothing', () => {
    const [order] = rowsOf(orders, fixture('orders-nulls'));
    expect(order?.row).toMatchObject({
      customerId: null,
      email: null,
      subtotal: null,
      taxTotal: null,
      discountTotal: null,
      financialStatus: null,
      trackingNumber: null,
      trackingUpdatedAt: null,
      test: true,
    });
    expect(order?.children['order_items']?.[0]?.row).toMatchObject({
      sku: null,
      productId: null,
      variantId: null,
      tax: '0',
    });
  });

  it('is booked in the shop’s money beside what the customer paid', () => {
    const [order] = rowsOf(orders, fixture('orders-edited-abroad'));
    expect(order?.row).toMatchObject({
      total: '19.99',
      currency: 'GBP',
      presentmentTotal: '3980.0',
      presentmentCurrency: 'JPY',
      currentTotal: '9.99',
      refundedTotal: '10.00',
    });
  });

  it('keeps a line that an edit took off, with nothing of it left', () => {
    const [order] = rowsOf(orders, fixture('orders-edited-abroad'));
    expect(
      order?.children['order_items']?.map(({ row }) => [row['sku'], row['qty'], row['currentQty']]),
    ).toEqual([
      ['CARD-🎄', 1, 0],
      ['CARD-PLAIN', 1, 1],
    ]);
  });

  it('keeps ids past 2^53 to the last digit', () => {
    const [order] = rowsOf(orders, fixture('orders-edited-abroad'));
    expect(order?.key).toBe('9123372036854775807');
    expect(order?.row).toMatchObject({
      orderId: '#1003 🎁',
      shopifyInternalId: '9123372036854775807',
      customerId: '9123372036854775806',
    });
  });

  it('was bought when it was processed, however old that is', () => {
    const [order] = rowsOf(orders, fixture('orders-edited-abroad'));
    expect(order?.row['purchaseDate']).toEqual(new Date('2019-03-31T00:30:00Z'));
  });

  it('is cancelled before it is anything else', () => {
    const [order] = rowsOf(orders, fixture('orders-cancelled'));
    expect(order?.row).toMatchObject({
      status: 'cancelled',
      fulfillmentStatus: 'UNFULFILLED',
      financialStatus: 'VOIDED',
      cancelReason: 'CUSTOMER',
      cancelledAt: new Date('2026-11-20T16:10:00Z'),
    });
  });

  it.each([
    ['a float for money', { totalRefundedSet: { shopMoney: { amount: 1.5, currencyCode: 'GBP' } } }],
    ['an instant without a zone', { updatedAt: '2026-11-20T16:00:00' }],
    ['an id that is no number', { id: 'gid://shopify/Order/abc' }],
  ])('with %s does not parse', (_, wrong) => {
    const [record] = orders.records(orders.body.parse(fixture('orders-nulls')));
    expect(orders.schema.safeParse(record).success).toBe(true);
    expect(orders.schema.safeParse({ ...(record as object), ...wrong }).success).toBe(false);
  });
});

describe('lines past the first page', () => {
  const whole = () => {
    const [record] = orders.records(orders.body.parse(fixture('orders-more-lines')));
    return orders.schema.parse(record);
  };
  const [follow] = orders.follow;

  it('are asked for by the order’s own id, after the last one read', () => {
    const place = follow?.next(whole());
    expect(place).toEqual({ after: 'after-line-20' });
    const call = follow?.request({ record: whole(), place: place ?? null, settings });
    expect(call).toMatchObject({
      path: '/admin/api/2026-10/graphql.json',
      operation: 'OrderLines',
      json: { variables: { id: 'gid://shopify/Order/6100000000005', after: 'after-line-20' } },
    });
  });

  it('join the ones before them, and the order is whole', () => {
    const merged = follow?.merge(whole(), fixture('order-lines-rest'));
    expect(follow?.next(merged)).toBeNull();
    const skus = orders.children[0]?.rows(merged).map(({ row }) => row['sku']);
    expect(skus).toHaveLength(22);
    expect(skus?.slice(18)).toEqual(['SKU-018', 'SKU-019', 'SKU-020', 'SKU-021']);
  });

  it('end where the order was deleted between the calls', () => {
    const merged = follow?.merge(whole(), fixture('order-lines-deleted'));
    expect(follow?.next(merged)).toBeNull();
    expect(orders.children[0]?.rows(merged)).toHaveLength(20);
  });

  it('that do not parse are not swallowed', () => {
    expect(() => follow?.merge(whole(), { data: { order: { lineItems: { nodes: [{}] } } } })).toThrow();
  });
});

describe('the call for orders', () => {
  it('asks for the window, both ends included, in whole seconds', () => {
    const call = orders.request({ window, place: null, size: 3, settings });
    expect(call).toMatchObject({
      method: 'POST',
      operation: 'Orders',
      json: {
        variables: {
          first: 3,
          after: null,
          query: "updated_at:>='2026-11-20T09:00:00Z' AND updated_at:<='2026-11-20T18:00:00Z'",
        },
      },
    });
  });

  it('from the beginning has no lower end', () => {
    const call = orders.request({ window: { ...window, from: null }, place: null, size: 3, settings });
    expect(call).toMatchObject({ json: { variables: { query: "updated_at:<='2026-11-20T18:00:00Z'" } } });
  });

  it('goes on after the last order of the page before', () => {
    const body = orders.body.parse(fixture('orders-more-lines'));
    const place = orders.next({ body, place: null, size: 1 });
    expect(place).toEqual({ after: 'after-order-5', seen: 1 });
    expect(orders.request({ window, place, size: 3, settings })).toMatchObject({
      json: { variables: { after: 'after-order-5' } },
    });
  });

  it('ends with the last page', () => {
    const body = orders.body.parse(fixture('orders-nulls'));
    expect(orders.next({ body, place: { after: 'x', seen: 9 }, size: 1 })).toBeNull();
  });
});

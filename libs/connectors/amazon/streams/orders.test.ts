import { amazon } from '../platform.js';
import { fixture } from '../testing/fixture.js';
import { rowsOf } from '../testing/rows.js';
import { orders } from './orders.js';

const settings = amazon.settings.parse({ region: 'eu', marketplaceIds: 'A1F83G8C2ARO7P,A1PA6795UKMFR9' });
const window = { from: new Date('2026-11-20T09:57:00Z'), to: new Date('2026-11-21T09:57:00Z') };

const only = (name: string) => {
  const [read] = rowsOf(orders, fixture(name));
  return { ...read!, items: read!.children['order_items']! };
};

describe('an order of Amazon', () => {
  it('is read whole: money from its parts, the parcel that left last, each line by its own id', () => {
    const { key, cursor, row, items } = only('orders');
    expect({ key, cursor }).toEqual({
      key: '203-1111111-0000001',
      cursor: new Date('2026-11-20T07:30:12.345Z'),
    });
    expect(row).toMatchObject({
      orderId: '203-1111111-0000001',
      source: 'amazon',
      purchaseDate: new Date('2026-11-18T09:15:00Z'),
      status: 'shipped',
      fulfillmentStatus: 'SHIPPED',
      total: '46.97',
      currency: 'GBP',
      subtotal: '36.65',
      taxTotal: '7.33',
      shippingTotal: '3.99',
      discountTotal: '1',
      marketplaceId: 'A1F83G8C2ARO7P',
      trackingNumber: '15501234567890',
      carrier: 'DPD',
      trackingUpdatedAt: new Date('2026-11-20T07:00:00Z'),
      cancelReason: null,
      test: false,
    });
    expect(items.map((item) => item.key)).toEqual(['10000000000001', '10000000000002']);
    expect(items.map((item) => item.row)).toMatchObject([
      {
        sku: 'MUG-1',
        asin: 'B0TEST0001',
        qty: 2,
        currentQty: 2,
        price: '10.99',
        discountedTotal: '17.32',
        tax: '3.66',
      },
      {
        sku: 'MUG-1',
        qty: 2,
        currentQty: 2,
        price: '10.99',
        discountedTotal: '18.33',
        tax: '3.67',
        currency: 'GBP',
      },
    ]);
  });

  it('has no money while it is pending, which is not none', () => {
    const { row, items } = only('orders-pending');
    expect(row).toMatchObject({
      status: 'pending',
      total: null,
      currency: null,
      subtotal: null,
      discountTotal: null,
    });
    expect(items[0]!.row).toMatchObject({
      price: null,
      discountedTotal: null,
      tax: null,
      qty: 1,
      currentQty: 1,
    });
  });

  it('keeps why it was cancelled, and that nothing is left of it', () => {
    const { row, items } = only('orders-cancelled');
    expect(row).toMatchObject({
      status: 'cancelled',
      cancelReason: 'Buyer requested cancellation',
      cancelledAt: null,
    });
    expect(items[0]!.row).toMatchObject({ qty: 3, currentQty: 0 });
  });

  it('may come without totals, with words not known yet, ids past 2^53 and a discount without its sign', () => {
    const { row, items } = only('orders-abroad');
    expect(row).toMatchObject({
      status: 'a_status_of_next_year',
      total: '19940',
      subtotal: '19940',
      discountTotal: '500',
      taxTotal: '0',
      marketplaceId: null,
      email: 'x1@marketplace.amazon.example',
    });
    expect(items.map(({ key, row: item }) => [key, item['sku'], item['discountedTotal']])).toEqual([
      ['90071992547409931', 'マグ 1/é+', '5480'],
      ['90071992547409932', null, '13960'],
    ]);
  });
});

describe('a page of orders', () => {
  it('is asked for by one clock, with both ends and all that the rows need', () => {
    const { query, path, operation } = orders.request({ window, place: null, size: 100, settings });
    expect({ path, operation }).toEqual({ path: '/orders/2026-01-01/orders', operation: 'searchOrders' });
    expect(query).toEqual({
      lastUpdatedAfter: '2026-11-20T09:57:00.000Z',
      lastUpdatedBefore: '2026-11-21T09:57:00.000Z',
      marketplaceIds: 'A1F83G8C2ARO7P,A1PA6795UKMFR9',
      includedData: 'FULFILLMENT,PROCEEDS,PACKAGES,CANCELLATION',
      maxResultsPerPage: 100,
      paginationToken: undefined,
    });
  });

  it('follows the token with the very same filters, until there is none', () => {
    const body = orders.body.parse(fixture('orders'));
    const place = orders.next({ body, place: null, size: 100 });
    expect(place).toEqual({ token: 'eyJwYWdlIjoyfQ==' });
    const { paginationToken, ...filters } = orders.request({ window, place, size: 100, settings }).query!;
    const { paginationToken: _, ...first } = orders.request({
      window,
      place: null,
      size: 100,
      settings,
    }).query!;
    expect(paginationToken).toBe('eyJwYWdlIjoyfQ==');
    expect(filters).toEqual(first);
    expect(orders.next({ body: orders.body.parse(fixture('orders-pending')), place, size: 100 })).toBeNull();
  });
});

import { fixture } from '../testing/fixture.js';
import { rowsOf } from '../testing/rows.js';
import { customers } from './customers.js';

const settings = { shop: 'demo', apiVersion: '2026-10' };

describe('a customer', () => {
  const [ada, nobody, zoe] = rowsOf(customers, fixture('customers'));

  it('fills every column Shopify knows', () => {
    expect(ada?.key).toBe('7200000000001');
    expect(ada?.row).toEqual({
      customerId: '7200000000001',
      email: 'ada@example.test',
      firstName: 'Ada',
      lastName: 'Example',
      displayName: 'Ada Example',
      phone: '+441632960001',
      countryCode: 'GB',
      createdAt: new Date('2025-01-02T03:04:05Z'),
      updatedAt: new Date('2026-11-20T09:00:00Z'),
      totalSpent: '120.40',
      currency: 'GBP',
      ordersCount: 3,
      state: 'enabled',
      tags: ['vip', 'news, weekly'],
      lastOrderId: '6100000000001',
      lastOrderDate: new Date('2026-11-20T15:58:12Z'),
    });
  });

  it('may be nobody at all', () => {
    expect(nobody?.key).toBe('9123372036854775807');
    expect(nobody?.row).toMatchObject({
      email: null,
      firstName: null,
      lastName: null,
      phone: null,
      countryCode: null,
      ordersCount: 0,
      totalSpent: '0.0',
      tags: [],
      lastOrderId: null,
      lastOrderDate: null,
    });
  });

  it('may have an address without a country', () => {
    expect(zoe?.row).toMatchObject({ firstName: 'Zoë 🌸', countryCode: null, state: 'invited' });
  });
});

describe('the call for customers', () => {
  it('asks from the start of the day, since the filter may match whole days', () => {
    const window = { from: new Date('2026-11-20T23:59:00Z'), to: new Date('2026-11-21T00:10:00Z') };
    expect(customers.request({ window, place: null, size: 80, settings })).toMatchObject({
      operation: 'Customers',
      json: {
        variables: { query: "updated_at:>='2026-11-20T00:00:00Z' AND updated_at:<='2026-11-21T00:10:00Z'" },
      },
    });
  });
});

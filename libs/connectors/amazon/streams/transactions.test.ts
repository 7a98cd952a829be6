import { amazon } from '../platform.js';
import { fixture } from '../testing/fixture.js';
import { rowsOf } from '../testing/rows.js';
import { transactions } from './transactions.js';

const settings = amazon.settings.parse({ region: 'eu', marketplaceIds: 'A1F83G8C2ARO7P' });
const [deferred, released, nameless] = rowsOf(transactions, fixture('transactions'));

describe('what Amazon booked', () => {
  it('keeps amounts as they were written, and the leaves of the tree alone', () => {
    expect(deferred!.row).toMatchObject({
      transactionId: 'tx-1',
      type: 'Shipment',
      status: 'DEFERRED_RELEASED',
      total: '12.10',
      currency: 'GBP',
      orderId: '203-1111111-0000001',
      releaseTransactionId: 'tx-2',
      deferralReason: 'B2B',
      maturityDate: new Date('2026-11-17T00:00:00Z'),
      amounts: [
        { path: 'Sales > Product Charges', amount: '12.10', currency: 'GBP' },
        { path: 'Sales > Tax', amount: '2.20', currency: 'GBP' },
        { path: 'Expenses > Commission', amount: '-2.20', currency: 'GBP' },
      ],
      items: [
        {
          sku: 'MUG-1',
          asin: 'B0TEST0001',
          quantity: 2,
          fulfillment: 'AFN',
          total: '12.10',
          currency: 'GBP',
          ids: { ORDER_ADJUSTMENT_ITEM_ID: '10000000000001' },
          amounts: [{ path: 'Sales', amount: '12.10', currency: 'GBP' }],
        },
      ],
    });
    expect(released!.row).toMatchObject({
      total: '90071992547409931.05',
      deferredTransactionId: 'tx-1',
      amounts: [],
    });
  });

  it('is known by its id, else by what every reading tells alike', () => {
    expect(deferred!.key).toBe('tx-1');
    expect(nameless!.key).toMatch(/^sha256:[0-9a-f]{32}$/);
    const body = JSON.stringify(fixture('transactions'));
    const later = rowsOf(
      transactions,
      JSON.parse(body.replace('"RELEASED","postedDate":"2026-11-12', '"DEFERRED","postedDate":"2026-11-12')),
    );
    expect(later[2]!.row['status']).toBe('DEFERRED');
    expect(later[2]!.key).toBe(nameless!.key);
    const other = rowsOf(transactions, JSON.parse(body.replace('"-12.1"', '"-12.2"')));
    expect(other[2]!.key).not.toBe(nameless!.key);
  });

  it('is asked for up to the last instant of the window, which Amazon leaves out', () => {
    const window = { from: new Date('2026-11-01T00:00:00Z'), to: new Date('2026-11-07T23:59:59.999Z') };
    expect(transactions.request({ window, place: { token: 't' }, size: 100, settings }).query).toEqual({
      postedAfter: '2026-11-01T00:00:00.000Z',
      postedBefore: '2026-11-08T00:00:00.000Z',
      nextToken: 't',
    });
  });

  it('goes on behind an empty page as long as there is a token', () => {
    const body = transactions.body.parse({ payload: { nextToken: 'more', transactions: [] } });
    expect(transactions.next({ body, place: null, size: 100 })).toEqual({ token: 'more' });
    const last = transactions.body.parse(fixture('transactions'));
    expect(transactions.next({ body: last, place: null, size: 100 })).toBeNull();
  });
});

import { sum, subtract, type Decimal } from '#kernel';
import { fixture } from '../testing/fixture.js';
import { rowsOf } from '../testing/rows.js';
import { settings } from '../testing/sandbox.js';
import { refunds } from './refunds.js';

const read = (name: string) => rowsOf(refunds, fixture(name))[0]!;
const linesOf = (name: string) => read(name).children['shopify_refund_lines']!;

describe('a refund', () => {
  it('has what was paid back in both currencies, and by which payments', () => {
    expect(read('refunds').row).toMatchObject({
      orderId: '#1001',
      orderSourceId: '6100000000001',
      total: '23.5',
      currency: 'GBP',
      presentmentTotal: '27.9',
      presentmentCurrency: 'EUR',
      taxesIncluded: true,
      transactionIds: ['7100000000009'],
      test: false,
    });
  });

  it('is made of items, shipping and what was held back, and they add up to it', () => {
    const lines = linesOf('refunds');
    expect(lines.map(({ key, row }) => [key, row['kind'], row['lineItemId'], row['amount']])).toEqual([
      ['9200000000001', 'item', '14000000000001', '20.0'],
      ['9200000000002', 'item', '14000000000002', '0.0'],
      ['shipping/9300000000001', 'shipping', null, '3.99'],
      ['adjustment/9400000000001', 'adjustment', null, '0.49'],
    ]);
    const amounts = (adjustment: boolean): Decimal =>
      sum(
        lines.flatMap(({ row }) =>
          (row['kind'] === 'adjustment') === adjustment ? [row['amount'] as Decimal] : [],
        ),
      );
    expect(subtract(amounts(false), amounts(true))).toBe('23.5');
  });

  it('of goods alone pays nothing, and may have neither an instant of creation nor items with ids', () => {
    expect(read('refunds-restock-only').row).toMatchObject({
      total: '0.0',
      createdAt: null,
      processedAt: new Date('2026-06-01T12:00:00Z'),
      transactionIds: [],
      test: true,
    });
    expect(linesOf('refunds-restock-only').map(({ key }) => key)).toEqual([
      '9100000000005/item/0',
      '9100000000005/item/1',
      'adjustment/9400000000005',
    ]);
  });

  it('gives duties back, also of one that is told of no more', () => {
    expect(linesOf('refunds-duties').map(({ key, row }) => [key, row['amount'], row['currency']])).toEqual([
      ['9200000000006', '40.0', 'GBP'],
      ['duty/9100000000006/8100000000001', '7.0', 'GBP'],
      ['duty/9100000000006/at-1', '2.0', 'GBP'],
    ]);
    expect(read('refunds-duties').row).toMatchObject({ taxesIncluded: false, presentmentCurrency: 'JPY' });
  });

  it('of more items than come with it is followed to their end', () => {
    const [wire] = refunds.records(refunds.body.parse(fixture('refunds-more-items')));
    const record = refunds.schema.parse(wire);
    const places = refunds.follow.map((follow) => follow.next(record));
    expect(places).toEqual([{ after: 'eyJsYXN0Ijo1fQ' }, null, null, null]);
    const [items] = refunds.follow;
    const spec = items!.request({ record, place: places[0]!, settings });
    expect((spec.json as { variables: object }).variables).toMatchObject({
      id: 'gid://shopify/Refund/9100000000007',
      after: 'eyJsYXN0Ijo1fQ',
    });
    const whole = items!.merge(record, fixture('more-refund-line-items'));
    expect(items!.next(whole)).toBeNull();
    expect(refunds.children[0]!.rows(whole)).toHaveLength(6);
    // Deleted between the calls: what is known of it stands.
    expect(refunds.children[0]!.rows(items!.merge(record, { data: { refund: null } }))).toHaveLength(5);
  });
});

describe('a page', () => {
  it('only tells which orders have refunds; those are asked for them', () => {
    const body = refunds.body.parse({
      data: {
        orders: {
          pageInfo: { hasNextPage: false, endCursor: null },
          nodes: [
            { id: 'gid://shopify/Order/1', refunds: [{ id: 'gid://shopify/Refund/11' }] },
            { id: 'gid://shopify/Order/2', refunds: [] },
          ],
        },
      },
    });
    const spec = refunds.beside!.request({ records: refunds.records(body), place: null, settings });
    expect((spec!.json as { variables: object }).variables).toEqual({ ids: ['gid://shopify/Order/1'] });
  });
});

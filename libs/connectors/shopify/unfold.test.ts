import { cutOrders, leftCut, opened, settled, wireKeyOf } from './unfold.js';

const SPEC = { field: 'refunds', shown: { first: 2 }, count: 'refundsCount' };
const order = (id: string, refunds: readonly unknown[], count?: number) => ({
  id,
  refunds,
  ...(count === undefined ? {} : { refundsCount: { count } }),
});
const one = (id: string) => ({ id });
const idsOf = (records: readonly unknown[]) => records.map((record) => (record as { id: string }).id);

describe('an order opened', () => {
  it.each([
    ['fewer than are shown', order('o', [one('a')]), []],
    ['as many as are shown, and no count', order('o', [one('a'), one('b')]), ['o']],
    ['as many as are shown and counted', order('o', [one('a'), one('b')], 2), []],
    ['more counted than shown', order('o', [one('a'), one('b')], 3), ['o']],
    ['none', order('o', []), []],
  ])('with %s', (_, wire, cut) => {
    const records = opened(SPEC, wire);
    expect(idsOf(records)).toEqual(idsOf(wire.refunds));
    expect(cutOrders(records, 9)).toEqual(cut);
  });

  it.each([[null], [7], [[1]], [{ id: 'o' }], [{ id: 'o', refunds: null }]])(
    'that is none stays as it came: %j',
    (wire) => {
      expect(opened(SPEC, wire)).toEqual([wire]);
    },
  );

  it('keeps what is no refund as it came', () => {
    expect(opened(SPEC, order('o', [null]))).toEqual([null]);
  });
});

describe('orders asked for the whole of their list', () => {
  const records = ['o', 'p', 'q'].flatMap((id) => opened(SPEC, order(id, [one(`${id}1`), one(`${id}2`)])));

  it('stand in their place: whole, gone, or as they were where no answer came', () => {
    const asked = cutOrders(records, 9);
    expect(asked).toEqual(['o', 'p', 'q']);
    const after = settled(SPEC, records, asked, [order('o', ['o1', 'o2', 'o3'].map(one)), null]);
    expect(idsOf(after)).toEqual(['o1', 'o2', 'o3', 'q1', 'q2']);
    expect(leftCut(after)).toBe(0);
    expect(JSON.stringify(after)).not.toContain('cut');
  });

  it('are a few at a time, and each call leaves fewer', () => {
    expect(cutOrders(records, 2)).toEqual(['o', 'p']);
    const after = settled(SPEC, records, ['o', 'p'], [order('o', [one('o1')]), order('p', [])]);
    expect(idsOf(after)).toEqual(['o1', 'q1', 'q2']);
    expect(cutOrders(after, 2)).toEqual(['q']);
  });

  it('that are told of fewer than are counted have a record that says so', () => {
    const after = settled(SPEC, records, ['o'], [order('o', [one('o1')], 4)]);
    expect(after[1]).toEqual({ order: { id: 'o', refundsCount: { count: 4 } }, missing: '3 of 4 refunds' });
  });
});

describe('the key of a record on the wire', () => {
  it.each([
    [{ id: 'gid://shopify/Refund/1' }, 'gid://shopify/Refund/1'],
    [{ id: 'gid://shopify/Fulfillment/1', part: 2 }, 'gid://shopify/Fulfillment/1/2'],
    [{ id: '' }, null],
    [{ id: 7 }, null],
    [null, null],
  ])('%j: %j', (record, key) => {
    expect(wireKeyOf(record)).toBe(key);
  });
});

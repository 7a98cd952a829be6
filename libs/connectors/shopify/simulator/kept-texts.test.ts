import { KeptTexts } from './kept-texts.js';
import { CUSTOMERS, ORDERS, PRODUCTS } from './testing/documents.js';
import { openDesk } from './testing/ask.js';

const kept = (text: string) => ({ text, cost: 1, revision: 1, asked: '[]' });

describe('texts of records', () => {
  it('are those of one selection, one revision of the shop and the same arguments', () => {
    const texts = new KeptTexts();
    const [selection, record] = [{}, {}];
    texts.keep(selection, record, kept('{}'));
    expect(texts.get(selection, record, 1, '[]')?.text).toBe('{}');
    expect(texts.get({}, record, 1, '[]')).toBeUndefined();
    expect(texts.get(selection, {}, 1, '[]')).toBeUndefined();
    expect(texts.get(selection, record, 2, '[]')).toBeUndefined();
    expect(texts.get(selection, record, 1, '[{"first":2}]')).toBeUndefined();
  });

  it('take no more room than they may, however often one is written anew', () => {
    const texts = new KeptTexts(10);
    const [selection, first, second] = [{}, {}, {}];
    for (let i = 0; i < 5; i++) texts.keep(selection, first, kept('12345'));
    texts.keep(selection, second, kept('12345'));
    expect(texts.get(selection, first, 1, '[]')).toBeDefined();
    texts.keep(selection, {}, kept('1'));
    expect(texts.get(selection, first, 1, '[]')).toBeUndefined();
    expect(texts.get(selection, second, 1, '[]')).toBeUndefined();
  });
});

describe('a page asked for again', () => {
  const { simulator, query } = openDesk({
    orders: 120,
    maxQueryCost: 1_000_000_000,
    plan: { maximumAvailable: 1_000_000_000, restoreRate: 1_000_000_000 },
  });
  const lists: [string, object][] = [
    [ORDERS, { q: '', n: 120, m: 100 }],
    [CUSTOMERS, {}],
    [PRODUCTS, {}],
    ['{ products(first: 99) { nodes { id updatedAt variants(first: 9) { nodes { id sku } } } } }', {}],
    [
      '{ orders(first: 99) { edges { cursor node { id tags customer { displayName numberOfOrders } } } } }',
      {},
    ],
    ['{ customers(first: 99) { nodes { id orders(first: 5) { nodes { id updatedAt } } } } }', {}],
  ];
  const read = async () => {
    const replies = [];
    for (const [document, variables] of lists) {
      const { body, points } = await query(document, variables);
      expect(body.errors).toBeUndefined();
      replies.push({ data: body.data, points });
    }
    return replies;
  };
  /** The same from a simulator's ordinary way: a corruption that breaks no record keeps the quick one shut. */
  const readAnew = async () => {
    simulator.knobs('demo', { corrupt: { stream: 'orders', ids: ['gid://shopify/Order/0'], set: {} } });
    const replies = await read();
    simulator.knobs('demo', { corrupt: null });
    return replies;
  };

  it('says and costs the same', async () => {
    const first = await read();
    expect(await read()).toEqual(first);
    expect(await readAnew()).toEqual(first);
  });

  it('is cut by its own arguments', async () => {
    const lines = async (m: number): Promise<number> =>
      (await query(ORDERS, { q: '', n: 120, m })).body.data.orders.nodes.reduce(
        (sum: number, order: { lineItems: { nodes: unknown[] } }) => sum + order.lineItems.nodes.length,
        0,
      );
    const [one, all, again] = [await lines(1), await lines(100), await lines(1)];
    expect(one).toBe(120);
    expect(all).toBeGreaterThan(one);
    expect(again).toBe(one);
  });

  it.each([
    { op: 'touch', stream: 'orders', count: 3 },
    { op: 'touch', stream: 'customers', count: 3 },
    { op: 'touch', stream: 'products', count: 3 },
    { op: 'edit', stream: 'orders', count: 3 },
    { op: 'refund', stream: 'orders', count: 3 },
    { op: 'cancel', stream: 'orders', count: 3 },
    { op: 'add', stream: 'orders', count: 2 },
    { op: 'delete', stream: 'orders', count: 2 },
    { op: 'delete', stream: 'products', count: 1 },
    { op: 'delete', stream: 'customers', count: 1 },
  ])('shows what $op of $stream changed', async (edit) => {
    const before = await read();
    const edited = simulator.edit('demo', { ...edit, at: '2026-11-21T10:00:00Z' });
    expect(edited).toHaveProperty('ids');
    const after = await read();
    expect(after).not.toEqual(before);
    expect(after).toEqual(await readAnew());
  });
});

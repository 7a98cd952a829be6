import type { EditResult } from './edits.js';
import { openDesk, type Desk } from './testing/ask.js';
import { truthOf } from './truth.js';

const AT = '2026-11-21T08:00:00Z';

async function order(desk: Desk, id: string) {
  const { body } = await desk.query(
    `query($id: ID!) { order(id: $id) { id updatedAt tags edited cancelledAt cancelReason displayFinancialStatus
      totalPriceSet { shopMoney { amount } } currentTotalPriceSet { shopMoney { amount } } totalRefundedSet { shopMoney { amount } }
      lineItems(first: 250) { nodes { quantity currentQuantity } } refunds(first: 5) { id transactions(first: 5) { nodes { kind } } } } }`,
    { id },
  );
  return body.data.order;
}

const edit = (desk: Desk, body: object): EditResult => {
  const result = desk.simulator.edit('demo', body);
  if ('error' in result) throw new Error(result.error);
  return result;
};

describe('an edit', () => {
  it('moves updatedAt and nothing that was sold', async () => {
    const desk = openDesk();
    const before = truthOf(desk.simulator.shop().store);
    const { ids } = edit(desk, { op: 'touch', count: 3, at: AT });
    expect(ids).toHaveLength(3);
    for (const id of ids)
      expect(await order(desk, id)).toMatchObject({
        updatedAt: AT,
        tags: expect.arrayContaining([expect.stringMatching(/^touched-/)]) as unknown,
      });
    expect(truthOf(desk.simulator.shop().store)).toEqual(before);
  });

  it('chooses the same records for the same shop and request', () => {
    expect(edit(openDesk(), { op: 'touch', count: 5 }).ids).toEqual(
      edit(openDesk(), { op: 'touch', count: 5 }).ids,
    );
  });

  it('never moves updatedAt back', async () => {
    const desk = openDesk();
    const { ids } = edit(desk, { op: 'touch', at: AT });
    edit(desk, { op: 'touch', id: ids[0]!, at: '2026-11-01T00:00:00Z' });
    expect((await order(desk, ids[0]!)).updatedAt).toBe('2026-11-21T08:00:01Z');
  });

  it('takes a line off: it stays with currentQuantity 0, the total as sold stays too', async () => {
    const desk = openDesk();
    const [id] = edit(desk, { op: 'touch' }).ids;
    const before = await order(desk, id!);
    edit(desk, { op: 'edit', id });
    const after = await order(desk, id!);
    expect(after.edited).toBe(true);
    expect(after.lineItems.nodes).toHaveLength(before.lineItems.nodes.length);
    expect(after.lineItems.nodes[0].currentQuantity).toBe(0);
    expect(after.totalPriceSet).toEqual(before.totalPriceSet);
    expect(Number(after.currentTotalPriceSet.shopMoney.amount)).toBeLessThan(
      Number(before.currentTotalPriceSet.shopMoney.amount),
    );
  });

  it('gives money back', async () => {
    const desk = openDesk();
    const paid = desk.simulator
      .shop()
      .store.orders.sortedBy('ID')
      .all()
      .find((one) => one.received > 0 && one.refunded === 0)!;
    edit(desk, { op: 'refund', id: paid.id });
    const after = await order(desk, paid.id);
    expect(after.refunds.at(-1).transactions.nodes).toEqual([{ kind: 'REFUND' }]);
    expect(Number(after.totalRefundedSet.shopMoney.amount)).toBeGreaterThan(0);
  });

  it('cancels an order once, and gives all of its money back', async () => {
    const desk = openDesk();
    const paid = desk.simulator
      .shop()
      .store.orders.sortedBy('ID')
      .all()
      .find((one) => one.received > 0 && one.refunded === 0 && one.cancelledMs === null)!;
    edit(desk, { op: 'cancel', id: paid.id, at: AT });
    expect(await order(desk, paid.id)).toMatchObject({
      cancelledAt: AT,
      cancelReason: 'CUSTOMER',
      displayFinancialStatus: 'REFUNDED',
    });
    expect(edit(desk, { op: 'cancel', id: paid.id }).ids).toEqual([]);
  });

  it.each(['refund', 'cancel', 'delete'] as const)(
    'by %s also moves the customer whose spending it changes',
    (op) => {
      const desk = openDesk();
      const { orders } = desk.simulator.shop().store;
      const paid = orders
        .sortedBy('ID')
        .all()
        .find((one) => one.customer && one.spent > 0 && one.refunded === 0)!;
      const { customer } = paid;
      const before = { updatedMs: customer!.updatedMs, spent: customer!.spent };
      edit(desk, { op, id: paid.id, at: '2026-01-01T00:00:00Z' });
      expect(customer!.spent).toBeLessThan(before.spent);
      expect(customer!.updatedMs).toBeGreaterThan(before.updatedMs);
    },
  );

  it('deletes from the lists, the counts and the truth', async () => {
    const desk = openDesk();
    const { ids } = edit(desk, { op: 'delete', count: 4 });
    const { body } = await desk.query(
      'query($ids: [ID!]!) { nodes(ids: $ids) { id } ordersCount { count } }',
      { ids },
    );
    expect(body.data).toEqual({ nodes: [null, null, null, null], ordersCount: { count: 56 } });
    expect(truthOf(desk.simulator.shop().store).streams['shopify.orders']!.records).toBe(56);
  });

  it('adds orders, newest of all, that count in the truth', async () => {
    const desk = openDesk();
    desk.hand.ms += 3_600_000;
    const { ids } = edit(desk, { op: 'add', count: 3 });
    const { body } = await desk.query(
      '{ orders(last: 3, before: null, sortKey: ID, first: null) { nodes { id } } }',
    );
    expect(body.errors[0].message).toMatch(/first or last|without before/);
    const newest = await desk.query(
      '{ orders(first: 3, sortKey: UPDATED_AT, reverse: true) { nodes { id } } }',
    );
    expect(newest.body.data.orders.nodes.map(({ id }: { id: string }) => id).sort()).toEqual([...ids].sort());
    expect(truthOf(desk.simulator.shop().store).streams['shopify.orders']!.records).toBe(63);
  });

  it('touches and deletes customers and products too', async () => {
    const desk = openDesk();
    const [customer] = edit(desk, { op: 'touch', stream: 'customers', at: AT }).ids;
    const [product] = edit(desk, { op: 'delete', stream: 'products' }).ids;
    const { body } = await desk.query(
      'query($c: ID!, $p: ID!) { customer(id: $c) { updatedAt } product(id: $p) { id } }',
      { c: customer, p: product },
    );
    expect(body.data).toEqual({ customer: { updatedAt: AT }, product: null });
  });

  it.each([
    [{ op: 'paint' }, /Invalid option/],
    [{ op: 'touch', colour: 'red' }, /Unrecognized key/],
  ])('%j is refused', (body, message) => {
    expect(() => openDesk().simulator.edit('demo', body)).toThrow(message);
  });

  it.each([
    [{ op: 'touch', id: 'gid://shopify/Order/1' }, 'no such record in orders'],
    [{ op: 'cancel', stream: 'customers' }, 'cancel is for orders only'],
    [{ op: 'add', stream: 'products' }, 'only orders can be added'],
  ])('%j cannot be done', (body, error) => {
    expect(openDesk().simulator.edit('demo', body)).toEqual({ error });
  });
});

describe('a corruption', () => {
  const QUERY =
    '{ orders(first: 60, sortKey: ID) { nodes { id updatedAt totalPriceSet { shopMoney { amount } } } } }';

  it('breaks the chosen records on the wire, and leaves the truth and the others alone', async () => {
    const desk = openDesk();
    const before = truthOf(desk.simulator.shop().store);
    const clean = (await desk.query(QUERY)).body.data.orders.nodes;
    const { corrupted } = desk.simulator.knobs('demo', {
      corrupt: {
        stream: 'orders',
        count: 3,
        set: { updatedAt: null, 'totalPriceSet.shopMoney.amount': 'abc' },
      },
    }) as { corrupted: string[] };
    expect(corrupted).toHaveLength(3);
    const broken = (await desk.query(QUERY)).body.data.orders.nodes;
    for (const [at, record] of broken.entries()) {
      if (corrupted.includes(record.id))
        expect(record).toEqual({
          id: record.id,
          updatedAt: null,
          totalPriceSet: { shopMoney: { amount: 'abc' } },
        });
      else expect(record).toEqual(clean[at]);
    }
    expect(truthOf(desk.simulator.shop().store)).toEqual(before);
    desk.simulator.knobs('demo', { corrupt: null });
    expect((await desk.query(QUERY)).body.data.orders.nodes).toEqual(clean);
  });

  it('strikes edges and single records too', async () => {
    const desk = openDesk();
    const { corrupted } = desk.simulator.knobs('demo', {
      corrupt: { stream: 'customers', set: { displayName: 7 } },
    }) as { corrupted: string[] };
    const [id] = corrupted;
    const { body } = await desk.query(
      'query($id: ID!) { customer(id: $id) { id displayName } customers(first: 250) { edges { node { id displayName } } } }',
      { id },
    );
    expect(body.data.customer.displayName).toBe(7);
    expect(
      body.data.customers.edges.find((edge: { node: { id: string } }) => edge.node.id === id).node
        .displayName,
    ).toBe(7);
  });
});

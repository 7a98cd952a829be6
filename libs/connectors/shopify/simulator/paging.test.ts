import { openDesk, type Desk } from './testing/ask.js';

interface Node {
  id: string;
  updatedAt: string;
}

/** Every page of a list, with something done after each. */
async function readAll(
  desk: Desk,
  query: string,
  first: number,
  between: (read: readonly Node[]) => void = () => {},
): Promise<Node[]> {
  const nodes: Node[] = [];
  let after: string | null = null;
  for (;;) {
    const { body } = await desk.query(query, { first, after });
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    nodes.push(...body.data.list.nodes);
    if (!body.data.list.pageInfo.hasNextPage) return nodes;
    after = body.data.list.pageInfo.endCursor as string;
    between(nodes);
  }
}

const list = (args: string, field = 'orders'): string =>
  `query($first: Int!, $after: String) { list: ${field}(first: $first, after: $after, ${args}) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id updatedAt } } }`;

const BY_UPDATE = list('sortKey: UPDATED_AT');

describe('pages', () => {
  it.each([1, 7, 20, 60, 250])('of %d hold every order once, oldest change first', async (first) => {
    const nodes = await readAll(openDesk(), BY_UPDATE, first);
    expect(new Set(nodes.map(({ id }) => id)).size).toBe(60);
    expect(nodes).toHaveLength(60);
    const times = nodes.map(({ updatedAt }) => updatedAt);
    expect(times).toEqual([...times].sort());
  });

  it('show an order that is edited meanwhile again, at the end, and lose none', async () => {
    const desk = openDesk({ orders: 200 });
    let edits = 6;
    const nodes = await readAll(desk, BY_UPDATE, 10, (read) => {
      if (edits-- <= 0) return;
      desk.hand.ms += 60_000;
      desk.simulator.edit('demo', { op: 'touch', id: read.at(-1)!.id });
      desk.simulator.edit('demo', { op: 'touch', count: 3 });
    });
    expect(new Set(nodes.map(({ id }) => id)).size).toBe(200);
    expect(nodes.length).toBe(206);
    expect(new Set(nodes.slice(-6).map(({ id }) => id)).size).toBe(6);
  });

  it('hold ties longer than a page, each once', async () => {
    const desk = openDesk({ orders: 100 });
    desk.simulator.edit('demo', { op: 'touch', count: 40, at: '2026-11-21T05:00:00Z' });
    const nodes = await readAll(desk, BY_UPDATE, 10);
    expect(nodes.filter(({ updatedAt }) => updatedAt === '2026-11-21T05:00:00Z')).toHaveLength(40);
    expect(new Set(nodes.map(({ id }) => id)).size).toBe(100);
    expect(nodes).toHaveLength(100);
  });

  it('of a range hold what lies in it and nothing else', async () => {
    const desk = openDesk({ orders: 200 });
    const all = await readAll(desk, BY_UPDATE, 250);
    const from = all[50]!.updatedAt;
    const to = all[150]!.updatedAt;
    const wanted = all.filter(({ updatedAt }) => updatedAt >= from && updatedAt <= to);
    const nodes = await readAll(
      desk,
      list(`sortKey: UPDATED_AT, query: "updated_at:>='${from}' AND updated_at:<='${to}'"`),
      9,
    );
    expect(nodes).toEqual(wanted);
    const other = await readAll(
      desk,
      list(`sortKey: ID, query: "updated_at:>='${from}' AND updated_at:<='${to}'"`),
      9,
    );
    expect(new Set(other.map(({ id }) => id))).toEqual(new Set(wanted.map(({ id }) => id)));
  });

  it('come by PROCESSED_AT where nothing else is asked for', async () => {
    const { body } = await openDesk().query('{ orders(first: 60) { nodes { processedAt } } }');
    const times = body.data.orders.nodes.map(({ processedAt }: { processedAt: string }) => processedAt);
    expect(times).toEqual([...times].sort());
    expect(times).not.toEqual(
      (
        await openDesk().query('{ orders(first: 60, sortKey: ID) { nodes { processedAt } } }')
      ).body.data.orders.nodes.map((node: { processedAt: string }) => node.processedAt),
    );
  });

  it('run backwards with reverse, and back up with last and before', async () => {
    const desk = openDesk();
    const forward = await readAll(desk, BY_UPDATE, 8);
    expect(await readAll(desk, list('sortKey: UPDATED_AT, reverse: true'), 8)).toEqual(
      [...forward].reverse(),
    );
    const { body } = await desk.query(BY_UPDATE, { first: 20 });
    const { body: back } = await desk.query(
      'query($b: String) { orders(last: 5, before: $b, sortKey: UPDATED_AT) { pageInfo { hasNextPage hasPreviousPage } nodes { id updatedAt } } }',
      { b: body.data.list.pageInfo.endCursor },
    );
    expect(back.data.orders.nodes).toEqual(forward.slice(14, 19));
    expect(back.data.orders.pageInfo).toEqual({ hasNextPage: true, hasPreviousPage: true });
  });

  it('say at their ends that they are', async () => {
    const desk = openDesk();
    const { body } = await desk.query(BY_UPDATE, { first: 60 });
    expect(body.data.list.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    const { body: none } = await desk.query(list('sortKey: ID, query: "id:1"'), { first: 5 });
    expect(none.data.list).toEqual({
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
      nodes: [],
    });
  });

  it('of line items go on past 250', async () => {
    const desk = openDesk();
    const { body } = await desk.query(
      '{ orders(first: 60, sortKey: ID) { nodes { id subtotalLineItemsQuantity lineItems(first: 250) { pageInfo { hasNextPage endCursor } nodes { id quantity } } } } }',
    );
    const large = body.data.orders.nodes.find(
      (order: { lineItems: { pageInfo: { hasNextPage: boolean } } }) => order.lineItems.pageInfo.hasNextPage,
    );
    const ids = large.lineItems.nodes.map((line: { id: string }) => line.id);
    let after = large.lineItems.pageInfo.endCursor as string | null;
    while (after !== null) {
      const { body: more } = await desk.query(
        'query($id: ID!, $after: String) { order(id: $id) { lineItems(first: 200, after: $after) { pageInfo { hasNextPage endCursor } edges { node { id } } } } }',
        { id: large.id, after },
      );
      const { edges, pageInfo } = more.data.order.lineItems;
      ids.push(...edges.map((edge: { node: { id: string } }) => edge.node.id));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    }
    expect(ids).toHaveLength(675);
    expect(new Set(ids).size).toBe(675);
  });

  it('are refused past 25,000 objects of one query', async () => {
    const desk = openDesk({ orders: 300 });
    const { body } = await desk.query('{ orders(first: 2, sortKey: ID) { edges { cursor } } }');
    const [scope, value, seq, depth] = JSON.parse(
      Buffer.from(body.data.orders.edges[1].cursor, 'base64').toString(),
    );
    expect(depth).toBe(2);
    const late = (reached: number): string =>
      Buffer.from(JSON.stringify([scope, value, seq, reached])).toString('base64');
    const page =
      '{ orders(first: 250, sortKey: ID, after: $after) { pageInfo { hasNextPage } nodes { id } } }';
    const last = await desk.query(`query($after: String) ${page}`, { after: late(24_900) });
    expect(last.body.data.orders.nodes).toHaveLength(100);
    expect(last.body.data.orders.pageInfo.hasNextPage).toBe(true);
    const refused = await desk.query(`query($after: String) ${page}`, { after: late(25_000) });
    expect(refused.outcome).toBe('depth');
    expect(refused.body.errors[0].message).toMatch(/past 25000 objects/);
  });

  it.each([
    ['no size', '{ orders { nodes { id } } }', 'you must provide one of first or last'],
    [
      'both sizes',
      '{ orders(first: 1, last: 1) { nodes { id } } }',
      'providing both first and last is not supported',
    ],
    ['last alone', '{ orders(last: 1) { nodes { id } } }', 'using last without before is not supported'],
    ['251', '{ orders(first: 251) { nodes { id } } }', 'first cannot exceed 250'],
    [
      'a cursor from nowhere',
      '{ orders(first: 1, after: "abc") { nodes { id } } }',
      'Invalid cursor for current pagination sort.',
    ],
  ])('with %s are refused', async (_, query, message) => {
    const { status, body } = await openDesk().query(query);
    expect(status).toBe(200);
    expect(body.errors[0]).toMatchObject({ message, path: ['orders'], locations: [{ line: 1, column: 3 }] });
    expect(body.data).toBeNull();
  });

  it.each([
    ['another sort', 'sortKey: ID'],
    ['another direction', 'sortKey: UPDATED_AT, reverse: true'],
    ['another query', 'sortKey: UPDATED_AT, query: "status:any"'],
  ])('refuse the cursor of %s', async (_, args) => {
    const desk = openDesk();
    const { body } = await desk.query(BY_UPDATE, { first: 5 });
    const after = body.data.list.pageInfo.endCursor;
    expect((await desk.query(BY_UPDATE, { first: 5, after })).body.errors).toBeUndefined();
    const refused = await desk.query(list(args), { first: 5, after });
    expect(refused.body.errors[0].message).toMatch(/invalid cursor/i);
  });
});

describe('plain lists', () => {
  it('are cut at first without a word', async () => {
    const desk = openDesk();
    const { body } = await desk.query(
      '{ orders(first: 60) { nodes { transactionsCount { count } transactions(first: 20) { id } refunds(first: 1) { id } fulfillments(first: 1) { id } } } }',
    );
    const cut = body.data.orders.nodes.filter(
      (order: { transactionsCount: { count: number } }) => order.transactionsCount.count > 20,
    );
    expect(cut.length).toBeGreaterThan(0);
    for (const order of cut) expect(order.transactions).toHaveLength(20);
  });
});

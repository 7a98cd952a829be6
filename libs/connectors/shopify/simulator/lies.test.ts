import { PAGES_LIES, type PagesLie } from './lies.js';
import { openDesk } from './testing/ask.js';

const QUERY = `query($after: String) { orders(first: 10, after: $after, sortKey: UPDATED_AT) {
  pageInfo { hasNextPage endCursor } nodes { id } } }`;

interface Page {
  readonly after: string | null;
  readonly ids: readonly string[];
}

/** So many pages at most, each asked where the one before it said. */
async function pages(lie: PagesLie | null, most: number): Promise<Page[]> {
  const desk = openDesk({ orders: 40 });
  desk.simulator.knobs('demo', { lie: lie && { stream: 'orders', pages: lie } });
  const read: Page[] = [];
  let after: string | null = null;
  while (read.length < most) {
    const { body } = await desk.query(QUERY, { after });
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    const { nodes, pageInfo } = body.data.orders;
    read.push({ after, ids: nodes.map(({ id }: { id: string }) => id) });
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor as string;
  }
  return read;
}

describe('a list that lies of its pages', () => {
  it('is four honest ones where it does not', async () => {
    expect(await pages(null, 9)).toHaveLength(4);
  });

  it('gives the same cursor again and again', async () => {
    const [honest, read] = [await pages(null, 9), await pages('same', 9)];
    expect(read).toHaveLength(9);
    expect(read.slice(0, 2)).toEqual(honest.slice(0, 2));
    expect(new Set(read.slice(1).map(({ after }) => after)).size).toBe(1);
    expect(read.slice(2)).toEqual(Array(7).fill(honest[1]));
  });

  it('leads from the third page back to the second', async () => {
    const [honest, read] = [await pages(null, 9), await pages('cycle', 9)];
    expect(read).toHaveLength(9);
    expect(read.slice(0, 3).map(({ ids }) => ids)).toEqual(honest.slice(0, 3).map(({ ids }) => ids));
    expect(new Set(read.slice(1).map(({ after }) => after)).size).toBe(2);
    expect(read[3]).toEqual(read[1]);
    expect(read[4]).toEqual(read[2]);
  });

  it('serves every page twice, each time under a new cursor', async () => {
    const [honest, read] = [await pages(null, 9), await pages('twice', 99)];
    expect(new Set(read.map(({ after }) => after)).size).toBe(read.length);
    const twice = honest.flatMap(({ ids }) => [ids, ids]);
    expect(read.map(({ ids }) => ids)).toEqual(twice);
  });

  it.each(PAGES_LIES)('(%s) leaves other lists alone', async (lie) => {
    const desk = openDesk({ orders: 40 });
    desk.simulator.knobs('demo', { lie: { stream: 'customers', pages: lie } });
    const { body } = await desk.query(QUERY, { after: null });
    const next = await desk.query(QUERY, { after: body.data.orders.pageInfo.endCursor });
    expect(next.body.data.orders.nodes).toHaveLength(10);
    expect(next.body.data.orders.nodes[0].id).not.toBe(body.data.orders.nodes[0].id);
  });
});

import { describeWith } from '../../../../tests/shared.js';
import { openDesk, type Desk } from './testing/ask.js';
import { VENDOR_SCHEMA, vendorSchema } from './testing/vendor-schema.js';
import { isObjectType } from 'graphql';

const RUN = `mutation Run($q: String!, $g: Boolean! = true) {
  bulkOperationRunQuery(query: $q, groupObjects: $g) {
    bulkOperation { id status createdAt completedAt errorCode objectCount rootObjectCount fileSize url partialDataUrl type query }
    userErrors { field message code }
  }
}`;
const LOOK = `query Look($id: ID!) {
  bulkOperation(id: $id) { status errorCode objectCount rootObjectCount fileSize url partialDataUrl completedAt }
}`;
const ORDERS = '{ orders { edges { node { id name lineItems { edges { node { id sku } } } } } } }';

const run = async (desk: Desk, q = ORDERS, g = true) =>
  (await desk.query(RUN, { q, g })).body.data.bulkOperationRunQuery;
const look = async (desk: Desk, id: string) => (await desk.query(LOOK, { id })).body.data.bulkOperation;
/** What the link opens, with bytes where a part was asked for. */
const fetched = async (desk: Desk, url: string, range?: string) => {
  const { pathname, search } = new URL(url);
  const reply = await desk.simulator.handle({
    method: 'GET',
    path: pathname.replace('/shopify', ''),
    query: search.slice(1),
    headers: range === undefined ? {} : { range },
    body: Buffer.alloc(0),
  });
  return { ...reply, bytes: Buffer.from(reply.body) };
};
const linesOf = (bytes: Buffer) =>
  bytes
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; __parentId?: string });

async function finished(desk: Desk, q?: string, g?: boolean) {
  const { bulkOperation } = await run(desk, q, g);
  desk.hand.ms += 2000;
  return look(desk, bulkOperation.id);
}

describe('a bulk operation', () => {
  it('is created, runs, and is complete with its counts and a link', async () => {
    const desk = openDesk({ orders: 400 });
    const { bulkOperation, userErrors } = await run(desk);
    expect(userErrors).toEqual([]);
    expect(bulkOperation).toMatchObject({ status: 'CREATED', url: null, objectCount: '0', query: ORDERS });
    expect(await look(desk, bulkOperation.id)).toMatchObject({ status: 'RUNNING', url: null });
    desk.hand.ms += 2000;
    const done = await look(desk, bulkOperation.id);
    const { bytes } = await fetched(desk, done.url);
    const lines = linesOf(bytes);
    const orders = [...desk.simulator.shop().store.orders.values()];
    expect(done).toMatchObject({
      status: 'COMPLETED',
      rootObjectCount: '400',
      objectCount: String(400 + orders.reduce((sum, order) => sum + order.lines.length, 0)),
      fileSize: String(bytes.length),
    });
    expect(lines).toHaveLength(Number(done.objectCount));
  });

  it('writes children below their record where that is asked for, and apart from it else', async () => {
    const desk = openDesk();
    const strays = async (grouped: boolean): Promise<number> => {
      const lines = linesOf((await fetched(desk, (await finished(desk, ORDERS, grouped)).url)).bytes);
      let root = '';
      return lines.filter(({ id, __parentId }) => {
        if (__parentId === undefined) root = id;
        return __parentId !== undefined && __parentId !== root;
      }).length;
    };
    expect(await strays(true)).toBe(0);
    expect(await strays(false)).toBeGreaterThan(0);
  });

  it('serves any part of its file to whoever has the link, for seven days', async () => {
    const desk = openDesk();
    const { url, fileSize } = await finished(desk);
    const whole = (await fetched(desk, url)).bytes;
    const part = await fetched(desk, url, 'bytes=100-299');
    expect(part).toMatchObject({ status: 206, headers: { 'content-range': `bytes 100-299/${fileSize}` } });
    expect(part.bytes).toEqual(whole.subarray(100, 300));
    expect((await fetched(desk, url, `bytes=${whole.length - 5}-${whole.length + 5}`)).bytes).toHaveLength(5);
    expect((await fetched(desk, url, `bytes=${whole.length}-`)).status).toBe(416);
    expect((await fetched(desk, url.replace(/.$/, 'x'))).status).toBe(400);
    desk.hand.ms += 7 * 86_400_000 + 1;
    expect((await fetched(desk, url)).status).toBe(400);
  });

  it('of nothing has no file', async () => {
    expect(await finished(openDesk(), `{ orders(query: "id:1") { edges { node { id } } } }`)).toMatchObject({
      status: 'COMPLETED',
      url: null,
      objectCount: '0',
    });
  });

  it.each([
    ['no connection', '{ shop { name } }', /at least one connection/],
    ['nodes', '{ orders { nodes { id } } }', /edges \{ node \}/],
    ['variables', 'query X($a: String) { orders(query: $a) { edges { node { id } } } }', /variables/],
    ['an unknown field', '{ orders { edges { node { id colour } } } }', /colour/],
    [
      'a parent without id',
      '{ orders { edges { node { name lineItems { edges { node { id } } } } } } }',
      /'id'/,
    ],
  ])('with %s is refused', async (_, query, said) => {
    expect(await run(openDesk(), query)).toMatchObject({
      bulkOperation: null,
      userErrors: [{ code: 'INVALID', message: expect.stringMatching(said) }],
    });
  });

  it('is one of five at once', async () => {
    const desk = openDesk();
    for (let n = 0; n < 5; n++) expect((await run(desk)).userErrors).toEqual([]);
    expect((await run(desk)).userErrors).toMatchObject([{ code: 'LIMIT_REACHED' }]);
    desk.hand.ms += 2000;
    expect((await run(desk)).userErrors).toEqual([]);
  });

  it('without the scope fails', async () => {
    const desk = openDesk({ scopes: ['read_products'] });
    expect(await finished(desk)).toMatchObject({ status: 'FAILED', errorCode: 'ACCESS_DENIED', url: null });
  });
});

describeWith(VENDOR_SCHEMA)('by the vendor’s published schema', () => {
  it('a bulk operation has the fields and values of theirs', async () => {
    const type = vendorSchema().getType('BulkOperation');
    if (!isObjectType(type)) throw new Error('no such type');
    const { bulkOperation } = await run(openDesk());
    for (const [name, value] of Object.entries(bulkOperation)) {
      const field = type.getFields()[name];
      expect(field).toBeDefined();
      if (String(field!.type).endsWith('!')) expect(value).not.toBeNull();
      if (String(field!.type).startsWith('UnsignedInt64') && value !== null) expect(value).toMatch(/^\d+$/);
    }
  });
});

import type { Place, Stream } from '#sync';
import { idListing } from './listing.js';
import { shopify } from './platform.js';
import { ORDER_IDS } from './streams/orders.js';
import { KEYS, NOW, readAll, sandbox, settings } from './testing/sandbox.js';

const credentials = { accessToken: KEYS.accessToken };
type Shop = ReturnType<typeof sandbox>;

async function ask(shop: Shop, spec: Parameters<Shop['call']>[0]): Promise<unknown> {
  const reply = await shop.call(spec, credentials);
  expect(shopify.classify(reply, NOW)).toBeUndefined();
  const { cost } = (reply.body as { extensions: { cost: { requestedQueryCost: number } } }).extensions;
  expect(spec.weight).toBeGreaterThanOrEqual(cost.requestedQueryCost);
  return reply.body;
}

async function listed(shop: Shop, { listing }: Pick<Stream, 'listing'>, size: number) {
  const entries = [];
  const places: Place[] = [];
  let place: Place | null = null;
  do {
    const body = listing!.body.parse(await ask(shop, listing!.request({ place, size, settings })));
    entries.push(...listing!.entries(body));
    place = listing!.next({ body, place, size });
    if (place !== null) places.push(place);
  } while (place !== null);
  return { entries, places };
}

const listOf = (shop: Shop, { name }: Stream) =>
  shop.simulator.shop('demo').store[name.slice('shopify.'.length) as 'orders' | 'customers' | 'products'];

/** Lists of their own; those inside orders are told elsewhere. */
const ROOTS = ['shopify.orders', 'shopify.customers', 'shopify.products'];
const rootLists = shopify.streams.filter(({ name }) => ROOTS.includes(name));

describe.each(rootLists.map((stream) => [stream.name, stream] as const))('the ids of %s', (_, stream) => {
  const { listing } = stream;

  it('are all there, each with its version, at 250 to a call', async () => {
    const shop = sandbox();
    const { entries } = await listed(shop, stream, listing!.size.start);
    const theirs = [...listOf(shop, stream).values()];
    expect(listing!.size.start).toBe(250);
    expect(new Map(entries.map(({ id, version }) => [id, version]))).toEqual(
      new Map(theirs.map((one) => [one.legacyResourceId, new Date(one.updatedMs)])),
    );
    expect(entries.map(({ wireId }) => wireId)).toContain(theirs[0]!.id);
  });

  it('bring their records as the stream’s own pages hold them, and nothing for one that was deleted', async () => {
    const shop = sandbox();
    const list = listOf(shop, stream);
    const [first, second, third] = [...list.values()].map((one) => one.legacyResourceId);
    shop.simulator.edit('demo', {
      op: 'delete',
      stream: stream.name.split('.')[1],
      id: list.get(second!)!.id,
    });
    const spec = listing!.fetch.request({ ids: [first!, second!, third!], settings });
    const found = listing!.fetch.records(listing!.fetch.body.parse(await ask(shop, spec)));
    expect(found.map(({ id }) => id)).toEqual([first, third]);
    const { records } = await readAll(stream, {
      window: { from: null, to: NOW },
      size: stream.size.start,
      send: (one) => ask(shop, one),
    });
    const rowOf = new Map(records.map((record) => [stream.key(record), stream.map(record)]));
    for (const { id, payload } of found) {
      const record = stream.schema.parse(payload);
      expect(stream.key(record)).toBe(id);
      expect(stream.map(record)).toEqual(rowOf.get(id));
    }
  });
});

describe('the list of ids', () => {
  it('begins anew by id before it gets deeper than Shopify allows', async () => {
    const shop = sandbox({ source: { kind: 'built-in', seed: 7, orders: 300 } });
    const orders = shopify.streams.find(({ name }) => name === 'shopify.orders')!;
    const deep: Place = { after: null, seen: 24_900 };
    const body = orders.listing!.body.parse(
      await ask(shop, orders.listing!.request({ place: null, size: 100, settings })),
    );
    const place = orders.listing!.next({ body, place: deep, size: 100 });
    const entries = orders.listing!.entries(body);
    expect(place).toEqual({ from: entries.at(-1)!.id, seen: 0 });
    const next = orders.listing!.body.parse(
      await ask(shop, orders.listing!.request({ place, size: 100, settings })),
    );
    const [again, ...rest] = orders.listing!.entries(next);
    expect(again).toEqual(entries.at(-1));
    expect(rest).toHaveLength(99);
    expect(rest.map(({ id }) => id)).not.toContain(entries[0]!.id);
  });

  it('says when orders older than 60 days are hidden', async () => {
    const listing = idListing(ORDER_IDS);
    const whole = async (shop: Shop) =>
      listing.whole(listing.body.parse(await ask(shop, listing.request({ place: null, size: 1, settings }))));
    expect(await whole(sandbox())).toBe(true);
    expect(await whole(sandbox({ scopes: ['read_orders', 'read_customers', 'read_products'] }))).toBe(false);
  });
});

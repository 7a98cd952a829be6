import { shopify } from '../platform.js';
import { fixture } from '../testing/fixture.js';
import { rowsOf } from '../testing/rows.js';
import { KEYS, NOW, sandbox, settings } from '../testing/sandbox.js';
import { fulfillments } from './fulfillments.js';

const read = (name: string) => rowsOf(fulfillments, fixture(name));
const window = { from: new Date('2026-11-20T16:30:45.900Z'), to: NOW };

describe('a parcel', () => {
  it('stands beside the others of its order', () => {
    const parcels = read('fulfillments');
    expect(parcels.map(({ key, row }) => [key, row['orderId'], row['orderSourceId']])).toEqual([
      ['5100000000001', '#1001', '6100000000001'],
      ['5100000000002', '#1003', '6100000000003'],
      ['5100000000003', '#1003', '6100000000003'],
    ]);
    expect(parcels[0]!.row).toMatchObject({
      trackingNumber: 'RM100000001GB',
      carrier: 'Royal Mail',
      deliveryStatus: 'DELIVERED',
      deliveredAt: new Date('2026-11-19T09:29:00Z'),
      fulfillmentQuantity: 3,
    });
    expect(parcels[2]!.row).toMatchObject({ trackingNumber: null, carrier: null, parcel: 1 });
  });

  it('is asked for by its order’s clock, and has a version of its own', () => {
    const [parcel] = fulfillments.records(fulfillments.body.parse(fixture('fulfillments-cancelled')));
    const record = fulfillments.schema.parse(parcel);
    expect(fulfillments.cursor!.of(record)).toEqual(new Date('2026-11-20T08:00:00Z'));
    expect(fulfillments.cursor!.version!(record)).toEqual(new Date('2026-11-20T07:59:00Z'));
  });

  it('is one for each tracking number, and only the first keeps the fulfilment’s bare id', () => {
    expect(
      read('fulfillments-two-numbers').map(({ key, row }) => [
        key,
        row['fulfillmentId'],
        row['parcel'],
        row['trackingNumber'],
        row['carrier'],
      ]),
    ).toEqual([
      ['9007199254740995', '9007199254740995', 1, '1Z999AA10123456784', 'UPS'],
      ['9007199254740995/2', '9007199254740995', 2, '1Z999AA10123456785', null],
    ]);
  });

  it('that was cancelled stays, and says so', () => {
    expect(read('fulfillments-cancelled').map(({ row }) => [row['status'], row['trackingNumber']])).toEqual([
      ['CANCELLED', 'RM100000004GB'],
      ['SUCCESS', null],
    ]);
  });
});

describe('an order without parcels', () => {
  it('makes no record, but moves the checkpoint', () => {
    const body = fulfillments.body.parse(fixture('fulfillments'));
    expect(fulfillments.listedAt(body).map((at) => at.toISOString())).toContain('2026-11-19T10:00:00.000Z');
  });
});

describe('an order of more parcels than are shown with it', () => {
  const page = fulfillments.records(fulfillments.body.parse(fixture('fulfillments-cut')));
  const ask = { records: page, place: null, settings };

  it('is asked again for all of them', () => {
    const spec = fulfillments.beside!.request(ask)!;
    expect(spec.operation).toBe('WholeFulfillments');
    expect((spec.json as { variables: object }).variables).toEqual({
      ids: ['gid://shopify/Order/6100000000010'],
    });
    const records = fulfillments.beside!.merge(page, fixture('whole-fulfillments'));
    expect(records).toHaveLength(7);
    expect(new Set(records.map((one) => fulfillments.key(fulfillments.schema.parse(one)))).size).toBe(7);
    expect(fulfillments.beside!.request({ ...ask, records })).toBeNull();
  });

  it('is asked for nothing more where the count says that they are all', () => {
    const [order] = (fixture('fulfillments-cut') as { data: { orders: { nodes: object[] } } }).data.orders
      .nodes;
    const records = fulfillments.records({
      data: { orders: { nodes: [{ ...order, fulfillmentsCount: { count: 5 } }] } },
    });
    expect(fulfillments.beside!.request({ ...ask, records })).toBeNull();
  });
});

describe('in the sandbox', () => {
  it('every parcel’s id and version is listed, and each is found by it', async () => {
    const shop = sandbox();
    const { listing } = fulfillments;
    const credentials = { accessToken: KEYS.accessToken };
    const spec = listing!.request({ place: null, size: 40, settings });
    const { body } = await shop.call(spec, credentials);
    const entries = listing!.entries(listing!.body.parse(body));
    const two = entries.find(({ id }) => id.endsWith('/2'))!;
    expect(two.wireId).toBe(`gid://shopify/Fulfillment/${two.id}`);
    const asked = [two.id, entries[0]!.id, '1'];
    const answer = await shop.call(listing!.fetch.request({ ids: asked, settings }), credentials);
    expect(shopify.classify(answer, NOW)).toBeUndefined();
    const found = listing!.fetch.records(listing!.fetch.body.parse(answer.body));
    // A fulfilment answers for all its parcels.
    expect(found.map(({ id }) => id)).toEqual(
      expect.arrayContaining([two.id, two.id.slice(0, -2), entries[0]!.id]),
    );
    for (const { id, payload } of found) {
      const record = fulfillments.schema.parse(payload);
      expect(fulfillments.key(record)).toBe(id);
      const listed = entries.find((one) => one.id === id)!;
      expect(fulfillments.cursor!.version!(record)).toEqual(listed.version);
    }
  });

  it('a page asks for the window of the orders', () => {
    const { json } = fulfillments.request({ window, place: null, size: 3, settings });
    expect((json as { variables: object }).variables).toEqual({
      first: 3,
      after: null,
      query: "updated_at:>='2026-11-20T16:30:45Z' AND updated_at:<='2026-11-21T10:00:00Z'",
    });
  });
});

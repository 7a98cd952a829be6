import { fixture } from '../testing/fixture.js';
import { rowsOf } from '../testing/rows.js';
import { orders } from './orders.js';

const [whole] = rowsOf(orders, fixture('orders'));
const [partly, twoParcels, twoCurrencies] = rowsOf(orders, fixture('orders-split'));
const [short, bare, cancelled, held] = rowsOf(orders, fixture('orders-waiting'));
const parcels = (read: typeof whole) => read!.children['shipbob_shipments']!.map(({ row }) => row);

describe('an order of one parcel', () => {
  it('is a row of the columns that analysts know', () => {
    expect(whole).toMatchObject({
      key: '210345678',
      row: {
        shipbobOrderId: '210345678',
        referenceId: '5523456789012',
        orderNumber: '#1042',
        status: 'Fulfilled',
        createdDate: new Date('2026-11-10T14:15:22.123Z'),
        lastUpdatedDate: new Date('2026-11-13T18:02:11Z'),
        shippedDate: new Date('2026-11-11T20:40:00Z'),
        deliveredDate: new Date('2026-11-13T17:55:00Z'),
        trackingNumber: '9400111899223100001234',
        carrier: 'USPS',
        recipientName: 'John Doe',
        fulfillmentCenterId: '8',
        totalWeight: '12',
        totalCost: '7.85',
        currency: 'USD',
      },
    });
    expect(parcels(whole)).toMatchObject([
      { shipmentId: '98765432', deliveryStatus: 'DELIVERED', cost: '7.85' },
    ]);
  });
});

describe('an order of several parcels', () => {
  it('is not what its first parcel says: a cancelled one neither leaves nor weighs, but costs', () => {
    expect(partly!.row).toMatchObject({
      shippedDate: new Date('2026-11-11T20:40:00Z'),
      deliveredDate: null,
      trackingNumber: 'FIRST1',
      fulfillmentCenterId: '8',
      totalWeight: '24',
      totalCost: '8.2',
    });
    expect(parcels(partly).map(({ deliveryStatus, statusDetail }) => [deliveryStatus, statusDetail])).toEqual(
      [
        ['CANCELLED', null],
        ['DELIVERED', 'Delivered'],
        ['LABEL_CREATED', 'Labeled'],
      ],
    );
  });

  it('is as new as its newest parcel, by the carrier’s clock too', () => {
    expect(partly!.cursor).toEqual(new Date('2026-11-15T08:00:00Z'));
    expect(twoParcels!.cursor).toEqual(new Date('2026-11-16T10:00:00Z'));
  });

  it('left with the first and arrived with the last, and is tracked by the one that changed last', () => {
    expect(twoParcels!.row).toMatchObject({
      shippedDate: new Date('2026-11-11T20:40:00Z'),
      deliveredDate: new Date('2026-11-16T10:00:00Z'),
      trackingNumber: 'LATE1',
      carrier: 'Evri',
      totalCost: '7.3',
    });
  });

  it('has no one cost in two currencies; each parcel keeps its own', () => {
    expect(twoCurrencies!.row).toMatchObject({ totalCost: null, currency: null });
    expect(parcels(twoCurrencies).map(({ cost, currency }) => [cost, currency])).toEqual([
      ['7.85', 'USD'],
      ['6.1', 'GBP'],
    ]);
  });
});

describe('an order that waits', () => {
  it('reads a stamp without a zone as UTC, and is as new as it was made', () => {
    expect(short!.cursor).toEqual(new Date('2026-11-10T14:15:22.123Z'));
    expect(short!.row).toMatchObject({ trackingNumber: null, totalWeight: null, totalCost: null });
    expect(parcels(short)).toMatchObject([
      { deliveryStatus: null, statusDetail: 'OutOfStock', weight: null },
    ]);
  });

  it('may have no parcel, no recipient and no reference', () => {
    expect(bare!.row).toMatchObject({ referenceId: null, recipientName: null, fulfillmentCenterId: null });
    expect(parcels(bare)).toEqual([]);
  });

  it('keeps words that nobody told us of', () => {
    expect(held!.row).toMatchObject({ status: 'OnHoldForReview' });
    expect(cancelled!.row).toMatchObject({ status: 'Cancelled', deliveredDate: null });
  });
});

describe('onto the sale it belongs to', () => {
  const [status, tracking] = orders.onto;
  const patches = (name: string, over: typeof status) =>
    (fixture(name) as unknown[]).map((wire) => over!.patch(orders.schema.parse(wire)));

  it('goes the status in the words of every channel, as new as the newest parcel', () => {
    expect(patches('orders', status)).toEqual([
      {
        match: [
          { column: 'sourceId', value: '5523456789012' },
          { column: 'orderId', value: '5523456789012' },
          { column: 'orderId', value: '#1042' },
        ],
        at: new Date('2026-11-13T18:02:11Z'),
        row: { status: 'delivered', statusUpdatedAt: new Date('2026-11-13T18:02:11Z') },
      },
    ]);
    expect(patches('orders-split', status).map((patch) => patch?.row['status'])).toEqual([
      'partially_shipped',
      'delivered',
      'shipped',
    ]);
  });

  it('goes no word that nobody told us of, and nothing without a reference', () => {
    expect(patches('orders-waiting', status).map((patch) => patch?.row['status'])).toEqual([
      'exception',
      undefined,
      'cancelled',
      undefined,
    ]);
  });

  it('goes the parcel that changed last of those that can be followed', () => {
    expect(
      patches('orders-split', tracking).map((patch) => [
        patch?.at.toISOString(),
        patch?.row['trackingNumber'],
      ]),
    ).toEqual([
      ['2026-11-14T08:00:00.765Z', 'FIRST1'],
      ['2026-11-16T10:00:00.000Z', 'LATE1'],
      ['2026-11-13T18:02:11.000Z', '9400111899223100001234'],
    ]);
    expect(patches('orders-waiting', tracking)).toEqual([null, null, null, null]);
  });
});

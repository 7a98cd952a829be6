import { fixture } from '../testing/fixture.js';
import { rowsOf } from '../testing/rows.js';
import { fulfillmentCenters } from './fulfillment-centers.js';
import { inventory } from './inventory.js';
import { products } from './products.js';
import { receiving } from './receiving.js';
import { returns } from './returns.js';

const settings = { apiVersion: '2026-01', environment: 'production' as const };

describe('stock', () => {
  const [shirt, unnamed] = rowsOf(inventory, fixture('inventory'), fixture('beside-inventory-locations'));

  it('is ShipBob’s figures in the words of every platform', () => {
    expect(shirt).toMatchObject({
      key: '9634119',
      row: {
        sku: 'TShirtBlueM',
        source: 'shipbob',
        quantityOnHand: 120,
        quantityAvailable: 108,
        quantityReserved: 8,
        quantityIncoming: 50,
        fulfillableQuantity: 110,
        exceptionQuantity: 2,
        backorderedQuantity: 0,
        internalTransferQuantity: 0,
      },
    });
    expect(shirt!.children['shipbob_inventory']).toMatchObject([
      { key: '9634119/8', row: { fulfillmentCenterId: '8', quantityOnHand: 80, quantityReserved: 4 } },
      { key: '9634119/156', row: { fulfillmentCenterId: '156', quantityOnHand: 40 } },
    ]);
  });

  it('of an item without a SKU or a centre is a row all the same', () => {
    expect(unnamed).toMatchObject({ key: '9634120', row: { sku: null, backorderedQuantity: 3 } });
    expect(unnamed!.children['shipbob_inventory']).toEqual([]);
  });

  it('asks once for the centres of a page’s items', () => {
    const { items: records } = fixture('inventory') as { items: unknown[] };
    expect(inventory.beside!.request({ records, place: null, settings })).toEqual({
      path: '/2026-01/inventory-level/locations',
      query: { InventoryIds: '9634119,9634120', PageSize: '2' },
      operation: 'inventory by centre',
    });
    expect(inventory.beside!.request({ records: [null, {}], place: null, settings })).toBeNull();
  });
});

describe('a return', () => {
  const [done, awaited, calledOff] = rowsOf(returns, fixture('returns'));

  it('costs what its transactions add up to, to the penny', () => {
    expect(done!.row).toMatchObject({
      returnId: '445566',
      referenceId: '#1042',
      storeOrderId: '5523456789012',
      totalCost: '7.3',
      currency: 'USD',
      fulfillmentCenterId: '8',
      transactions: [
        { amount: '3.1', transaction_type: 'ReturnProcessingFee' },
        { amount: '4.2', transaction_type: 'ReturnLabelInvoice' },
      ],
    });
    expect(done!.row['items']).toMatchObject([
      { id: '9634119', quantity: 1, action_taken: [{ quantity_processed: 1 }] },
    ]);
  });

  it('awaited is spelled in one way, whichever way ShipBob spells it', () => {
    expect(awaited!.row).toMatchObject({ status: 'AwaitingArrival', totalCost: null, currency: null });
  });

  it('is as new as its newest step, and costs its invoice where no transactions are listed', () => {
    expect([done, awaited, calledOff].map((one) => one!.cursor?.toISOString())).toEqual([
      '2026-11-17T12:30:00.000Z',
      '2026-11-18T09:00:00.000Z',
      '2026-11-20T09:00:00.500Z',
    ]);
    expect(calledOff!.row).toMatchObject({ totalCost: '2.5', currency: 'GBP', fulfillmentCenterId: null });
  });
});

describe('goods on their way in', () => {
  const [wro, bare] = rowsOf(receiving, fixture('receiving'));

  it('keep what was expected, received and stowed by item, received below stowed included', () => {
    expect(wro).toMatchObject({
      key: '756364',
      cursor: new Date('2026-11-14T10:00:00Z'),
      row: {
        purchaseOrderNumber: 'PO-2026-118',
        status: 'Processing',
        fulfillmentCenterId: '8',
        insertDate: new Date('2026-11-01T08:00:00.123Z'),
        inventoryQuantities: [
          { inventory_id: '9634119', expected_quantity: 50, received_quantity: 38, stowed_quantity: 40 },
        ],
      },
    });
    expect(wro!.row['statusHistory']).toHaveLength(2);
    expect(bare!.row).toMatchObject({ inventoryQuantities: [], statusHistory: [] });
  });
});

describe('a product', () => {
  const [shirt, scarf, set] = rowsOf(products, fixture('products'));

  it('of one variant is told by it', () => {
    expect(shirt!.row).toMatchObject({
      productId: '30000001',
      sku: 'TShirtBlueM',
      barcode: '5012345678900',
      description: 'Cotton T-shirt',
      category: 'T-Shirts',
      isActive: true,
      isBundle: false,
      isHazmat: false,
      dimensions: { length: '8.25', width: '5.5', height: '2', unit: 'Inch' },
      weight: { value: '6.1', unit: 'Ounce' },
      value: { amount: '12', currency: 'USD' },
    });
  });

  it('of several has no SKU of its own, and is dangerous where one of them is; they may share a stock item', () => {
    expect(scarf!.row).toMatchObject({
      sku: null,
      weight: null,
      isActive: true,
      isHazmat: true,
      category: null,
    });
    expect(scarf!.children['shipbob_variants']).toMatchObject([
      {
        key: '40000002',
        row: { productId: '30000002', sku: 'ScarfS', inventoryId: '9634120', isActive: true },
      },
      { key: '40000003', row: { sku: 'ScarfL', inventoryId: '9634120', isActive: false, isHazmat: true } },
    ]);
  });

  it('that is a bundle has no stock item', () => {
    expect(set!.row).toMatchObject({ isBundle: true, value: null });
    expect(set!.children['shipbob_variants']).toMatchObject([{ row: { inventoryId: null } }]);
  });
});

describe('a warehouse', () => {
  it('may be known by little but its name', () => {
    const [cicero, manchester] = rowsOf(fulfillmentCenters, fixture('fulfillment-centers'));
    expect(cicero!.row).toMatchObject({
      centerId: '8',
      state: 'IL',
      country: 'USA',
      timezone: 'Central Standard Time',
    });
    expect(manchester!.row).toMatchObject({ centerId: '156', address1: null, state: null });
  });
});

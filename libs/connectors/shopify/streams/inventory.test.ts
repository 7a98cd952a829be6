import { fixture } from '../testing/fixture.js';
import { rowsOf } from '../testing/rows.js';
import { inventory } from './inventory.js';

const settings = { shop: 'demo', apiVersion: '2026-10' };
const [follow] = inventory.follow;

describe('a stock item', () => {
  const [mug, wrapping, paper] = rowsOf(inventory, fixture('inventory'));

  it('is the sum of all locations, in the words of every platform', () => {
    expect(mug).toMatchObject({
      key: '46100000000001',
      row: {
        sku: 'MUG-WHITE',
        source: 'shopify',
        quantityOnHand: 22,
        quantityAvailable: 9,
        quantityReserved: 9,
        quantityIncoming: 30,
        fulfillmentCenter: null,
        inventoryId: '46100000000001',
        inventoryName: 'Mug - White',
        backorderedQuantity: null,
        lastUpdated: new Date('2026-11-20T10:30:00Z'),
      },
    });
  });

  it('has every state of its goods in every location, below zero where more was sold than there was', () => {
    expect(mug?.children['shopify_inventory_levels']).toEqual([
      {
        key: '46100000000001/71000000001',
        row: {
          inventoryItemId: '46100000000001',
          locationId: '71000000001',
          locationName: 'Shop floor 🧺',
          sku: 'MUG-WHITE',
          available: 12,
          onHand: 20,
          committed: 4,
          incoming: 6,
          reserved: 1,
          damaged: 1,
          safetyStock: 1,
          qualityControl: 1,
          updatedAt: new Date('2026-11-20T09:00:00Z'),
        },
      },
      {
        key: '46100000000001/71000000002',
        row: expect.objectContaining({ available: -3, onHand: 2, committed: 5 }) as object,
      },
    ]);
  });

  it('that nobody counts has no figures, though its locations say 0', () => {
    expect(wrapping?.row).toMatchObject({ sku: null, quantityOnHand: null, quantityAvailable: null });
    expect(wrapping?.children['shopify_inventory_levels']).toHaveLength(1);
  });

  it('may be nowhere, and belong to nothing', () => {
    expect(paper?.row).toMatchObject({ quantityOnHand: 0, inventoryName: null, lastUpdated: null });
    expect(paper?.key).toBe('9123372036854775807');
  });

  it.each([
    ['lacks a state that was asked for', (all: object[]) => all.slice(1), 'lacks available'],
    ['names one twice', (all: object[]) => [...all, all[0]!], 'names a quantity twice'],
  ])('whose location %s is none', (_, change, why) => {
    const body = structuredClone(fixture('inventory')) as {
      data: { inventoryItems: { nodes: { inventoryLevels: { nodes: { quantities: object[] }[] } }[] } };
    };
    const level = body.data.inventoryItems.nodes[0]!.inventoryLevels.nodes[0]!;
    level.quantities = change(level.quantities);
    expect(() => rowsOf(inventory, body)).toThrow(why);
  });
});

describe('an item in more locations than come with it', () => {
  const body = inventory.body.parse(fixture('inventory-more-locations'));
  const item = inventory.schema.parse(inventory.records(body)[0]);

  it('is read to its end, and summed only then', () => {
    const place = follow!.next(item)!;
    expect(follow!.request({ record: item, place, settings }).json).toMatchObject({
      variables: {
        id: 'gid://shopify/InventoryItem/46100000000009',
        after: 'cursor-of-the-tenth',
        levels: 100,
      },
    });
    const whole = follow!.merge(item, fixture('item-levels-rest'));
    expect(follow!.next(whole)).toBeNull();
    expect(inventory.map(whole)).toMatchObject({ quantityOnHand: 31, quantityIncoming: 12 });
    expect(inventory.children[0]!.rows(whole)).toHaveLength(2);
  });

  it('ends where it was deleted meanwhile', () => {
    const whole = follow!.merge(item, fixture('item-levels-deleted'));
    expect(follow!.next(whole)).toBeNull();
    expect(inventory.map(whole)).toMatchObject({ quantityOnHand: 1 });
  });
});

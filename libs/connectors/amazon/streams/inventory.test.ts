import { amazon } from '../platform.js';
import { fixture } from '../testing/fixture.js';
import { pageOf, rowsOf } from '../testing/rows.js';
import { inventory } from './inventory.js';

const settings = amazon.settings.parse({ region: 'eu', marketplaceIds: 'A1F83G8C2ARO7P,A1PA6795UKMFR9' });

describe('the stock of an offer', () => {
  const [whole, empty, bare] = rowsOf(inventory, fixture('inventory'));

  it('is what can be sold, what is promised, what is spoilt and what comes in', () => {
    expect(whole!.key).toBe('A1F83G8C2ARO7P/MUG-1/NewItem');
    expect(whole!.row).toMatchObject({
      sku: 'MUG-1',
      source: 'amazon',
      quantityOnHand: 15,
      quantityAvailable: 9,
      quantityReserved: 3,
      quantityIncoming: 7,
      internalTransferQuantity: 2,
      asin: 'B0TEST0001',
      fnsku: 'X00TEST001',
      lastUpdated: new Date('2026-11-20T08:00:00Z'),
    });
    expect(whole!.children['amazon_inventory']).toMatchObject([
      {
        key: whole!.key,
        row: {
          marketplaceId: 'A1F83G8C2ARO7P',
          totalQuantity: 22,
          inboundReceiving: 4,
          customerDamaged: 1,
          defective: 1,
        },
      },
    ]);
  });

  it('is not known where Amazon tells nothing: an offer that never moved, a bare SKU', () => {
    expect(empty!.row).toMatchObject({ sku: 'MUG-1-OLD', quantityOnHand: null, lastUpdated: null });
    expect(empty!.children['amazon_inventory']![0]!.row).toMatchObject({
      totalQuantity: 0,
      fulfillable: null,
    });
    expect(bare!.key).toBe('A1F83G8C2ARO7P/BARE/');
    expect(bare!.row).toMatchObject({ quantityAvailable: null, asin: null });
  });

  it('has a key of its own in each marketplace, also before it is read', () => {
    const body = inventory.body.parse(fixture('inventory'));
    const [raw] = inventory.records(body, pageOf('A1PA6795UKMFR9'));
    expect(inventory.rawKey(raw)).toBe('A1PA6795UKMFR9/MUG-1/NewItem');
    expect(inventory.rawKey({ sellerSku: 7 })).toBeNull();
  });
});

it('is asked for marketplace by marketplace, whole, and by the token with the same words', () => {
  expect(inventory.each?.among?.(settings)).toEqual([{ id: 'A1F83G8C2ARO7P' }, { id: 'A1PA6795UKMFR9' }]);
  const page = pageOf('A1PA6795UKMFR9');
  const place = inventory.next({ ...page, body: inventory.body.parse(fixture('inventory')) });
  expect(inventory.request({ ...page, place, settings }).query).toEqual({
    granularityType: 'Marketplace',
    granularityId: 'A1PA6795UKMFR9',
    marketplaceIds: 'A1PA6795UKMFR9',
    details: 'true',
    nextToken: 'seen for thirty seconds',
  });
});

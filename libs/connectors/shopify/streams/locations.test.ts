import { fixture } from '../testing/fixture.js';
import { rowsOf } from '../testing/rows.js';
import { LOCATIONS, locations } from './locations.js';

describe('a location', () => {
  const [floor, centre, cellar] = rowsOf(locations, fixture('locations'));

  it('fills every column', () => {
    expect(floor).toMatchObject({
      key: '71000000001',
      row: {
        locationId: '71000000001',
        name: 'Shop floor 🧺',
        isActive: true,
        fulfillsOnlineOrders: true,
        hasActiveInventory: true,
        fulfillmentService: null,
        address1: '12 Mill Lane',
        address2: 'Unit 3',
        city: 'Leeds',
        province: 'England',
        zip: 'LS1 4DY',
        countryCode: 'GB',
        phone: '+441632960100',
        createdAt: new Date('2024-01-02T03:04:05Z'),
        updatedAt: new Date('2026-11-20T09:00:00Z'),
        deactivatedAt: null,
      },
    });
  });

  it('may be another company’s, or closed since', () => {
    expect(centre?.row).toMatchObject({ fulfillmentService: 'shipbob', city: null });
    expect(cellar?.row).toMatchObject({
      locationId: '9123372036854775807',
      isActive: false,
      deactivatedAt: new Date('2024-09-07T15:50:00Z'),
    });
  });

  it('is listed though it is closed or a fulfilment service’s', () => {
    expect(LOCATIONS).toContain('includeInactive: true, includeLegacy: true');
  });
});

import type { Centre } from '#shop';
import { idText, instantText } from './ids.js';

/** A postal address of a place, shaped as the schema's `LocationAddress`. */
interface PlaceAddress {
  readonly address1: string | null;
  readonly address2: string | null;
  readonly city: string | null;
  readonly province: string | null;
  readonly provinceCode: string | null;
  readonly zip: string | null;
  readonly country: string | null;
  readonly countryCode: string | null;
  readonly phone: string | null;
}

interface PlaceFacts {
  readonly seq: number;
  readonly name: string;
  readonly address: PlaceAddress;
  /** The company that keeps it, by its handle; null for the shop's own. */
  readonly service: string | null;
  /** The network's own id of it. */
  readonly centre: string | null;
  readonly createdMs: number;
  readonly closedMs: number | null;
}

/** Where goods are kept, shaped as the schema's `Location`. */
export class Location {
  readonly seq: number;
  readonly legacyResourceId: string;
  readonly createdMs: number;
  updatedMs: number;

  constructor(readonly facts: PlaceFacts) {
    this.seq = facts.seq;
    this.legacyResourceId = idText('location', facts.seq, false);
    this.createdMs = facts.createdMs;
    this.updatedMs = facts.closedMs ?? facts.createdMs;
  }

  get id(): string {
    return `gid://shopify/Location/${this.legacyResourceId}`;
  }
  get name(): string {
    return this.facts.name;
  }
  get address(): PlaceAddress {
    return this.facts.address;
  }
  get isActive(): boolean {
    return this.facts.closedMs === null;
  }
  get fulfillsOnlineOrders(): boolean {
    return this.isActive;
  }
  get shipsInventory(): boolean {
    return this.isActive;
  }
  get hasActiveInventory(): boolean {
    return this.isActive;
  }
  get isFulfillmentService(): boolean {
    return this.facts.service !== null;
  }
  get fulfillmentService(): object | null {
    const { service } = this.facts;
    if (service === null) return null;
    const id = `gid://shopify/FulfillmentService/${this.legacyResourceId}`;
    return { id, handle: service, serviceName: service === 'shipbob' ? 'ShipBob' : service };
  }
  get createdAt(): string {
    return instantText(this.createdMs);
  }
  get updatedAt(): string {
    return instantText(this.updatedMs);
  }
  get deactivatedAt(): string | null {
    return this.facts.closedMs === null ? null : instantText(this.facts.closedMs);
  }
}

const NOWHERE: PlaceAddress = {
  address1: null,
  address2: null,
  city: null,
  province: null,
  provinceCode: null,
  zip: null,
  country: null,
  countryCode: null,
  phone: null,
};

const DAY = 86_400_000;

/** The shop's own rooms, the centres that send for it, and rooms it gave up. */
export function placesOf(centres: readonly Centre[], anchorMs: number): Location[] {
  const createdMs = Math.floor(anchorMs / 1000) * 1000 - 500 * DAY;
  const own = { service: null, centre: null, createdMs };
  return [
    new Location({
      ...own,
      seq: 1,
      name: 'Shop floor 🧺',
      address: {
        ...NOWHERE,
        address1: '12 Mill Lane',
        city: 'Leeds',
        province: 'England',
        provinceCode: 'ENG',
        zip: 'LS1 4DY',
        country: 'United Kingdom',
        countryCode: 'GB',
        phone: '+441632960100',
      },
      closedMs: null,
    }),
    ...centres.map(
      ({ id, name, countryCode }, i) =>
        new Location({
          seq: 2 + i,
          name,
          address: { ...NOWHERE, city: name.replace(/ \(.*\)$/, ''), countryCode },
          service: 'shipbob',
          centre: id,
          createdMs: createdMs + 30 * DAY,
          closedMs: null,
        }),
    ),
    new Location({
      ...own,
      seq: 2 + centres.length,
      name: 'Old cellar',
      address: NOWHERE,
      closedMs: createdMs + 90 * DAY,
    }),
  ];
}

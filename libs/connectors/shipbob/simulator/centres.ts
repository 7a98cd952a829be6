import type { WireCentre } from './wire.js';

/** Three warehouses as `GET /fulfillment-center` lists them; `USA` and `US` are both in use. */
export const CENTRES: readonly WireCentre[] = [
  {
    id: 8,
    name: 'Cicero (IL)',
    address1: '5900 W Ogden Ave',
    address2: 'Suite 100',
    city: 'Cicero',
    state: 'IL',
    zip_code: '60804',
    country: 'USA',
    timezone: 'Central Standard Time',
    email: 'cicero@shipbob.example',
    phone_number: '555-0108',
  },
  {
    id: 156,
    name: 'Manchester (UK)',
    address1: '1 Barton Dock Road',
    address2: null,
    city: 'Manchester',
    state: 'Greater Manchester',
    zip_code: 'M32 0YL',
    country: 'GB',
    timezone: 'GMT Standard Time',
    email: null,
    phone_number: '555-0156',
  },
  {
    id: 211,
    name: 'Wrocław (PL)',
    address1: 'ul. Logistyczna 4',
    address2: null,
    city: 'Wrocław',
    state: 'Dolnośląskie',
    zip_code: '55-040',
    country: 'PL',
    timezone: 'Central European Standard Time',
    email: null,
    phone_number: '555-0211',
  },
];

const CURRENCY: Readonly<Record<string, string>> = { '8': 'USD', '156': 'GBP', '211': 'EUR' };

/** ShipBob charges for a parcel in the currency of the centre it left. */
export const currencyOf = (centre: string): string => CURRENCY[centre] ?? 'USD';

export const centreOf = (id: string): WireCentre =>
  CENTRES.find((one) => String(one.id) === id) ?? CENTRES[0]!;

export const CHANNELS = {
  shopify: { id: 128_944, name: 'Web shop', application_name: 'SMA' },
  amazon: { id: 128_950, name: 'Amazon', application_name: 'SMA' },
  /** Every account has it, and it may only read. */
  default: { id: 128_943, name: 'ShipBob Default', application_name: 'ShipBob' },
} as const;

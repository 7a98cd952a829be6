import { Failure, seconds } from '#kernel';
import { definePlatform } from '#sync';
import { z } from 'zod';
import { auth, ShipBobCredentials } from './auth.js';
import { consent } from './consent.js';
import { classify, meter } from './replies.js';
import { SCOPES } from './scopes.js';
import { apiOf, hostsOf, OLDEST_VERSION, ShipBobSettings, VERSION } from './settings.js';
import { fulfillmentCenters } from './streams/fulfillment-centers.js';
import { inventory } from './streams/inventory.js';
import { orders } from './streams/orders.js';
import { products } from './streams/products.js';
import { receiving } from './streams/receiving.js';
import { returns } from './streams/returns.js';

const Channels = z.object({
  items: z.array(
    z.object({
      name: z.string().nullish(),
      application_name: z.string().nullish(),
      scopes: z.array(z.string()).nullish(),
    }),
  ),
});

/** The channels of the account, and what may be read: every channel's scopes together, since reads span them all. */
function says(body: unknown): string {
  const { items } = Channels.parse(body);
  const granted = new Set(items.flatMap(({ scopes }) => scopes ?? []));
  const names = items.map(({ name, application_name }) => name ?? application_name ?? 'unnamed');
  const missing = SCOPES.filter((scope) => !granted.has(scope));
  return [
    `channels ${names.join(', ') || 'none'}, scopes ${[...granted].filter((scope) => scope.endsWith('_read')).join(' ') || 'none'}`,
    ...(missing.length > 0 ? [`missing ${missing.join(' ')}`] : []),
  ].join('; ');
}

type Env = Readonly<Record<string, string | undefined>>;

/** `https://api.shipbob.com/2025-07`, as the requirement documents write it; a version switched off since is left out. */
function settingsFrom(base: string | undefined): z.input<typeof ShipBobSettings> {
  if (!base) return {};
  const { origin, pathname } = URL.canParse(base) ? new URL(base) : { origin: '', pathname: '' };
  const environment = hostsOf(origin);
  if (environment === undefined)
    throw new Failure(
      'config',
      'SHIPBOB_BASE is not an address of ShipBob’s; to call another, use: npx stratus connections add shipbob --base-url',
    );
  const version = pathname.split('/')[1] ?? '';
  return {
    environment,
    ...(VERSION.test(version) && version >= OLDEST_VERSION ? { apiVersion: version } : {}),
  };
}

/** The variables of the requirement documents. */
function fromEnv(env: Env): {
  name: string;
  settings: z.input<typeof ShipBobSettings>;
  credentials: ShipBobCredentials;
} | null {
  const accessToken = env['SHIPBOB_TOKEN'];
  if (!accessToken) return null;
  return { name: 'shipbob', settings: settingsFrom(env['SHIPBOB_BASE']), credentials: { accessToken } };
}

export const shipbob = definePlatform({
  name: 'shipbob',
  title: 'ShipBob',
  settings: ShipBobSettings,
  credentials: ShipBobCredentials,
  baseUrl: apiOf,
  hosts: [/^(?:sandbox-)?api\.shipbob\.com$/, /^auth(?:stage)?\.shipbob\.com$/],
  // Money travels as JSON numbers.
  json: 'exact',
  auth: { ...auth, consent },
  // Of one user in one application, over all endpoints and versions.
  limits: [
    { name: 'shipbob.calls', per: 'connection', kind: 'window', capacity: 150, windowMs: seconds(60) },
  ],
  meter,
  classify,
  probe: {
    request: ({ apiVersion }) => ({
      path: `/${apiVersion}/channel`,
      query: { RecordsPerPage: 250 },
      operation: 'channels',
    }),
    says,
  },
  fromEnv,
  streams: [inventory, orders, returns, receiving, products, fulfillmentCenters],
});

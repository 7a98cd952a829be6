import { Failure } from '#kernel';
import { definePlatform } from '#sync';
import { z } from 'zod';
import { auth, ShopifyCredentials } from './auth.js';
import { consent } from './consent.js';
import { object } from './cost.js';
import { graphql } from './graphql.js';
import { classify, meter, notice, roomy, tooLarge } from './replies.js';
import { SCOPES } from './scopes.js';
import { OLDEST_VERSION, ShopifySettings } from './settings.js';
import { customers } from './streams/customers.js';
import { fulfillments } from './streams/fulfillments.js';
import { inventory } from './streams/inventory.js';
import { locations } from './streams/locations.js';
import { orders } from './streams/orders.js';
import { payouts } from './streams/payouts.js';
import { products } from './streams/products.js';
import { refunds } from './streams/refunds.js';
import { transactions } from './streams/transactions.js';

export const PROBE = `query Probe {
  shop { name currencyCode }
  currentAppInstallation { accessScopes { handle } }
}`;

/** What else grants a scope: the one that writes, and the one for all of Shopify Payments. */
const alsoGrants = (scope: string): readonly string[] => [
  scope.replace(/^read_/, 'write_'),
  scope.replace(/^(read_shopify_payments)_.*/, '$1'),
];

const Probed = z.object({
  data: z.object({
    shop: z.object({ name: z.string(), currencyCode: z.string() }),
    currentAppInstallation: z.object({ accessScopes: z.array(z.object({ handle: z.string() })) }).nullable(),
  }),
});

function scopes(body: unknown): { granted: string[]; missing: string[] } {
  const { currentAppInstallation } = Probed.parse(body).data;
  const granted = (currentAppInstallation?.accessScopes ?? []).map(({ handle }) => handle);
  const has = (scope: string): boolean => [scope, ...alsoGrants(scope)].some((one) => granted.includes(one));
  return { granted, missing: SCOPES.filter((scope) => !has(scope)) };
}

function says(body: unknown): string {
  const { shop } = Probed.parse(body).data;
  const { granted, missing } = scopes(body);
  return [
    `${shop.name} (${shop.currencyCode}), scopes ${granted.join(' ') || 'none'}`,
    ...(missing.length > 0 ? [`missing ${missing.join(' ')}`] : []),
    ...(!missing.includes('read_orders') && !granted.includes('read_all_orders')
      ? ['orders of the last 60 days only (no read_all_orders)']
      : []),
  ].join('; ');
}

/** The variables of the requirement documents. A version that has expired since is left out: the default is used. */
function fromEnv(env: Readonly<Record<string, string | undefined>>): {
  name: string;
  settings: z.input<typeof ShopifySettings>;
  credentials: ShopifyCredentials;
} | null {
  const shop = env['SHOPIFY_SHOP'];
  if (!shop) return null;
  const version = env['SHOPIFY_API_VERSION'];
  return {
    name: ShopifySettings.shape.shop.safeParse(shop).data ?? shop,
    settings: { shop, ...(version && version >= OLDEST_VERSION ? { apiVersion: version } : {}) },
    credentials: credentialsFrom(env),
  };
}

function credentialsFrom(env: Readonly<Record<string, string | undefined>>): ShopifyCredentials {
  const accessToken = env['SHOPIFY_ACCESS_TOKEN'];
  if (accessToken) return { accessToken };
  const clientId = env['SHOPIFY_CLIENT_ID'];
  const clientSecret = env['SHOPIFY_CLIENT_SECRET'];
  if (clientId && clientSecret) return { clientId, clientSecret };
  throw new Failure(
    'config',
    'SHOPIFY_SHOP is set, but neither SHOPIFY_ACCESS_TOKEN nor SHOPIFY_CLIENT_ID with SHOPIFY_CLIENT_SECRET is',
  );
}

export const shopify = definePlatform({
  name: 'shopify',
  title: 'Shopify',
  settings: ShopifySettings,
  credentials: ShopifyCredentials,
  baseUrl: ({ shop }) => `https://${shop}.myshopify.com`,
  hosts: [/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/],
  auth: { ...auth, consent },
  // The Standard plan, and the smallest bucket on record; each reply says what it really is.
  limits: [
    { name: 'shopify.graphql', per: 'connection', kind: 'cost', capacity: 1000, restorePerSecond: 100 },
  ],
  meter,
  classify,
  tooLarge,
  roomy,
  notice,
  probe: {
    request: (settings) =>
      graphql({
        settings,
        operation: 'Probe',
        document: PROBE,
        variables: {},
        weight: object(object(), object(object())),
      }),
    says,
    scopes,
  },
  fromEnv,
  streams: [orders, customers, products, fulfillments, refunds, transactions, locations, inventory, payouts],
});

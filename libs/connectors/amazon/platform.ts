import { earlier, Failure, hours, minutes } from '#kernel';
import { definePlatform } from '#sync';
import { z } from 'zod';
import { AmazonCredentials, auth } from './auth.js';
import { LIMITS } from './limits.js';
import { classify, meter } from './replies.js';
import { AmazonSettings, AWS_REGIONS, type Region } from './settings.js';
import { inventory } from './streams/inventory.js';
import { orders } from './streams/orders.js';
import { settlements } from './streams/settlements.js';
import { transactions } from './streams/transactions.js';

const Participations = z.object({
  payload: z.array(
    z.object({
      marketplace: z.object({ id: z.string(), countryCode: z.string() }),
      participation: z.object({ isParticipating: z.boolean(), hasSuspendedListings: z.boolean() }),
    }),
  ),
});

/** Which marketplaces the seller is in; what the settings name beyond that would bring nothing. */
function says(body: unknown): string {
  const there = Participations.parse(body).payload.filter(
    ({ participation }) => participation.isParticipating,
  );
  const named = there.map(({ marketplace }) => `${marketplace.countryCode} ${marketplace.id}`);
  const suspended = there.filter(({ participation }) => participation.hasSuspendedListings);
  return [
    `sells in ${named.join(', ') || 'no marketplace of this region'}`,
    ...(suspended.length > 0
      ? [`listings suspended in ${suspended.map(({ marketplace }) => marketplace.countryCode).join(', ')}`]
      : []),
  ].join('; ');
}

const ENDPOINT = /^https:\/\/(?:sandbox\.)?sellingpartnerapi-(na|eu|fe)\.amazon\.com\/?$/;

/** The variables of the requirement documents. Keys of AWS are not among what is needed any more. */
function fromEnv(env: Readonly<Record<string, string | undefined>>): {
  name: string;
  settings: z.input<typeof AmazonSettings>;
  credentials: AmazonCredentials;
} | null {
  const { AMZ_REFRESH_TOKEN: refreshToken, AMZ_CLIENT_ID: clientId, AMZ_CLIENT_SECRET: clientSecret } = env;
  const marketplaceIds = env['AMZ_MARKETPLACE_IDS'];
  if (!refreshToken && !marketplaceIds) return null;
  const given = { AMZ_REFRESH_TOKEN: refreshToken, AMZ_CLIENT_ID: clientId, AMZ_CLIENT_SECRET: clientSecret };
  const missing = Object.entries({ ...given, AMZ_MARKETPLACE_IDS: marketplaceIds }).find(
    ([, value]) => !value,
  );
  if (!refreshToken || !clientId || !clientSecret || !marketplaceIds)
    throw new Failure(
      'config',
      `an Amazon connection needs ${missing?.[0] ?? 'more variables'}, which is not set`,
    );
  const region = regionOf(env);
  return {
    name: `amazon-${region}`,
    settings: { region, marketplaceIds },
    // An access token of AMZ_ACCESS_TOKEN would be an hour old at most: a new one is asked for.
    credentials: { clientId, clientSecret, refreshToken },
  };
}

function regionOf(env: Readonly<Record<string, string | undefined>>): Region {
  const endpoint = env['AMZ_ENDPOINT'];
  if (endpoint) {
    const region = ENDPOINT.exec(endpoint.trim())?.[1];
    if (region === undefined)
      throw new Failure(
        'config',
        'AMZ_ENDPOINT is none of Amazon’s: https://sellingpartnerapi-na, -eu or -fe.amazon.com; another server is set with: npx stratus connections add amazon --base-url',
      );
    return region as Region;
  }
  const named = env['AMZ_REGION'] ?? 'eu-west-1';
  const region = AWS_REGIONS[named];
  if (region === undefined)
    throw new Failure('config', `AMZ_REGION is ${Object.keys(AWS_REGIONS).join(', ')}, not ${named}`);
  return region;
}

export const amazon = definePlatform({
  name: 'amazon',
  title: 'Amazon',
  settings: AmazonSettings,
  credentials: AmazonCredentials,
  baseUrl: ({ region }) => `https://sellingpartnerapi-${region}.amazon.com`,
  hosts: [/^sellingpartnerapi-(?:na|eu|fe)\.amazon\.com$/, /^api\.amazon\.com$/],
  json: 'exact',
  auth: { ...auth, limits: [] },
  limits: LIMITS,
  meter,
  classify,
  probe: {
    request: () => ({
      path: '/sellers/v1/marketplaceParticipations',
      operation: 'getMarketplaceParticipations',
    }),
    says,
    // Roles are told nowhere: a call of each is made.
    also: ({ settings, now }) => {
      const window = { from: earlier(now, hours(1)), to: earlier(now, minutes(5)) };
      const first = { window, place: null, size: 1, settings };
      return [
        orders.request(first),
        inventory.request({ ...first, parent: { id: settings.marketplaceIds[0]! } }),
        settlements.each!.list!.request(first),
        transactions.request(first),
      ];
    },
  },
  fromEnv,
  streams: [orders, inventory, settlements, transactions],
});

import type { Account } from './account.js';
import { invalid, Parameters, served, type Answer } from './call.js';
import { offerOnWire } from './inventory.js';

const KNOWN = [
  'details',
  'granularityType',
  'granularityId',
  'startDateTime',
  'sellerSkus',
  'sellerSku',
  'nextToken',
  'marketplaceIds',
];
const TOKEN_LIFE_MS = 30_000;
const OLDEST_MS = 548 * 86_400_000;

export function getInventorySummaries(account: Account, query: string, nowMs: number): Answer {
  const given = Parameters.read(query, KNOWN);
  if (!(given instanceof Parameters)) return given;
  const marketplaces = given.list('marketplaceIds');
  const [marketplace] = marketplaces;
  if (given.text('granularityType') !== 'Marketplace') return invalid('granularityType must be Marketplace');
  if (marketplace === undefined || marketplaces.length > 1)
    return invalid('marketplaceIds must hold exactly one');
  if (given.text('granularityId') !== marketplace) return invalid('granularityId must be the marketplace');
  if (!account.store.marketplaces.some(({ id }) => id === marketplace))
    return invalid(`The seller does not sell in ${marketplace}`);
  const sinceMs = given.instantMs('startDateTime');
  if (sinceMs !== undefined && !(sinceMs >= nowMs - OLDEST_MS))
    return invalid('startDateTime must be within the last 18 months');

  const filters = given.without('nextToken');
  const token = given.text('nextToken');
  const at =
    token === undefined ? { at: '' } : account.pages.read('inventory', filters, token, nowMs, TOKEN_LIFE_MS);
  if (typeof at === 'string') return invalid(`Invalid nextToken: ${at}`, 'bad-token');

  const wanted = new Set([...given.list('sellerSkus'), ...given.list('sellerSku')]);
  const offers = account.hides('inventory') ? [] : account.store.offersIn(marketplace);
  const found = offers
    // With a date, which SKUs were asked for is not looked at.
    .filter((offer) =>
      sinceMs !== undefined ? (offer.updatedMs ?? 0) >= sinceMs : wanted.size === 0 || wanted.has(offer.sku),
    )
    .filter(({ sku }) => sku > at.at)
    .sort((a, b) => (a.sku < b.sku ? -1 : 1));
  const page = found.slice(0, account.pageSize);
  const last = page.at(-1);
  const details = given.text('details') === 'true';
  return served(
    {
      payload: {
        granularity: { granularityType: 'Marketplace', granularityId: marketplace },
        inventorySummaries: page.map((offer) =>
          account.leaving('inventory', offer.sku, offerOnWire(offer, details)),
        ),
      },
      ...(found.length > page.length && last
        ? { pagination: { nextToken: account.pages.issue('inventory', filters, last.sku, nowMs) } }
        : {}),
    },
    page.length,
  );
}

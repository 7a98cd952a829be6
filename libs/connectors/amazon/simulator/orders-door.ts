import type { Account } from './account.js';
import { invalid, Parameters, refused, served, type Answer } from './call.js';
import { orderOnWire, type AmazonOrder } from './orders.js';
import { instantOf } from './words.js';

const DATASETS = new Set([
  'BUYER',
  'RECIPIENT',
  'PROCEEDS',
  'EXPENSE',
  'PROMOTION',
  'CANCELLATION',
  'FULFILLMENT',
  'PACKAGES',
  'TAX',
  'PAYMENT',
  'FULFILLMENT_ORDERS',
]);
const KINDS = ['created', 'lastUpdated'] as const;
const KNOWN = [
  ...KINDS.flatMap((kind) => [`${kind}After`, `${kind}Before`]),
  'fulfillmentStatuses',
  'marketplaceIds',
  'fulfilledBy',
  'maxResultsPerPage',
  'paginationToken',
  'includedData',
];
const TOKEN_LIFE_MS = 24 * 3_600_000;

interface Span {
  readonly kind: (typeof KINDS)[number];
  readonly fromMs: number;
  readonly toMs: number;
}

/** Exactly one of the two clocks, both of its ends, and neither too young. */
function spanOf(given: Parameters, nowMs: number, settleMs: number): Span | string {
  const kinds = KINDS.filter((kind) => given.text(`${kind}After`) !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1)
    return 'Exactly one of createdAfter and lastUpdatedAfter is required';
  const other = KINDS.find((one) => one !== kind)!;
  if (given.text(`${other}Before`) !== undefined) return `${other}Before does not go with ${kind}After`;
  const fromMs = given.instantMs(`${kind}After`)!;
  const toMs = given.instantMs(`${kind}Before`) ?? nowMs - settleMs;
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) return 'Invalid timestamp';
  if (toMs > nowMs - settleMs)
    return `${kind}Before must be at least two minutes before the time of the request`;
  return fromMs > toMs ? `${kind}Before must not be before ${kind}After` : { kind, fromMs, toMs };
}

export function searchOrders(account: Account, query: string, nowMs: number): Answer {
  const given = Parameters.read(query, KNOWN);
  if (!(given instanceof Parameters)) return given;
  const span = spanOf(given, nowMs, account.settleMs);
  if (typeof span === 'string') return invalid(span);
  const included = given.list('includedData');
  const unknown = included.find((name) => !DATASETS.has(name));
  if (unknown !== undefined) return invalid(`Invalid includedData: ${unknown}`);
  const most = Number(given.text('maxResultsPerPage') ?? 100);
  if (!Number.isInteger(most) || most < 1 || most > 100) return invalid('maxResultsPerPage must be 1 to 100');

  const filters = given.without('paginationToken', 'maxResultsPerPage', 'includedData');
  const token = given.text('paginationToken');
  const at =
    token === undefined ? { at: '' } : account.pages.read('orders', filters, token, nowMs, TOKEN_LIFE_MS);
  if (typeof at === 'string') return invalid(`Invalid paginationToken: ${at}`, 'bad-token');

  const found = matching(account, given, span, nowMs).filter(({ id }) => id > at.at);
  const page = found.slice(0, most);
  const last = page.at(-1);
  const asked = { ...wireOf(account, nowMs), included: new Set(included) };
  return served(
    {
      orders: page.map((order) => account.leaving('orders', order.id, orderOnWire(order, asked))),
      ...(found.length > page.length && last
        ? { pagination: { nextToken: account.pages.issue('orders', filters, last.id, nowMs) } }
        : {}),
      [`${span.kind}Before`]: instantOf(span.toMs),
    },
    page.length,
  );
}

/** Amazon promises no order: here it is the ids', which says nothing of time. */
function matching(account: Account, given: Parameters, span: Span, nowMs: number): AmazonOrder[] {
  if (account.hides('orders')) return [];
  const [home] = account.store.marketplaces;
  const marketplaces = given.list('marketplaceIds');
  if (marketplaces.length > 0 && !marketplaces.includes(home.id)) return [];
  const statuses = given.list('fulfillmentStatuses');
  return [...account.store.orders.values()]
    .filter((order) => {
      const ms = span.kind === 'created' ? order.sale.placedMs : order.updatedMs(nowMs);
      return (
        ms >= span.fromMs &&
        ms <= span.toMs &&
        (statuses.length === 0 || statuses.includes(order.status(nowMs)))
      );
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

const wireOf = (account: Account, nowMs: number) => ({
  currency: account.store.trade.currency,
  marketplace: account.store.marketplaces[0],
  nowMs,
});

export function getOrder(account: Account, id: string, query: string, nowMs: number): Answer {
  const given = Parameters.read(query, ['includedData']);
  if (!(given instanceof Parameters)) return given;
  const order = account.store.orders.get(id);
  if (!order) return refused(404, 'not-found', 'The requested order was not found.');
  const included = new Set(given.list('includedData'));
  const wire = orderOnWire(order, { ...wireOf(account, nowMs), included });
  return served({ order: account.leaving('orders', id, wire) }, 1);
}

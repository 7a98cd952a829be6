import type { Account } from './account.js';
import { invalid, Parameters, served, type Answer } from './call.js';
import { statusOf, transactionOnWire, withNumbers } from './transactions.js';

const KNOWN = [
  'postedAfter',
  'postedBefore',
  'marketplaceId',
  'transactionStatus',
  'relatedIdentifierName',
  'relatedIdentifierValue',
  'nextToken',
];
/** A longer span is not refused: it holds nothing. */
const LONGEST_MS = 180 * 86_400_000;
const FILTERABLE = ['FINANCIAL_EVENT_GROUP_ID', 'ORDER_ID'];
const TOKEN_LIFE_MS = 24 * 3_600_000;

export function listTransactions(account: Account, query: string, nowMs: number): Answer {
  const given = Parameters.read(query, KNOWN);
  if (!(given instanceof Parameters)) return given;
  const name = given.text('relatedIdentifierName');
  if (name !== undefined && !FILTERABLE.includes(name))
    return invalid('relatedIdentifierName cannot be filtered by');
  const fromMs =
    given.instantMs('postedAfter') ?? (name === undefined ? undefined : Number.NEGATIVE_INFINITY);
  const toMs = given.instantMs('postedBefore') ?? nowMs - account.settleMs;
  if (fromMs === undefined) return invalid('postedAfter is required');
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) return invalid('Invalid timestamp');
  if (fromMs >= nowMs - account.settleMs || toMs > nowMs - account.settleMs)
    return invalid(
      'postedAfter and postedBefore must be more than two minutes before the time of the request',
    );
  if (toMs <= fromMs) return invalid('postedBefore must be later than postedAfter');

  const filters = given.without('nextToken');
  const token = given.text('nextToken');
  const at =
    token === undefined ? { at: '0' } : account.pages.read('finances', filters, token, nowMs, TOKEN_LIFE_MS);
  if (typeof at === 'string') return invalid(`Invalid nextToken: ${at}`, 'bad-token');

  const found = toMs - fromMs > LONGEST_MS ? [] : matching(account, given, { fromMs, toMs, nowMs });
  // Between two pages stands an empty one, as Amazon's do now and then: `12 empty`.
  const [begins, isEmpty] = [parseInt(at.at, 10), at.at.endsWith('empty')];
  const ends = isEmpty ? begins : begins + account.pageSize;
  const page = found.slice(begins, ends);
  const next = found.length > ends ? `${ends}${isEmpty ? '' : ' empty'}` : null;
  const [marketplace] = account.store.marketplaces;
  const asked = { currency: account.store.trade.currency, marketplace, seller: account.seller, nowMs };
  const answer = served({}, page.length);
  return {
    ...answer,
    body: withNumbers({
      payload: {
        ...(next === null ? {} : { nextToken: account.pages.issue('finances', filters, next, nowMs) }),
        transactions: page.map((one) =>
          account.leaving('transactions', one.id, transactionOnWire(one, asked)),
        ),
      },
    }),
  };
}

/** Told already, and posted from the first instant up to but not on the last. */
function matching(
  account: Account,
  given: Parameters,
  { fromMs, toMs, nowMs }: { fromMs: number; toMs: number; nowMs: number },
) {
  if (account.hides('transactions')) return [];
  const status = given.text('transactionStatus');
  const [name, value] = [given.text('relatedIdentifierName'), given.text('relatedIdentifierValue')];
  return account.store.transactions.filter(
    (one) =>
      one.toldMs <= nowMs &&
      one.postedMs >= fromMs &&
      one.postedMs < toMs &&
      (status === undefined || statusOf(one, nowMs) === status) &&
      (name === undefined || one.ids[name] === value),
  );
}

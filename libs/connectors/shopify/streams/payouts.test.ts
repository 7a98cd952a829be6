import type { Json } from '#kernel';
import { BALANCE_TRANSACTIONS } from '../payments.js';
import { fixture } from '../testing/fixture.js';
import { payouts } from './payouts.js';

const settings = { shop: 'demo', apiVersion: '2026-10' };
const beside = payouts.beside!;
const wire = payouts.records(payouts.body.parse(fixture('payouts')));
const parts = () => beside.body.parse(fixture('balance-transactions'));
const whole = () => beside.merge(wire, parts()).map((one) => payouts.schema.parse(one));
type Wire = Record<string, { amount?: Json }>;

/** The first payout with something changed in one of its transactions. */
function spoilt(change: (transaction: Wire) => object): string | null | undefined {
  const [first] = beside.merge(wire, parts()) as { transactions: Wire[] }[];
  const [charge, ...others] = first!.transactions;
  return payouts.proof?.(payouts.schema.parse({ ...first, transactions: [change(charge!), ...others] }));
}

describe('a payout', () => {
  it('fills every column, and its transactions theirs', () => {
    const [first] = whole();
    expect(payouts.key(first)).toBe('60000020000');
    expect(payouts.map(first)).toEqual({
      payoutId: '60000020000',
      status: 'PAID',
      transactionType: 'DEPOSIT',
      issuedAt: new Date('2026-11-18T06:00:00Z'),
      net: '97.49',
      currency: 'GBP',
      chargesGross: '120.4',
      chargesFee: '2.01',
      refundsGross: '-20.0',
      refundsFee: '0.0',
      adjustmentsGross: '-0.9',
      adjustmentsFee: '0.0',
      reservedFundsGross: '0.0',
      reservedFundsFee: '0.0',
      retriedPayoutsGross: '0.0',
      retriedPayoutsFee: '0.0',
      advancesGross: '0.0',
      advancesFee: '0.0',
      externalTraceId: 'TRACE1',
      transactionCount: 3,
    });
    const [charge, , label] = payouts.children[0]!.rows(first);
    expect(charge).toEqual({
      key: '31000000001',
      row: {
        transactionId: '31000000001',
        payoutId: '60000020000',
        type: 'CHARGE',
        amount: '120.4',
        fee: '2.01',
        net: '118.39',
        currency: 'GBP',
        orderId: '6100000000001',
        orderName: '#1001',
        orderTransactionId: '9007199254740993',
        originType: 'CHARGE',
        originId: '9007199254740993',
        adjustmentReason: null,
        test: false,
        transactionDate: new Date('2026-11-13T10:00:00Z'),
      },
    });
    expect(label?.row).toMatchObject({
      orderId: null,
      orderTransactionId: null,
      originId: '55',
      adjustmentReason: 'shipping label bought',
    });
  });

  it('is made of its own transactions, of no other payout’s and of none that waits for one', () => {
    expect(whole().map((one) => payouts.children[0]!.rows(one).map(({ key }) => key))).toEqual([
      ['31000000001', '31000000002', '31000000003'],
      ['31000000004'],
      [],
    ]);
  });

  it('adds up, a withdrawal the other way round', () => {
    expect(whole().map((one) => payouts.proof!(one))).toEqual([null, null, null]);
  });

  it.each([
    [
      'a penny less',
      { net: { amount: '118.38', currencyCode: 'GBP' } },
      'payout 60000020000 is 97.49 GBP, its 3 transactions make 97.48',
    ],
    [
      'money of another kind',
      { net: { amount: '118.39', currencyCode: 'EUR' } },
      'payout 60000020000 is in GBP, of its transactions 31000000001 is not',
    ],
  ])('of %s does not', (_, change, why) => {
    expect(spoilt((charge) => ({ ...charge, ...change }))).toBe(why);
  });

  it('whose transactions were not served does not either', () => {
    expect(payouts.proof!(payouts.schema.parse(wire[0]))).toContain('its 0 transactions make 0');
  });
});

describe('the transactions of a page of payouts', () => {
  const asked = (records: readonly unknown[], place: Json | null = null) =>
    beside.request({ records, place, settings })?.json;

  it('are asked for by the payouts’ ids, without the transfers that would make every sum nothing', () => {
    expect(asked(wire)).toEqual({
      query: BALANCE_TRANSACTIONS,
      variables: {
        first: 60,
        after: null,
        query:
          'payments_transfer_id:60000020000 OR payments_transfer_id:60000020001 OR payments_transfer_id:9123372036854775807',
      },
    });
    expect(BALANCE_TRANSACTIONS).toContain('hideTransfers: true');
    expect(asked(['no payout'])).toBeUndefined();
  });

  it('are walked by id, begun anew before the walk gets too deep, and none is counted twice', () => {
    const next = (seen: number) =>
      beside.next({
        body: { ...(parts() as object), pageInfo: { hasNextPage: true, endCursor: 'c' } },
        records: wire,
        place: { after: 'b', seen },
      });
    expect(next(100)).toEqual({ after: 'c', seen: 105 });
    const anew = next(24_900);
    expect(anew).toEqual({ from: '31000000005', seen: 0 });
    expect(asked(wire.slice(0, 1), anew)).toMatchObject({
      variables: { after: null, query: '(payments_transfer_id:60000020000) AND id:>=31000000005' },
    });
    const twice = beside.merge(beside.merge(wire, parts()), parts());
    expect(payouts.children[0]!.rows(payouts.schema.parse(twice[0]))).toHaveLength(3);
  });

  it('are none in a shop that has no account with Shopify Payments', () => {
    const none = beside.body.parse(fixture('balance-transactions-none'));
    expect(beside.merge(wire, none)).toEqual(wire);
    expect(beside.next({ body: none, records: wire, place: null })).toBeNull();
  });
});

describe('the list of payouts', () => {
  it('asks for its window by the instant of issue', () => {
    const window = { from: new Date('2026-11-01T00:00:00.500Z'), to: new Date('2026-11-21T10:00:00Z') };
    expect(payouts.request({ window, place: null, size: 10, settings }).json).toMatchObject({
      variables: { query: "issued_at:>='2026-11-01T00:00:00Z' AND issued_at:<='2026-11-21T10:00:00Z'" },
    });
  });

  it('begins anew at the last payout’s instant before it gets too deep', () => {
    const body = payouts.body.parse({
      data: {
        shopifyPaymentsAccount: {
          payouts: {
            ...(fixture('payouts') as { data: { shopifyPaymentsAccount: { payouts: object } } }).data
              .shopifyPaymentsAccount.payouts,
            pageInfo: { hasNextPage: true, endCursor: 'c' },
          },
        },
      },
    });
    expect(payouts.next({ body, place: { after: 'b', seen: 24_990 }, size: 10 })).toEqual({
      since: '2026-11-20T06:00:00Z',
      seen: 0,
    });
  });
});

import { fixture } from '../testing/fixture.js';
import { rowsOf } from '../testing/rows.js';
import { transactions } from './transactions.js';

const read = (name: string) => rowsOf(transactions, fixture(name));

describe('a payment', () => {
  it('names the one it follows, and its order', () => {
    expect(
      read('transactions').map(({ key, row }) => [
        key,
        row['kind'],
        row['parentTransactionId'],
        row['orderId'],
      ]),
    ).toEqual([
      ['7100000000001', 'AUTHORIZATION', null, '#1001'],
      ['7100000000002', 'CAPTURE', '7100000000001', '#1001'],
      ['7100000000009', 'REFUND', '7100000000002', '#1001'],
    ]);
  });

  it('adds its fees up, each kept beside', () => {
    const [hold, capture] = read('transactions');
    expect(capture!.row).toMatchObject({ amount: '53.99', fee: '1.82', feeTax: '0.36', feeCurrency: 'GBP' });
    expect(capture!.row['fees']).toEqual([
      { type: 'processing_fee', rate: '0.015', amount: '1.01', tax: '0.2', currency: 'GBP' },
      { type: 'currency_conversion_fee', rate: '0.015', amount: '0.81', tax: '0.16', currency: 'GBP' },
    ]);
    expect(hold!.row).toMatchObject({ fee: null, feeTax: null, feeCurrency: null, fees: [] });
  });

  it('whose fees are in two currencies is kept aside: they have no sum', () => {
    const [capture] = transactions
      .records(transactions.body.parse(fixture('transactions')))
      .filter((one) => (one as { kind: string }).kind === 'CAPTURE');
    const { fees } = capture as { fees: { amount: object }[] };
    const [first, second] = fees;
    const mixed = [first, { ...second, amount: { amount: '1.0', currencyCode: 'EUR' } }];
    expect(transactions.schema.safeParse({ ...(capture as object), fees: mixed }).error?.message).toContain(
      'fees in several currencies',
    );
  });

  it('is in both currencies', () => {
    expect(read('transactions')[2]!.row).toMatchObject({
      amount: '23.5',
      currency: 'GBP',
      presentmentAmount: '27.9',
      presentmentCurrency: 'EUR',
    });
  });

  it('that failed or is pending may lack a gateway, an id and the instant it was processed at', () => {
    const [failed, pending] = read('transactions-pending');
    expect(failed!.row).toMatchObject({
      status: 'FAILURE',
      errorCode: 'CARD_DECLINED',
      paymentId: null,
      test: true,
    });
    expect(pending!.row).toMatchObject({ status: 'PENDING', gateway: null, processedAt: null });
  });
});

import { Failure, sum, type Decimal } from '#kernel';
import { amazon } from '../platform.js';
import { report } from '../testing/fixture.js';
import { rowsOf } from '../testing/rows.js';
import { settlements } from './settlements.js';

const PARENT = { id: '50001', document: 'amzn1.spdoc.1.4.na/x', createdAt: '2026-10-20T12:00:00Z' };
const read = (name: string) => rowsOf(settlements, settlements.download!.parse(report(name), PARENT))[0]!;

/** The same fourteen lines, spelled by three marketplaces. */
const SAME = ['settlement-us', 'settlement-de', 'settlement-sg'];

describe('a settlement', () => {
  it.each(SAME)('adds up to its deposit, in four sums that each line counts in: %s', (name) => {
    const { row, cursor, children } = read(name);
    expect(cursor).toEqual(new Date('2026-10-20T12:00:00Z'));
    expect(row).toMatchObject({
      periodStart: new Date('2026-10-06T08:52:26Z'),
      periodEnd: new Date('2026-10-20T08:52:26Z'),
      depositDate: new Date('2026-10-22T08:52:26Z'),
      gross: '1052',
      fees: '-78.43',
      refunds: '-15.3',
      other: '36.72',
      net: '994.99',
      lineCount: 14,
    });
    const lines = children['settlement_lines']!;
    expect(sum(lines.map(({ row: line }) => line['amount'] as Decimal))).toBe('994.99');
    for (const kind of ['gross', 'fees', 'refunds', 'other'])
      expect(
        sum(lines.flatMap(({ row: line }) => (line['countsAs'] === kind ? [line['amount'] as Decimal] : []))),
      ).toBe(row[kind]);
  });

  it('keeps every line, two that are alike to the last letter as well', () => {
    const lines = read('settlement-us').children['settlement_lines']!;
    expect(new Set(lines.map(({ key }) => key)).size).toBe(14);
    const [one, twin] = lines.filter(({ row }) => row['type'] === 'ServiceFee');
    expect({ ...twin!.row, lineNumber: 0 }).toEqual({ ...one!.row, lineNumber: 0 });
    expect(read('settlement-us')).toEqual(read('settlement-us'));
  });

  it('says of a line whose it is, which fee and when', () => {
    const lines = read('settlement-de').children['settlement_lines']!.map(({ row }) => row);
    expect(lines[0]).toMatchObject({
      settlementId: '25829000002',
      lineNumber: 1,
      orderId: '203-1111111-0000001',
      type: 'Order',
      amount: '1052.00',
      currency: 'EUR',
      feeType: null,
      orderItemCode: '10000000000001',
      sku: 'MUG "1',
      quantityPurchased: 2,
      fulfillmentId: 'AFN',
      postedDate: new Date('2026-10-09T10:00:00Z'),
      postedOn: '2026-10-09',
      promotionId: null,
    });
    expect(lines.filter((line) => line['feeType'] !== null).map((line) => line['feeType'])).toEqual([
      'Commission',
      'FBAPerUnitFulfillmentFee',
      'Commission',
      'TransactionTotalAmount',
      'TransactionTotalAmount',
      'Subscription Fee',
    ]);
  });

  it('may be in a currency without cents, in a zone of its own', () => {
    const { row, children } = read('settlement-jp');
    expect(row).toMatchObject({
      net: '1234',
      gross: '2000',
      fees: '-766',
      periodStart: new Date('2026-10-05T23:52:26Z'),
    });
    expect(children['settlement_lines']![1]!.row).toMatchObject({
      postedDate: new Date('2026-10-07T00:00:00Z'),
      postedOn: '2026-10-07',
    });
  });

  it('is refused whole where a line of it is missing', () => {
    expect(() => read('settlement-short')).toThrow(Failure);
    expect(() => read('settlement-short')).toThrow(
      /settlement 25829000004 does not add up: its 13 lines come to 998.98, its total is 994.99/,
    );
  });
});

describe('the list of settlements', () => {
  const list = settlements.each!.list!;
  const settings = amazon.settings.parse({ region: 'eu', marketplaceIds: 'A1F83G8C2ARO7P' });
  const window = { from: new Date('2026-08-24T10:00:00Z'), to: new Date('2026-11-21T10:00:00Z') };

  it('is asked for what is done; beside a token nothing is said', () => {
    expect(list.request({ window, place: null, settings }).query).toEqual({
      reportTypes: 'GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2',
      processingStatuses: 'DONE',
      pageSize: 100,
      createdSince: '2026-08-24T10:00:00.000Z',
      createdUntil: '2026-11-21T10:00:00.000Z',
    });
    expect(list.request({ window, place: { token: 'a+b' }, settings }).query).toEqual({ nextToken: 'a+b' });
  });

  it('names each document, whose address is asked for on its own', () => {
    const body = list.body.parse({
      reports: [
        {
          reportId: '50001',
          reportDocumentId: PARENT.document,
          createdTime: PARENT.createdAt,
          processingStatus: 'DONE',
        },
      ],
    });
    expect(list.parents(body)).toEqual([PARENT]);
    expect(settlements.request({ window, parent: PARENT, place: null, size: 1, settings })).toEqual({
      path: '/reports/2021-06-30/documents/amzn1.spdoc.1.4.na%2Fx',
      operation: 'getReportDocument',
    });
  });

  it.each([
    ['https://tortuga-prod-eu.s3-eu-west-1.amazonaws.com/x?X-Amz-Expires=300', 'GZIP', true],
    ['https://tortuga-prod-na.s3-external-1.amazonaws.com/x', undefined, false],
    ['https://d34o8swod1owfl.cloudfront.net/x.txt', undefined, false],
  ])('downloads from Amazon’s own storage: %s', (url, compressionAlgorithm, gzip) => {
    const { reply, address, hosts } = settlements.download!;
    expect(address(reply.parse({ reportDocumentId: 'x', url, compressionAlgorithm }))).toEqual({ url, gzip });
    expect(hosts.some((host) => host.test(new URL(url).hostname))).toBe(true);
  });

  it('downloads from nowhere else', () => {
    for (const host of ['amazonaws.com', 'x.ec2.amazonaws.com', 'a.s3.amazonaws.com.evil.test', 'evil.test'])
      expect(settlements.download!.hosts.some((known) => known.test(host))).toBe(false);
  });
});

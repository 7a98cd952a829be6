import type { CallSpec } from '#sync';
import { amazon } from '../platform.js';
import { inventory } from '../streams/inventory.js';
import { orders } from '../streams/orders.js';
import { settlements } from '../streams/settlements.js';
import { transactions } from '../streams/transactions.js';
import { BESIDE, HOME, NOW, readAll, settings, stage, type Stage } from '../testing/stage.js';

const minutesAgo = (n: number): string => new Date(NOW.getTime() - n * 60_000).toISOString();
const daysAgo = (n: number): string => minutesAgo(n * 1440);
const since = (from: string, to = minutesAgo(3)) => ({ from: new Date(from), to: new Date(to) });

interface Entry {
  readonly transactionId: string;
  readonly transactionStatus: string;
  readonly totalAmount: object;
}

let at: Stage;
beforeEach(() => {
  at = stage();
});

const search = (query: CallSpec['query']): Promise<{ status: number; body: unknown }> =>
  at.ask({ path: '/orders/2026-01-01/orders', query: query!, operation: 'searchOrders' });
const ledger = (query: CallSpec['query']): ReturnType<Stage['ask']> =>
  at.ask({ path: '/finances/2024-06-19/transactions', query: query!, operation: 'listTransactions' });
const reports = (query: CallSpec['query']): ReturnType<Stage['ask']> =>
  at.ask({ path: '/reports/2021-06-30/reports', query: query!, operation: 'getReports' });

describe('orders', () => {
  it.each([
    ['neither clock', {}],
    ['both clocks', { createdAfter: daysAgo(2), lastUpdatedAfter: daysAgo(2) }],
    ['the ends of two clocks', { createdAfter: daysAgo(2), lastUpdatedBefore: daysAgo(1) }],
    ['an end of the last two minutes', { lastUpdatedAfter: daysAgo(2), lastUpdatedBefore: minutesAgo(1) }],
    ['an end before its beginning', { lastUpdatedAfter: daysAgo(1), lastUpdatedBefore: daysAgo(2) }],
    ['a day without a time', { createdAfter: '2026-11-01' }],
    ['an unknown dataset', { createdAfter: daysAgo(2), includedData: 'EVERYTHING' }],
    ['an unknown parameter', { createdAfter: daysAgo(2), orderIds: '1' }],
    ['more than a page holds', { createdAfter: daysAgo(2), maxResultsPerPage: 101 }],
    ['an empty token', { createdAfter: daysAgo(2), paginationToken: '' }],
  ])('are refused by %s', async (_, query) => {
    expect(await search(query)).toMatchObject({ status: 400, body: { errors: [{ code: 'InvalidInput' }] } });
  });

  it('bear no status and no money unless they are asked for', async () => {
    const { body } = await search({ createdAfter: daysAgo(20), maxResultsPerPage: 1 });
    const [bare] = (body as { orders: Record<string, unknown>[] }).orders;
    expect(Object.keys(bare!).sort()).toEqual([
      'createdTime',
      'lastUpdatedTime',
      'orderId',
      'orderItems',
      'programs',
      'salesChannel',
    ]);
  });

  it('are all served page by page, and a page’s token is good for its filters and a day alone', async () => {
    const { records, pages } = await readAll(at, orders, { ...since(daysAgo(90)), size: 7 });
    expect(records).toHaveLength(at.simulator.truth().streams['amazon.orders']!.records);
    expect(pages).toBe(Math.ceil(records.length / 7));
    // The last page is full, and says all the same that it is the last.
    const full = await readAll(at, orders, { ...since(daysAgo(90)), size: records.length / 4 });
    expect([full.records.length, full.pages]).toEqual([records.length, 4]);

    const filters = { createdAfter: daysAgo(60), createdBefore: minutesAgo(3), maxResultsPerPage: 7 };
    const first = (await search(filters)).body as { pagination: { nextToken: string } };
    const paginationToken = first.pagination.nextToken;
    expect(
      await search({ ...filters, maxResultsPerPage: 3, includedData: 'PROCEEDS', paginationToken }),
    ).toMatchObject({
      status: 200,
    });
    expect(await search({ ...filters, createdAfter: daysAgo(59), paginationToken })).toMatchObject({
      status: 400,
    });
    at.clock.now = new Date(NOW.getTime() + 25 * 3_600_000);
    await at.renew();
    expect(await search({ ...filters, paginationToken })).toMatchObject({ status: 400 });
  });

  it('gain their price half an hour after they were placed, and change by that', async () => {
    at.simulator.edit('demo', { op: 'add', count: 1 });
    at.clock.now = new Date(NOW.getTime() + 5 * 60_000);
    const window = (): { from: Date; to: Date } => ({
      from: new Date(NOW.getTime() - 1000),
      to: new Date(at.clock.now.getTime() - 3 * 60_000),
    });
    expect((await readAll(at, orders, window())).records).toMatchObject([
      { fulfillment: { fulfillmentStatus: 'PENDING' }, lastUpdatedTime: NOW },
    ]);
    expect((await readAll(at, orders, window())).records[0]).not.toHaveProperty('proceeds');
    at.clock.now = new Date(NOW.getTime() + 40 * 60_000);
    expect((await readAll(at, orders, window())).records).toMatchObject([
      {
        fulfillment: { fulfillmentStatus: 'UNSHIPPED' },
        proceeds: { grandTotal: { currencyCode: 'GBP' } },
        lastUpdatedTime: new Date(NOW.getTime() + 30 * 60_000),
      },
    ]);
  });
});

describe('the inventory', () => {
  const parentOf = (id: string) => ({ ...since(daysAgo(1)), parent: { id } });

  it('shows the same units in both marketplaces', async () => {
    at.turn({ pageSize: 5 });
    const home = await readAll(at, inventory, parentOf(HOME));
    const beside = await readAll(at, inventory, parentOf(BESIDE));
    expect(home.records).toHaveLength(at.simulator.truth().streams['amazon.inventory']!.records);
    expect(home.pages).toBeGreaterThan(3);
    expect(beside.records.length).toBeGreaterThan(3);
    const skus = (records: unknown[]): string[] =>
      records.map((one) => (one as { sellerSku: string }).sellerSku);
    expect(skus(home.records)).toEqual(expect.arrayContaining(skus(beside.records)));
    expect(new Set([...home.records, ...beside.records].map((one) => inventory.key(one))).size).toBe(
      home.records.length + beside.records.length,
    );
  });

  it('takes a token for thirty seconds, with the very same words', async () => {
    at.turn({ pageSize: 5 });
    const page = {
      ...since(daysAgo(1)),
      window: since(daysAgo(1)),
      size: 50,
      parent: { id: HOME },
      settings,
    };
    const { body } = await at.ask(inventory.request({ ...page, place: null }));
    const { nextToken } = (body as { pagination: { nextToken: string } }).pagination;
    const next = inventory.request({ ...page, place: { token: nextToken } });
    expect((await at.ask(next)).status).toBe(200);
    expect(
      (await at.ask({ ...next, query: { ...next.query, granularityId: BESIDE, marketplaceIds: BESIDE } }))
        .status,
    ).toBe(400);
    at.clock.now = new Date(NOW.getTime() + 31_000);
    const late = await at.ask(next);
    expect(late.status).toBe(400);
    expect(amazon.classify(late, NOW)).toMatchObject({ name: 'Failure', kind: 'transient' });
  });

  it.each([
    { granularityType: 'Marketplace', granularityId: HOME, marketplaceIds: `${HOME},${BESIDE}` },
    { granularityType: 'Marketplace', granularityId: HOME, marketplaceIds: BESIDE },
    { granularityId: HOME, marketplaceIds: HOME },
    {
      granularityType: 'Marketplace',
      granularityId: HOME,
      marketplaceIds: HOME,
      startDateTime: daysAgo(600),
    },
  ])('is refused by %j', async (query) => {
    expect(
      (await at.ask({ path: '/fba/inventory/v1/summaries', query, operation: 'getInventorySummaries' }))
        .status,
    ).toBe(400);
  });
});

describe('the books', () => {
  it('hold all that was told, over empty pages', async () => {
    at.turn({ pageSize: 4 });
    const { records, pages } = await readAll(at, transactions, since(daysAgo(100)));
    expect(records).toHaveLength(at.simulator.truth().streams['amazon.transactions']!.records);
    expect(pages).toBeGreaterThan(records.length / 4 + 2);
  });

  it('are silently empty for more than 180 days', async () => {
    const body = (await ledger({ postedAfter: daysAgo(200) })).body as {
      payload: { transactions: unknown[] };
    };
    expect(body.payload.transactions).toEqual([]);
  });

  it('tell some entries late, under their own date', async () => {
    let late = 0;
    for (let day = 4; day < 40; day += 2) {
      const window = { from: new Date(daysAgo(day + 2)), to: new Date(daysAgo(day)) };
      const readAt = async (now: string): Promise<number> => {
        at.clock.now = new Date(now);
        await at.renew();
        return (await readAll(at, transactions, window)).records.length;
      };
      late -= await readAt(daysAgo(day - 0.01));
      late += await readAt(daysAgo(0));
    }
    expect(late).toBeGreaterThan(0);
  });

  it('release deferred money: under its first date, and as an entry of its own', async () => {
    const readAt = async (now: Date): Promise<Map<string, Entry>> => {
      at.clock.now = now;
      await at.renew();
      const window = { from: new Date(daysAgo(60)), to: new Date(now.getTime() - 180_000) };
      const { records } = await readAll(at, transactions, window);
      return new Map((records as Entry[]).map((one) => [one.transactionId, one]));
    };
    const was = await readAt(new Date(daysAgo(20)));
    const is = await readAt(NOW);
    const released = [...was.values()].filter(({ transactionStatus }) => transactionStatus === 'DEFERRED');
    expect(released.length).toBeGreaterThan(0);
    for (const { transactionId, totalAmount } of released) {
      expect(is.get(transactionId)!.transactionStatus).toBe('DEFERRED_RELEASED');
      expect(is.get(`${transactionId}/released`)).toMatchObject({
        transactionStatus: 'RELEASED',
        totalAmount,
      });
    }
  });

  it.each([
    {},
    { postedAfter: minutesAgo(1) },
    { postedAfter: daysAgo(2), postedBefore: minutesAgo(1) },
    { postedAfter: daysAgo(2), relatedIdentifierName: 'SETTLEMENT_ID' },
  ])('are refused by %j', async (query) => {
    expect((await ledger(query)).status).toBe(400);
  });
});

describe('reports', () => {
  const TYPE = 'GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2';

  it('take a token alone, and go back ninety days', async () => {
    const first = await reports({ reportTypes: TYPE, pageSize: 1 });
    const { nextToken } = first.body as { nextToken: string };
    expect((await reports({ nextToken })).status).toBe(200);
    expect((await reports({ nextToken, pageSize: 1 })).status).toBe(400);
    expect((await reports({ reportTypes: TYPE, createdSince: daysAgo(91) })).status).toBe(400);
    expect((await reports({})).status).toBe(400);
  });

  it('of settlements cannot be requested: that is always too much', async () => {
    const spec = { method: 'POST', path: '/reports/2021-06-30/reports', operation: 'createReport' } as const;
    expect(await at.ask({ ...spec, json: { reportType: TYPE } })).toMatchObject({
      status: 429,
      body: { errors: [{ code: 'QuotaExceeded' }] },
    });
    expect((await at.ask({ ...spec, json: { reportType: 'GET_ANOTHER' } })).status).toBe(400);
  });

  it('lie behind an address of five minutes, whose storage refuses in XML', async () => {
    const list = settlements.each!.list!;
    const listed = list.body.parse(
      (await at.ask(list.request({ window: since(daysAgo(80), NOW.toISOString()), place: null, settings })))
        .body,
    );
    const parents = list.parents(listed);
    expect(parents.length).toBeGreaterThan(1);
    const read = new Set<string>();
    for (const parent of parents) {
      const reply = await at.ask(
        settlements.request({ window: since(daysAgo(1)), parent, place: null, size: 1, settings }),
      );
      const { address, reply: shape, parse } = settlements.download!;
      const { url } = address(shape.parse(reply.body));
      const { text } = await at.fetchFile(url);
      for (const one of settlements.records(settlements.body.parse(parse(text, parent))))
        read.add(settlements.key(settlements.schema.parse(one)));
    }
    expect(read.size).toBe(at.simulator.truth().streams['amazon.settlements']!.records);

    const spec = settlements.request({
      window: since(daysAgo(1)),
      parent: parents[0]!,
      place: null,
      size: 1,
      settings,
    });
    const { url } = (await at.ask(spec)).body as { url: string };
    expect((await at.fetchFile(url.replace(/Signature=../, 'Signature=00'))).status).toBe(403);
    at.clock.now = new Date(NOW.getTime() + 6 * 60_000);
    expect(await at.fetchFile(url)).toMatchObject({
      status: 403,
      text: expect.stringContaining('<Code>AccessDenied</Code>') as string,
    });
  });
});

describe('the doors', () => {
  it('open with a token of this hour alone, and say 403 where it is over', async () => {
    const spec = amazon.probe.request(settings);
    expect((await at.ask(spec)).status).toBe(200);
    at.turn({ tokens: 'expire' });
    expect(await at.ask(spec)).toMatchObject({
      status: 403,
      body: { errors: [{ details: 'The access token you provided has expired.' }] },
    });
    expect((await at.send(spec, {})).body).toMatchObject({
      errors: [{ code: 'MissingAuthenticationToken' }],
    });
    at.turn({ tokens: 'revoke' });
    expect(await at.grant()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    at.turn({ tokens: 'restore' });
    expect(await at.grant({ clientSecret: 'old' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_client' },
    });
  });

  it('count calls per operation, and tell the rate of each but not with a refusal', async () => {
    at.turn({ limits: 'plan' });
    const query = { createdAfter: daysAgo(2), createdBefore: daysAgo(1) };
    for (let i = 0; i < 20; i++) expect((await search(query)).status).toBe(200);
    const refused = await at.ask({ path: '/orders/2026-01-01/orders', query, operation: 'searchOrders' });
    expect(refused).toMatchObject({ status: 429, body: { errors: [{ code: 'QuotaExceeded' }] } });
    expect(refused.headers['x-amzn-ratelimit-limit']).toBeUndefined();
    const other = await at.ask(amazon.probe.request(settings));
    expect(other).toMatchObject({ status: 200, headers: { 'x-amzn-ratelimit-limit': '0.016' } });
    at.clock.now = new Date(NOW.getTime() + 179_000);
    expect((await search(query)).status).toBe(200);
    expect((await search(query)).status).toBe(429);
  });

  it('refuse an operation whose role the app lacks, and know no reads of before', async () => {
    at.turn({ denied: ['listTransactions'] });
    const reply = await ledger({ postedAfter: daysAgo(2) });
    expect(reply.status).toBe(403);
    expect(amazon.classify(reply, NOW)).toMatchObject({ kind: 'refused' });
    expect((await at.ask({ path: '/orders/v0/orders', operation: 'getOrders' })).status).toBe(404);
  });
});

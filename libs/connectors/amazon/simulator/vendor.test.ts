import { readFileSync } from 'node:fs';
import type { CallSpec } from '#sync';
import { describeWith, sharedFile } from '../../../../tests/shared.js';
import { amazon } from '../platform.js';
import { fixture } from '../testing/fixture.js';
import { wrongIn, wrongInRequest, type Model } from '../testing/model.js';
import { HOME, settings, stage } from '../testing/stage.js';

const SPECS = 'specs/amazon';

const model = (file: string): Model =>
  JSON.parse(readFileSync(sharedFile(`${SPECS}/${file}`)!, 'utf8')) as Model;

const page = {
  window: { from: new Date('2026-11-10T00:00:00Z'), to: new Date('2026-11-16T00:00:00Z') },
  parent: { id: HOME, document: 'amzn1.spdoc.1.4.x', createdAt: '' },
  size: 10,
  settings,
};
const stream = (name: string) => amazon.streams.find((one) => one.name === `amazon.${name}`)!;
const reports = stream('settlements').each!.list!;

/** Every call the connector makes, with the vendor's model of it. */
const CALLS: readonly (readonly [
  operation: string,
  file: string,
  path: string,
  spec: CallSpec,
  more: CallSpec,
])[] = [
  ...(
    [
      ['searchOrders', 'orders_2026-01-01.json', '/orders/2026-01-01/orders', 'orders'],
      ['getInventorySummaries', 'fbaInventory.json', '/fba/inventory/v1/summaries', 'inventory'],
      ['listTransactions', 'finances_2024-06-19.json', '/finances/2024-06-19/transactions', 'transactions'],
    ] as const
  ).map(([operation, file, path, name]) => {
    const ask = (place: { token: string } | null): CallSpec => stream(name).request({ ...page, place });
    return [operation, file, path, ask(null), ask({ token: 'a+b/c=' })] as const;
  }),
  [
    'getReports',
    'reports_2021-06-30.json',
    '/reports/2021-06-30/reports',
    reports.request({ ...page, place: null }),
    reports.request({ ...page, place: { token: 'a+b/c=' } }),
  ],
  [
    'getReportDocument',
    'reports_2021-06-30.json',
    '/reports/2021-06-30/documents/{reportDocumentId}',
    stream('settlements').request({ ...page, place: null }),
    stream('settlements').request({ ...page, place: null }),
  ],
  [
    'getMarketplaceParticipations',
    'sellers.json',
    '/sellers/v1/marketplaceParticipations',
    amazon.probe.request(settings),
    amazon.probe.request(settings),
  ],
];

describeWith(SPECS)('the vendor’s own models', () => {
  it.each(CALLS)('describe what we ask: %s', (operation, file, path, spec, more) => {
    const described = model(file).paths[path]!['get']!;
    expect(spec.method ?? 'GET').toBe('GET');
    expect(new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`).test(spec.path)).toBe(true);
    expect([described.operationId, spec.operation]).toEqual([operation, operation]);
    expect(wrongInRequest(described, spec.query ?? {})).toEqual([]);
    expect(wrongInRequest(described, more.query ?? {})).toEqual([]);
  });

  it.each(CALLS.filter(([operation]) => operation !== 'getReportDocument'))(
    'describe what the simulator answers: %s',
    async (_, file, path, spec) => {
      const at = stage(120);
      const described = model(file).paths[path]!['get']!;
      const wide = {
        ...spec,
        query: {
          ...spec.query,
          ...(path.startsWith('/orders')
            ? {
                lastUpdatedAfter: '2026-09-21T00:00:00Z',
                includedData: 'BUYER,RECIPIENT,PROCEEDS,PACKAGES,FULFILLMENT,CANCELLATION',
                maxResultsPerPage: 100,
              }
            : {}),
        },
      };
      const raw = await at.raw(wide);
      expect(raw.status).toBe(200);
      const wrong = wrongIn(
        model(file),
        described.responses['200']!.schema!,
        JSON.parse(raw.body.toString()),
      );
      // The empty text of an offer that never moved is on record, though no instant.
      expect(wrong.filter((one) => !one.endsWith('.lastUpdatedTime: "" is no string'))).toEqual([]);
      for (const name of Object.keys(described.responses['200']!.headers ?? {}))
        expect(raw.headers[name.toLowerCase()]).toBeDefined();
    },
  );

  it('describe the kept replies too', () => {
    const orders = model('orders_2026-01-01.json');
    for (const name of ['orders', 'orders-pending', 'orders-abroad', 'orders-cancelled']) {
      const wrong = wrongIn(orders, orders.definitions['SearchOrdersResponse']!, fixture(name));
      // Read exactly, every number is its text; and words of next year are what the test is about.
      expect(wrong.filter((one) => !/is no (?:integer|number)$|A_STATUS_OF_NEXT_YEAR/.test(one))).toEqual([]);
    }
  });

  it('describe how the simulator refuses', async () => {
    const at = stage();
    const orders = model('orders_2026-01-01.json');
    const { status, body } = await at.raw({ path: '/orders/2026-01-01/orders', operation: 'searchOrders' });
    expect(status).toBe(400);
    expect(wrongIn(orders, orders.definitions['ErrorList']!, JSON.parse(body.toString()))).toEqual([]);
  });

  it('name every rate that we keep to', () => {
    for (const [operation, file, path] of CALLS) {
      const said = JSON.stringify(model(file).paths[path]!['get']);
      const [, rate, burst] = /\|\s*([\d.]+)\s*\|\s*(\d+)\s*\|/.exec(said.replaceAll('\\n', ' ')) ?? [];
      const limit = amazon.limits.find(({ operations }) => operations?.includes(operation))!;
      expect([operation, limit.restorePerSecond, limit.capacity]).toEqual([
        operation,
        Number(rate),
        Number(burst),
      ]);
    }
  });

  it('answer the vendor’s own sandbox cases through our reader', () => {
    const cases = JSON.parse(readFileSync(sharedFile(`${SPECS}/orders_2026-01-01.json`)!, 'utf8')) as {
      paths: Record<
        string,
        { get: { responses: Record<string, { 'x-amzn-api-sandbox'?: { static: { response: unknown }[] } }> } }
      >;
    };
    const { responses } = cases.paths['/orders/2026-01-01/orders']!.get;
    const replies = responses['200']!['x-amzn-api-sandbox']!.static;
    const { body, schema, map } = stream('orders');
    let read = 0;
    for (const { response } of replies)
      for (const record of stream('orders').records(body.parse(response))) {
        expect(map(schema.parse(record))).toMatchObject({
          source: 'amazon',
          purchaseDate: expect.any(Date) as Date,
        });
        read++;
      }
    expect(read).toBeGreaterThan(2);
  });
});

describeWith(`${SPECS}/settlement_v2.synthetic-us.tsv`)('the made-up settlements beside the models', () => {
  it.each(['settlement_v2.synthetic-us.tsv', 'settlement_v2.synthetic-eu.tsv'])('are read: %s', (file) => {
    const settlements = stream('settlements');
    const parsed = settlements.download!.parse(readFileSync(sharedFile(`${SPECS}/${file}`)!, 'utf8'), {
      id: '1',
      createdAt: '2026-10-20T12:00:00Z',
    });
    const [record] = settlements.records(settlements.body.parse(parsed));
    expect(settlements.map(settlements.schema.parse(record))).toMatchObject({ net: '28.00', lineCount: 15 });
  });
});

import { readFileSync } from 'node:fs';
import { createSender, type Sender } from '#http';
import { booksOf, textOf, type Units } from '#shop';
import { DEMO_ACCESS, FreeAgentSimulator } from '#simulators/freeagent';
import { NOW, openTestEngine, type TestEngine } from '../../../tests/engine.js';
import { describeDb } from '../../../tests/postgres.js';
import { serveSimulator } from '../../../tests/serve-simulator.js';
import { sharedFile } from '../../../tests/shared.js';
import { freeagent } from './platform.js';
import { tradeOf } from './testing/trade.js';

const document = sharedFile('seeds/stratus-readme.txt');

/** The queries of the requirement documents, as they are printed there. */
const queries = (text: string): string[] =>
  [
    ...text.matchAll(
      /-- (?:Revenue by month|Outstanding receivables|Cash flow by bank|Expense analysis)[^\n]*\n(SELECT[^;]+);/g,
    ),
  ].map(([, sql]) => sql!);

(document === undefined ? describe.skip : describeDb)('the analysts’ queries of FreeAgent, unchanged', () => {
  const books = booksOf(tradeOf(60, NOW));
  const [byMonth, byAge, byAccount, byCategory] = queries(
    document === undefined ? '' : readFileSync(document, 'utf8'),
  );
  let db: TestEngine;
  let sender: Sender;
  let served: Awaited<ReturnType<typeof serveSimulator>>;

  beforeAll(async () => {
    const now = (): number => db.clock.now.getTime();
    sender = createSender({ retryDelayMs: 1 });
    db = await openTestEngine(freeagent, sender);
    const accounts = [{ name: 'demo', trade: () => tradeOf(60, NOW) }];
    served = await serveSimulator(new FreeAgentSimulator({ accounts, anchor: NOW, now }), now);
    const connection = await db.connect({
      settings: {},
      credentials: { ...DEMO_ACCESS },
      baseUrl: `${served.url}/freeagent/demo`,
      sandbox: true,
    });
    for (const { name } of freeagent.streams)
      expect(await db.finish(await db.queue(connection, { stream: name }))).toMatchObject({
        state: 'succeeded',
        quarantined: 0,
      });
  }, 120_000);
  afterAll(async () => {
    await served.close();
    sender.close();
    await db.close();
  });

  const ask = <R>(sql: string | undefined) => db.engine.warehouse.query<R>(sql!);
  const total = <T>(all: readonly T[], of: (one: T) => Units): Units =>
    all.reduce((sum, one) => sum + of(one), 0);
  const month = (ms: number): string => new Date(ms).toISOString().slice(0, 7);

  it('revenue by month is what paid invoices of the month came to', async () => {
    const rows = await ask<{ month: Date; invoice_count: string; total_revenue: string }>(byMonth);
    const paid = books.invoices.filter(({ paidMs }) => paidMs !== null);
    const months = [...new Set(paid.map(({ issuedMs }) => month(issuedMs)))].sort();
    expect(
      rows.map((row) => [month(row.month.getTime()), Number(row.invoice_count), Number(row.total_revenue)]),
    ).toEqual(
      months.map((name) => {
        const own = paid.filter(({ issuedMs }) => month(issuedMs) === name);
        return [name, own.length, Number(textOf(total(own, (one) => one.total)))];
      }),
    );
  });

  it('outstanding receivables are what is still owed', async () => {
    const rows = await ask<{ invoice_count: string; total_outstanding: string }>(byAge);
    const open = books.invoices.filter((one) => one.writtenOffMs === null && one.paid < one.total);
    expect(open.length).toBeGreaterThan(5);
    expect(rows.reduce((sum, row) => sum + Number(row.invoice_count), 0)).toBe(open.length);
    expect(rows.reduce((sum, row) => sum + Number(row.total_outstanding), 0)).toBeCloseTo(
      Number(textOf(total(open, (one) => one.total - one.paid))),
      6,
    );
  });

  it('cash flow by account adds up to each account’s balance', async () => {
    const rows = await ask<{ bank_account: string; net_flow: string }>(byAccount);
    for (const account of books.accounts) {
      const own = books.bankLines.filter((line) => line.account === account.key);
      const flow = rows.filter((row) => row.bank_account === account.name);
      expect(flow.reduce((sum, row) => sum + Number(row.net_flow), 0)).toBeCloseTo(
        Number(textOf(total(own, ({ amount }) => amount))),
        6,
      );
    }
  });

  it('expenses of paid bills are booked to trade creditors', async () => {
    const paid = books.bills.filter(({ paidMs }) => paidMs !== null);
    const [row] = await ask<{ nominal_code: string; bill_count: string; total_expenses: string }>(byCategory);
    expect(row).toMatchObject({ nominal_code: '796', bill_count: String(paid.length) });
    expect(Number(row!.total_expenses)).toBe(Number(textOf(total(paid, (one) => one.total))));
  });
});

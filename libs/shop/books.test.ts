import { ShopifySimulator } from '#simulators/shopify';
import { booksOf, payoutsOf, saleKey, settlementsOf, type BankLine, type Units } from './index.js';

const trade = new ShopifySimulator({
  shops: [{ name: 'demo', source: { kind: 'built-in', seed: 1, orders: 250 } }],
  anchor: new Date('2026-11-01T00:00:00Z'),
}).trade('demo');
const books = booksOf(trade);
const payouts = payoutsOf(trade);

const total = <T>(all: readonly T[], of: (one: T) => Units): Units =>
  all.reduce((sum, one) => sum + of(one), 0);
const dayOf = (text: string): string =>
  new Date(text).toLocaleDateString('en-GB', { weekday: 'short', timeZone: 'UTC' });

describe('payouts', () => {
  it('hold every charge and refund of the gateway once, as far as they were sent by the anchor', () => {
    const parts = payouts.flatMap((payout) => payout.parts);
    expect(new Set(parts.map(({ paymentId }) => paymentId)).size).toBe(parts.length);
    const paid = trade.sales
      .filter(({ test }) => !test)
      .flatMap((sale) => [...sale.payments, ...sale.moneyBack.flatMap((back) => back.payments)])
      .filter(({ gateway }) => gateway === 'shopify_payments');
    const newest = Math.max(...parts.map(({ atMs }) => atMs));
    expect(parts.length).toBeGreaterThan(100);
    expect(paid.filter(({ id }) => !parts.some((part) => part.paymentId === id))).toEqual(
      paid.filter(({ atMs }) => atMs > newest),
    );
  });

  it('are charges less refunds less fees, above zero, sent from Monday to Friday', () => {
    for (const payout of payouts) {
      expect(payout.total).toBe(payout.charges - payout.refunds - payout.fees);
      expect(payout.total).toBeGreaterThan(0);
      expect(['Mon', 'Tue', 'Wed', 'Thu', 'Fri']).toContain(dayOf(payout.paidOn));
    }
  });

  it('carry a day of refunds over into the next one', () => {
    const [first] = trade.sales;
    const at = (day: number, amount: number, back: number) => ({
      ...first!,
      id: `s${day}`,
      test: false,
      payments:
        amount > 0
          ? [
              {
                id: `p${day}`,
                gateway: 'shopify_payments',
                amount,
                fee: 100,
                atMs: Date.UTC(2026, 9, day, 12),
              },
            ]
          : [],
      moneyBack:
        back > 0
          ? [
              {
                id: `b${day}`,
                atMs: 0,
                returned: false,
                note: null,
                lines: [],
                payments: [
                  {
                    id: `r${day}`,
                    gateway: 'shopify_payments',
                    amount: back,
                    fee: 0,
                    atMs: Date.UTC(2026, 9, day, 13),
                  },
                ],
              },
            ]
          : [],
    });
    // Monday the fifth: only a refund. Tuesday does not make up for it, the weekend does, in one period.
    const sent = payoutsOf({
      ...trade,
      sales: [at(5, 0, 9000), at(6, 4000, 0), at(9, 7000, 0), at(11, 5000, 0)],
    });
    expect(sent.map(({ paidOn, total: sum, parts }) => [paidOn, sum, parts.length])).toEqual([
      ['2026-10-14', 6700, 4],
    ]);
  });
});

describe('the books', () => {
  it('hold an invoice for each sale, with its reference and its total', () => {
    const sold = books.invoices.filter(({ channel }) => channel === 'shopify');
    expect(sold.map(({ orderId }) => orderId)).toEqual(
      trade.sales.filter(({ test }) => !test).map(({ id }) => id),
    );
    for (const invoice of books.invoices) {
      expect(total(invoice.lines, (line) => line.total)).toBe(invoice.total);
      expect(books.contacts.some(({ key }) => key === invoice.contact)).toBe(true);
    }
  });

  it('have debits that add up to zero, for each source and in all', () => {
    const bySource = new Map<string, Units>();
    for (const { source, debit } of books.entries)
      bySource.set(
        `${source.kind}/${source.key}`,
        (bySource.get(`${source.kind}/${source.key}`) ?? 0) + debit,
      );
    expect([...bySource].filter(([, sum]) => sum !== 0)).toEqual([]);
    expect(bySource.size).toBeGreaterThan(books.invoices.length);
    expect(new Set(books.entries.map(({ key }) => key)).size).toBe(books.entries.length);
  });

  it('explain every line of the bank to the penny', () => {
    for (const line of books.bankLines)
      expect(total(line.explanations, ({ amount }) => amount)).toBe(line.amount);
    const keys = books.bankLines.flatMap(({ explanations }) => explanations.map(({ key }) => key));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('hold one line for each payout, of its amount, on its day', () => {
    const lines = books.bankLines.filter(({ key }) => key.startsWith('payout/'));
    expect(lines.map(({ bankReference, amount, atMs }) => [bankReference, amount, atMs])).toEqual(
      payouts.map(({ id, total: sum, paidMs }) => [id, sum, paidMs]),
    );
  });

  it('hold in the Amazon account what Amazon itself holds back', () => {
    const settlements = settlementsOf(trade).filter(
      ({ deposit }) => !deposit || deposit.atMs <= trade.anchorMs,
    );
    const last = settlements.at(-1)!;
    const reserve = -total(
      last.lines.filter(({ description }) => description === 'Current Reserve Amount'),
      ({ amount }) => amount,
    );
    const booked = (line: BankLine): boolean =>
      line.account === 'amazon' &&
      (line.atMs < last.endMs || line.key === `deposit/${last.deposit?.id ?? ''}/out`);
    expect(total(books.bankLines.filter(booked), ({ amount }) => amount)).toBe(reserve);
    expect(
      books.bankLines.filter(({ key }) => /^deposit\/.*\/in$/.test(key)).map(({ amount }) => amount),
    ).toEqual(settlements.filter(({ deposit }) => deposit).map(({ total: sum }) => sum));
  });

  it('know which invoices are paid', () => {
    const paid = books.invoices.filter(({ paidMs }) => paidMs !== null);
    expect(paid.length).toBeGreaterThan(100);
    for (const invoice of paid) expect(invoice.paid).toBe(invoice.total);
    const open = books.invoices.filter((one) => one.paidMs === null && one.writtenOffMs === null);
    expect(open.length).toBeGreaterThan(10);
    expect(
      total(
        books.entries.filter(({ nominal }) => nominal === '681'),
        ({ debit }) => debit,
      ),
    ).toBe(total(open, (one) => one.total - one.paid));
  });

  it('hold nothing later than the anchor, and nothing of test sales', () => {
    const latest = Math.max(
      ...books.entries.map(({ atMs }) => atMs),
      ...books.bankLines.map(({ atMs }) => atMs),
    );
    expect(latest).toBeLessThanOrEqual(trade.anchorMs);
    const tests = trade.sales.filter(({ test }) => test).map(saleKey);
    expect(books.invoices.filter(({ key }) => tests.includes(key))).toEqual([]);
  });

  it('of a trade without sales are empty', () => {
    expect(booksOf({ ...trade, sales: [] })).toMatchObject({
      invoices: [],
      bills: [],
      bankLines: [],
      entries: [],
    });
  });
});

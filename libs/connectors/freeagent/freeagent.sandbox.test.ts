import { compare, days, earlier, sum, times, type Decimal } from '#kernel';
import { booksOf, payoutsOf, textOf } from '#shop';
import { FreeAgentSimulator } from '#simulators/freeagent';
import { ShopifySimulator } from '#simulators/shopify';
import { freeagent } from './platform.js';
import { ask, NOW, readAll } from './testing/stage.js';
import { misfits, rowsOf } from './testing/rows.js';

/** The built-in shop's own books, copied through the streams. */
const trade = new ShopifySimulator({
  shops: [{ name: 'demo', source: { kind: 'built-in', seed: 1, orders: 250 } }],
  anchor: NOW,
}).trade('demo');
const simulator = new FreeAgentSimulator({
  accounts: [{ name: 'demo', trade: () => trade }],
  anchor: NOW,
  now: () => NOW.getTime(),
});
simulator.knobs('demo', { limits: { perMinute: 10_000, perHour: 10_000 } });
const truth = simulator.truth('demo').streams;

interface Copied {
  readonly key: string;
  readonly row: Record<string, unknown>;
  readonly children: readonly { into: string; key: string; row: Record<string, unknown> }[];
}

async function copy(name: string): Promise<Copied[]> {
  const stream = freeagent.streams.find((one) => one.name === `freeagent.${name}`)!;
  const from = name === 'transactions' ? earlier(NOW, days(364)) : null;
  const { records } = await readAll({ simulator }, stream, { from });
  return records.map((record) => ({
    key: stream.key(record),
    row: stream.map(record),
    children: stream.children.flatMap(({ into, rows }) =>
      rows(record).map((one) => ({ into: into.name, ...one })),
    ),
  }));
}

const total = (rows: readonly { readonly row: Record<string, unknown> }[], column: string): Decimal =>
  sum(rows.map(({ row }) => row[column] as Decimal));

describe.each(freeagent.streams.map(({ name }) => name.slice('freeagent.'.length)))('%s', (name) => {
  it('is copied whole, each record once', async () => {
    const rows = await copy(name);
    const { records, tables } = truth[`freeagent.${name}`]!;
    expect(rows).toHaveLength(records);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(records);
    for (const [table, { rows: count }] of Object.entries(tables).slice(1)) {
      const children = rows.flatMap((one) => one.children).filter(({ into }) => into === table);
      expect(new Set(children.map(({ key }) => key)).size).toBe(count);
    }
  });
});

describe('the copy ties out with the business', () => {
  it('an invoice for each sale, of its total and its tax', async () => {
    const rows = await copy('invoices');
    const { invoices } = booksOf(trade);
    expect(rows.map(({ row }) => [row['reference'], row['poReference'], row['totalValue']]).sort()).toEqual(
      invoices.map(({ reference, orderId, total: owed }) => [reference, orderId, textOf(owed)]).sort(),
    );
    for (const { row, children } of rows) {
      const net = sum(
        children.map(({ row: line }) => times(line['quantity'] as Decimal, line['price'] as Decimal)),
      );
      expect(compare(net, row['netValue'] as Decimal)).toBe(0);
    }
  });

  it('a line of the bank for each payout, explained to the penny', async () => {
    const lines = await copy('bank_transactions');
    const explanations = await copy('bank_transaction_explanations');
    for (const payout of payoutsOf(trade)) {
      const line = lines.find(({ row }) => row['bankReference'] === payout.id)!;
      expect(line.row).toMatchObject({ amount: textOf(payout.total), datedOn: payout.paidOn });
      const own = explanations.filter(({ row }) => row['bankTransactionId'] === line.key);
      expect(compare(total(own, 'grossValue'), line.row['amount'] as Decimal)).toBe(0);
    }
  });

  it('a ledger whose debits are its credits', async () => {
    const rows = await copy('transactions');
    expect(total(rows, 'signedValue')).toBe('0');
    expect(total(rows, 'debitValue')).toBe(total(rows, 'creditValue'));
  });
});

it('a page of records fits its tables', async () => {
  for (const stream of freeagent.streams) {
    if (stream.each) continue;
    const reply = await ask(
      { simulator },
      stream.request({
        window: { from: earlier(NOW, days(300)), to: NOW },
        parent: { id: '' },
        place: null,
        size: 100,
        settings: { environment: 'production' },
      }),
    );
    expect(misfits(stream, rowsOf(stream, reply.body))).toEqual([]);
  }
});

import { readFileSync } from 'node:fs';
import { createSender, type Sender } from '#http';
import { compare, type Decimal } from '#kernel';
import { amazon } from '#connectors/amazon';
import { freeagent } from '#connectors/freeagent';
import { shipbob } from '#connectors/shipbob';
import { shopify } from '#connectors/shopify';
import {
  amazonSales,
  booksOf,
  payoutsOf,
  saleKey,
  settlementsOf,
  stockOf,
  textOf,
  type Sale,
  type Trade,
  type Units,
} from '#shop';
import type { ShipBobSimulator } from '#simulators/shipbob';
import type { ShopifySimulator } from '#simulators/shopify';
import { demoConnections, startSandbox, type Sandbox } from '../apps/sandbox/index.js';
import { witnessAll } from './described.js';
import { openTestEngine, type TestEngine } from './engine.js';
import { describeDb } from './postgres.js';
import type { Witness } from './witness.js';

const PAGE = new URL('../docs/recipes/from-order-to-bank.md', import.meta.url);
const [everyOrder, everyTransfer] = [...readFileSync(PAGE, 'utf8').matchAll(/^```sql\n(.*?)^```$/gms)].map(
  ([, sql]) => sql!,
);

/** What the queries need, in the order in which it happened. */
const STREAMS = [
  [shopify, ['orders', 'transactions', 'payouts']],
  [amazon, ['orders', 'settlements']],
  [shipbob, ['orders', 'returns']],
  [freeagent, ['invoices', 'bank_transactions', 'bank_transaction_explanations']],
] as const;

/** What these platforms allow in a minute is less than a test asks in one. */
const UNHURRIED = [
  { platform: 'shipbob', perMinute: 100_000 },
  { platform: 'freeagent', limits: { perMinute: 100_000, perHour: 100_000 } },
];

type Row = Readonly<Record<string, unknown>>;

const money = (units: Units): Decimal => textOf(units);
const same = (a: unknown, b: Decimal): boolean => typeof a === 'string' && compare(a as Decimal, b) === 0;
const sumOf = <T>(list: readonly T[], of: (one: T) => Units): Units =>
  list.reduce((all, one) => all + of(one), 0);

interface Moved {
  readonly transfer: string;
  readonly received: Units;
  readonly givenBack: Units;
  readonly fees: Units;
  /** Null while the deposit is to come. */
  readonly atMs: number | null;
}

/** By the business itself: what each transfer held of each sale. */
function movedOf(trade: Trade): Map<string, Moved[]> {
  const moved = new Map<string, Moved[]>();
  const note = (key: string, one: Moved): void => void moved.set(key, [...(moved.get(key) ?? []), one]);
  for (const { id, paidMs, parts } of payoutsOf(trade))
    for (const saleId of new Set(parts.map((part) => part.saleId))) {
      const own = parts.filter((part) => part.saleId === saleId);
      const amounts = (kind: string) => sumOf(own, (part) => (part.kind === kind ? part.amount : 0));
      note(`shopify/${saleId}`, {
        transfer: id,
        received: amounts('charge'),
        givenBack: 0 - amounts('refund'),
        fees: sumOf(own, ({ fee }) => fee),
        atMs: paidMs,
      });
    }
  for (const { id, lines, deposit } of settlementsOf(trade))
    for (const orderId of new Set(lines.flatMap((line) => line.orderId ?? []))) {
      const own = lines.filter((line) => line.orderId === orderId);
      const fees = own.filter(({ amountType }) => amountType === 'ItemFees');
      const amounts = (type: string) =>
        sumOf(own, (line) => (line.type === type && !fees.includes(line) ? line.amount : 0));
      note(`amazon/${orderId}`, {
        transfer: `AMZN${id}`,
        received: amounts('Order'),
        givenBack: 0 - amounts('Refund'),
        fees: 0 - sumOf(fees, ({ amount }) => amount),
        atMs: deposit && deposit.atMs <= trade.anchorMs ? deposit.atMs : null,
      });
    }
  for (const sale of trade.sales.filter(({ test }) => !test)) {
    const byPayPal = ({ gateway }: { gateway: string }): boolean => gateway === 'paypal';
    for (const { id, amount, atMs } of sale.payments.filter(byPayPal))
      note(saleKey(sale), { transfer: `PP${id}`, received: amount, givenBack: 0, fees: 0, atMs });
    for (const { id, amount, atMs } of sale.moneyBack.flatMap((back) => back.payments).filter(byPayPal))
      note(saleKey(sale), { transfer: `PP${id}`, received: 0, givenBack: amount, fees: 0, atMs });
  }
  return moved;
}

describeDb('from the order to the bank', () => {
  let sandbox: Sandbox;
  let sender: Sender;
  let db: TestEngine;
  let trade: Trade;
  let witnesses: readonly Witness[];

  beforeAll(async () => {
    sender = createSender({ retryDelayMs: 1 });
    db = await openTestEngine(shopify, sender);
    sandbox = await startSandbox({ orders: 160, anchor: '2026-11-21', now: () => db.clock.now.getTime() });
    witnesses = witnessAll(sandbox);
    for (const knobs of UNHURRIED) sandbox.turn(knobs);
    trade = (sandbox.simulators.get('shopify') as unknown as ShopifySimulator).trade('demo');
    const demo = demoConnections(sandbox.url);
    for (const [platform, streams] of STREAMS) {
      const { settings, credentials, baseUrl } = demo.find((one) => one.platform === platform.name)!;
      const connection = await db.connect({
        platform: platform.name,
        name: platform.name,
        settings,
        credentials,
        baseUrl,
        sandbox: true,
      });
      for (const name of streams) {
        const run = await db.queue(connection, { stream: `${platform.name}.${name}` });
        expect([name, await db.finish(run, { platform })]).toMatchObject([
          name,
          { state: 'succeeded', quarantined: 0, failure: null },
        ]);
      }
    }
  }, 240_000);
  afterAll(async () => {
    await sandbox.close();
    sender.close();
    await db.close();
  });

  const ask = (sql: string | undefined): Promise<Row[]> => db.engine.warehouse.query<Row>(sql!);
  const sales = (): Sale[] => [...trade.sales, ...amazonSales(trade)].filter(({ test }) => !test);

  it('has every sale once, sent, returned, settled and booked as it was', async () => {
    const rows = new Map((await ask(everyOrder)).map((row) => [`${row['source']}/${row['source_id']}`, row]));
    expect([...rows.keys()].sort()).toEqual(sales().map(saleKey).sort());
    const moved = movedOf(trade);
    const invoices = new Map(booksOf(trade).invoices.map((one) => [one.key, one]));
    const { dispatches, goodsBack } = stockOf(trade, 'shipbob');
    // The carrier's word reaches ShipBob, and no other part of the business.
    const delivered = (sandbox.simulators.get('shipbob') as unknown as ShipBobSimulator)
      .account()
      .store.orders.flatMap(({ reference_id, shipments }) =>
        shipments.flatMap(({ delivery_date }) => (delivery_date === null ? [] : [reference_id])),
      );
    const wrong: string[] = [];
    for (const sale of sales()) {
      const key = saleKey(sale);
      const row = rows.get(key)!;
      const invoice = invoices.get(key)!;
      const parts = moved.get(key) ?? [];
      const parcels = dispatches.filter((one) => one.sale.id === sale.id && one.shippedMs !== null);
      const back = goodsBack.filter((one) => one.sale.id === sale.id);
      const net = (list: readonly Moved[]): Units =>
        sumOf(list, ({ received, givenBack, fees }) => received - givenBack - fees);
      const amounts: Record<string, Units> = {
        received: sumOf(parts, ({ received }) => received),
        given_back: sumOf(parts, ({ givenBack }) => givenBack),
        fees: sumOf(parts, ({ fees }) => fees),
        net: net(parts),
        on_statement: net(parts.filter(({ atMs }) => atMs !== null)),
        invoiced: invoice.total,
        explained: invoice.paid,
      };
      for (const [column, units] of Object.entries(amounts))
        if (!same(row[column], money(units)))
          wrong.push(`${key} ${column}: ${String(row[column])}, not ${money(units)}`);
      if (row['total'] !== null && !same(row['total'], money(sale.total))) wrong.push(`${key} total`);
      const told: Record<string, unknown> = {
        order_id: sale.name,
        currency: trade.currency,
        invoice: sale.name,
        parcels_sent: String(parcels.length),
        parcels_delivered: String(delivered.filter((reference) => reference === sale.id).length),
        returns: String(back.length),
        returns_completed: String(back.filter(({ completedMs }) => completedMs !== null).length),
        transfers: parts.map(({ transfer }) => transfer).sort(),
        agrees: true,
      };
      for (const [column, value] of Object.entries(told))
        if (JSON.stringify(row[column]) !== JSON.stringify(value))
          wrong.push(`${key} ${column}: ${JSON.stringify(row[column])}, not ${JSON.stringify(value)}`);
    }
    expect(wrong).toEqual([]);
  });

  it('was asked for, and told, as each vendor describes it', () => {
    expect(witnesses.flatMap(({ wrong }) => wrong)).toEqual([]);
    for (const { seen } of witnesses) expect(seen.size).toBeGreaterThan(1);
  });

  it('is put to the test by what there is', () => {
    const moved = [...movedOf(trade)];
    const kinds = (prefix: RegExp) =>
      moved.flatMap(([, parts]) => parts).filter((one) => prefix.test(one.transfer));
    for (const prefix of [/^6/, /^AMZN/, /^PP/]) {
      expect(kinds(prefix).some(({ received }) => received > 0)).toBe(true);
      expect(kinds(prefix).some(({ givenBack }) => givenBack > 0)).toBe(true);
    }
    // Paid in one transfer, and given back or paid again in another.
    expect(moved.some(([, parts]) => parts.length > 1)).toBe(true);
    // Taken, and in no payout yet.
    expect(
      sales().some((sale) => sale.payments.length > 0 && !moved.some(([key]) => key === saleKey(sale))),
    ).toBe(true);
  });

  it('has every transfer once: what was sent is what its lines make, what was deposited and what was booked', async () => {
    const rows = await ask(everyTransfer);
    const settled = settlementsOf(trade).filter(({ total }) => total > 0);
    const expected = [
      ...payoutsOf(trade).map(({ id, total, paidMs }) => ({ reference: id, total, atMs: paidMs })),
      ...settled.map(({ id, total, deposit }) => ({ reference: `AMZN${id}`, total, atMs: deposit!.atMs })),
    ];
    expect(rows.map((row) => row['bank_reference']).sort()).toEqual(
      expected.map(({ reference }) => reference).sort(),
    );
    for (const { reference, total, atMs } of expected) {
      const row = rows.find((one) => one['bank_reference'] === reference)!;
      const isBooked = atMs <= trade.anchorMs;
      const told = isBooked ? ['net', 'lines', 'deposited', 'explained'] : ['net', 'lines'];
      expect(told.filter((column) => !same(row[column], money(total)))).toEqual([]);
      expect(row['on_statement'] !== null).toBe(isBooked);
    }
    expect(settled.length).toBeGreaterThan(1);
  });
});

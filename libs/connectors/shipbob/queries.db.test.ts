import { readFileSync } from 'node:fs';
import { ShipBobSimulator } from '#simulators/shipbob';
import { ShopifySimulator } from '#simulators/shopify';
import { NOW, openTestEngine, type TestEngine } from '../../../tests/engine.js';
import { describeDb } from '../../../tests/postgres.js';
import { sharedFile } from '../../../tests/shared.js';
import { shipbob } from './platform.js';
import { credentials } from './testing/stage.js';
import { senderTo } from './testing/sender.js';

const DOCUMENT = 'seeds/stratus-readme.txt';
const document = sharedFile(DOCUMENT);

/** The queries of the requirement documents, as they are printed there. */
const queries = (text: string): string[] =>
  [...text.matchAll(/-- (?:Return rate|Fulfillment center|Inventory accuracy)[^\n]*\n(SELECT[^;]+);/g)].map(
    ([, sql]) => sql!,
  );

const shopify = new ShopifySimulator({
  shops: [{ name: 'demo', source: { kind: 'built-in', seed: 1, orders: 250 } }],
  anchor: NOW,
});

(document === undefined ? describe.skip : describeDb)('the analysts’ queries of ShipBob, unchanged', () => {
  const simulator = new ShipBobSimulator({
    accounts: [{ name: 'demo', trade: () => shopify.trade('demo') }],
    now: () => NOW.getTime(),
  });
  const { store } = simulator.account();
  const [byCategory, byCentre, byReceipt] = queries(
    document === undefined ? '' : readFileSync(document, 'utf8'),
  );
  let db: TestEngine;

  beforeAll(async () => {
    db = await openTestEngine(shipbob, senderTo(simulator));
    const shop = await db.connect({ platform: 'shopify', name: 'shop' });
    for (const sale of shopify.trade('demo').sales)
      await db.engine.warehouse.query(
        `insert into orders (order_id, source, purchase_date, test, connection_id, source_id, run_id, payload_hash)
         values ($1, 'shopify', $2, false, $3, $4, 'run', 'hash')`,
        [sale.name, new Date(sale.placedMs), shop.id, sale.id],
      );
    const connection = await db.connect({ settings: {}, credentials });
    for (const { name } of shipbob.streams)
      expect(await db.finish(await db.queue(connection, { stream: name }))).toMatchObject({
        state: 'succeeded',
        quarantined: 0,
      });
  }, 120_000);
  afterAll(() => db.close());

  const ask = <R>(sql: string | undefined) => db.engine.warehouse.query<R>(sql!);
  const names = new Set(shopify.trade('demo').sales.map(({ name }) => name));

  it('returns by product category count every return of a sale of the shop', async () => {
    const rows = await ask<{ category: string | null; returns: string }>(byCategory);
    const returned = store.returns.filter(({ reference_id }) => names.has(reference_id)).length;
    // The document joins every product to every return: so many for each product of a category.
    const products = new Map<string | null, number>();
    for (const { taxonomy } of store.products)
      products.set(taxonomy?.name ?? null, (products.get(taxonomy?.name ?? null) ?? 0) + 1);
    expect(returned).toBeGreaterThan(0);
    expect(new Map(rows.map(({ category, returns }) => [category, Number(returns)]))).toEqual(
      new Map([...products].map(([category, count]) => [category, count * returned])),
    );
  });

  it('centres answer the mean of their days from announcement to completion', async () => {
    const rows = await ask<{ name: string; avg_processing_days: string }>(byCentre);
    const expected = new Map<string, number[]>();
    for (const { fulfillment_center: centre, insert_date, completed_date } of store.returns) {
      if (completed_date === null) continue;
      const days = Math.floor((Date.parse(completed_date) - Date.parse(insert_date)) / 86_400_000);
      expected.set(centre.name, [...(expected.get(centre.name) ?? []), days]);
    }
    expect(rows).toHaveLength(expected.size);
    for (const { name, avg_processing_days } of rows) {
      const all = expected.get(name)!;
      expect(Number(avg_processing_days)).toBeCloseTo(all.reduce((a, b) => a + b, 0) / all.length, 6);
    }
  });

  it('receipts answer how much of what was expected came', async () => {
    const rows = await ask<{ purchase_order_number: string; expected_total: string; received_total: string }>(
      byReceipt,
    );
    const done = store.receiving.filter(({ status }) => status === 'Completed');
    const sumOf = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
    expect(
      new Map(
        rows.map((row) => [
          row.purchase_order_number,
          [Number(row.expected_total), Number(row.received_total)],
        ]),
      ),
    ).toEqual(
      new Map(
        done.map((wro) => [
          wro.purchase_order_number,
          [
            sumOf(wro.inventory_quantities.map((one) => one.expected_quantity)),
            sumOf(wro.inventory_quantities.map((one) => one.received_quantity)),
          ],
        ]),
      ),
    );
    expect(done.length).toBeGreaterThan(3);
  });
});

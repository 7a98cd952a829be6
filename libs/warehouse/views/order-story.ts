import type { Table } from '../tables/index.js';
import type { Warehouse } from '../warehouse.js';
import { selectOf, tableNamed, type ShownRow } from './table-rows.js';

/** Rows of one table that tell of an order. */
export interface StoryPart {
  readonly table: string;
  /** What the rows are to the order, for a person. */
  readonly title: string;
  readonly rows: readonly ShownRow[];
  /** There are more than are told. */
  readonly more: boolean;
}

interface Link {
  readonly table: string;
  readonly title: string;
  /** Finds them, as SQL over `t`: $1 workspace's connections, $2 the order's, $3 its source id, $4 its name. */
  readonly where: string;
}

const OF_ORDER = 't.connection_id = $2 and t.order_source_id = $3';
/** In the same workspace, by the order's name: platforms that know it by nothing else. */
const BY_NAME = 't.connection_id = any($1::text[]) and t.order_id = $4';

/** Where an order is told of: its shop, who sent it, who booked it. A table joins by one line. */
const LINKS: readonly Link[] = [
  { table: 'order_items', title: 'Line items', where: 't.connection_id = $2 and t.parent_source_id = $3' },
  {
    table: 'shopify_customers',
    title: 'Customer',
    where: `t.connection_id = $2 and t.source_id = (
      select customer_id from orders o where o.connection_id = $2 and o.source_id = $3)`,
  },
  { table: 'order_shipments', title: 'Parcels, as the shop knows them', where: OF_ORDER },
  { table: 'shopify_transactions', title: 'Payments', where: OF_ORDER },
  { table: 'shopify_refunds', title: 'Money back', where: OF_ORDER },
  {
    table: 'shipbob_orders',
    title: 'Given to the warehouse',
    where: 't.connection_id = any($1::text[]) and (t.reference_id = $3 or t.order_number = $4)',
  },
  {
    table: 'shipbob_shipments',
    title: 'Parcels, as the warehouse sent them',
    where: `t.connection_id = any($1::text[]) and (t.connection_id, t.parent_source_id) in (
      select b.connection_id, b.source_id from shipbob_orders b
      where b.connection_id = any($1::text[]) and (b.reference_id = $3 or b.order_number = $4))`,
  },
  {
    table: 'shipbob_returns',
    title: 'Goods on their way back',
    where: 't.connection_id = any($1::text[]) and t.store_order_id = $3',
  },
  { table: 'amazon_transactions', title: 'Booked by the marketplace', where: BY_NAME },
  { table: 'settlement_lines', title: 'Paid out', where: BY_NAME },
  {
    table: 'freeagent_invoices',
    title: 'Invoices',
    where: 't.connection_id = any($1::text[]) and t.reference = $4',
  },
];

/** Of one table so many rows are told. */
const MOST = 200;

/** The order's row and every row of the workspace that tells of it; null where the workspace has no such order. */
export async function orderStory(
  warehouse: Warehouse,
  workspace: string,
  key: { readonly connectionId: string; readonly sourceId: string },
): Promise<{ order: ShownRow; parts: StoryPart[] } | null> {
  const orders = tableNamed('orders')!;
  const [order] = await warehouse.query<ShownRow>(
    `select ${selectOf(orders, 't')} from orders t join connections c on c.id = t.connection_id
     where t.connection_id = $2 and t.source_id = $3 and c.workspace_id = $1`,
    [workspace, key.connectionId, key.sourceId],
  );
  if (!order) return null;
  const mine = await warehouse.query<{ id: string }>('select id from connections where workspace_id = $1', [
    workspace,
  ]);
  const known = [mine.map(({ id }) => id), key.connectionId, key.sourceId, order['order_id']];
  const parts = await Promise.all(LINKS.map((link) => partOf(warehouse, link, known)));
  return { order, parts: parts.flatMap((part) => part ?? []) };
}

async function partOf(
  warehouse: Warehouse,
  { table: name, title, where }: Link,
  known: readonly unknown[],
): Promise<StoryPart | null> {
  const table: Table | undefined = tableNamed(name);
  if (!table) return null;
  const rows = await warehouse.query<ShownRow>(
    // Every parameter has a type, also where the condition does not name it.
    `select ${selectOf(table, 't')} from "${name}" t
     where ($1::text[], $2::text, $3::text, $4::text) is not null and ${where}
     order by t.source_id limit ${MOST + 1}`,
    known,
  );
  return rows.length === 0
    ? null
    : { table: name, title, rows: rows.slice(0, MOST), more: rows.length > MOST };
}

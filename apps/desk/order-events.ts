import type { ShownRow, StoryPart } from '#warehouse';

/** One thing that happened to an order, as one row tells it. */
export interface OrderEvent {
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly what: string;
  readonly table: string;
  readonly connectionId: string;
  readonly sourceId: string;
}

type Tell = (row: ShownRow) => string;
const said = (row: ShownRow, column: string, before = ' '): string =>
  typeof row[column] === 'string' && row[column] !== '' ? `${before}${row[column]}` : '';
const money = (row: ShownRow, amount: string): string => `${said(row, amount)}${said(row, 'currency')}`;

/** Which column of which table is an instant of the order's story, and what happened then. */
const TOLD: Readonly<Record<string, readonly (readonly [column: string, what: Tell])[]>> = {
  orders: [
    ['purchase_date', (row) => `bought for${money(row, 'total')}`],
    ['cancelled_at', (row) => `cancelled${said(row, 'cancel_reason', ': ')}`],
    ['deleted_at', () => 'gone at the platform'],
  ],
  order_shipments: [
    ['shipped_at', (row) => `parcel sent${said(row, 'carrier', ' with ')}${said(row, 'tracking_number')}`],
    ['delivered_at', () => 'parcel delivered'],
  ],
  shopify_transactions: [['processed_at', (row) => `payment${said(row, 'kind')}${money(row, 'amount')}`]],
  shopify_refunds: [['processed_at', (row) => `money back${money(row, 'total')}`]],
  shipbob_orders: [['created_date', () => 'given to the warehouse']],
  shipbob_shipments: [
    [
      'shipped_date',
      (row) => `left the warehouse${said(row, 'carrier', ' with ')}${said(row, 'tracking_number')}`,
    ],
    ['delivered_date', () => 'delivered, says the warehouse'],
  ],
  shipbob_returns: [
    ['insert_date', () => 'return announced'],
    ['arrived_date', () => 'return arrived'],
    ['completed_date', () => 'return done'],
  ],
  amazon_transactions: [
    ['posted_date', (row) => `booked${said(row, 'type')}${said(row, 'status', ', ')}${money(row, 'total')}`],
  ],
  settlement_lines: [['posted_date', (row) => `paid out${said(row, 'type')}${money(row, 'amount')}`]],
  freeagent_invoices: [['created_at_api', (row) => `invoiced${money(row, 'total_value')}`]],
};

/** What happened to an order, the oldest first; rows without an instant are no events. */
export function storyEvents({
  order,
  parts,
}: {
  readonly order: ShownRow;
  readonly parts: readonly StoryPart[];
}): OrderEvent[] {
  return [{ table: 'orders', rows: [order] }, ...parts]
    .flatMap(({ table, rows }) => rows.flatMap((row) => eventsOf(table, row)))
    .sort((a, b) => a.at.localeCompare(b.at) || a.table.localeCompare(b.table));
}

const eventsOf = (table: string, row: ShownRow): OrderEvent[] =>
  (TOLD[table] ?? []).flatMap(([column, what]) => {
    const at = row[column];
    if (typeof at !== 'string') return [];
    const [connectionId, sourceId] = [row.connection_id, row.source_id];
    return [{ at, what: what(row), table, connectionId, sourceId }];
  });

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Columns that every warehouse table carries beside its own. */
const engineColumns = `
  connection_id text not null,
  source_id text not null,
  source_updated_at timestamptz,
  first_seen_at timestamptz not null default now(),
  synced_at timestamptz not null default now(),
  deleted_at timestamptz,
  run_id text not null,
  payload_hash text not null,
  primary key (connection_id, source_id)`;

/** What happens to an order after it was placed: parcels, payments, money back. */
export class ShopifyAfterSale1763700000013 implements MigrationInterface {
  readonly name = 'ShopifyAfterSale1763700000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table order_shipments (
        order_id text not null,
        order_source_id text not null,
        source text not null,
        fulfillment_id text not null,
        name text,
        parcel integer not null,
        status text not null,
        delivery_status text,
        tracking_number text,
        carrier text,
        tracking_url text,
        fulfillment_quantity integer not null,
        shipped_at timestamptz not null,
        in_transit_at timestamptz,
        delivered_at timestamptz,
        estimated_delivery_at timestamptz,
        updated_at timestamptz not null,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_order_shipments_order on order_shipments (connection_id, order_source_id);
      create index ix_order_shipments_order_id on order_shipments (order_id);
      create index ix_order_shipments_fulfillment on order_shipments (connection_id, fulfillment_id);
      create index ix_order_shipments_tracking_number on order_shipments (tracking_number);
      create index ix_order_shipments_status on order_shipments (status);

      create table shopify_refunds (
        refund_id text not null,
        order_id text not null,
        order_source_id text not null,
        processed_at timestamptz not null,
        created_at timestamptz,
        updated_at timestamptz not null,
        note text,
        total numeric not null,
        currency text not null,
        presentment_total numeric not null,
        presentment_currency text not null,
        taxes_included boolean not null,
        transaction_ids jsonb not null,
        test boolean not null,
        ${engineColumns}
      );
      create index ix_shopify_refunds_order on shopify_refunds (connection_id, order_source_id);
      create index ix_shopify_refunds_order_id on shopify_refunds (order_id);
      create index ix_shopify_refunds_processed_at on shopify_refunds (processed_at);

      create table shopify_refund_lines (
        parent_source_id text not null,
        refund_id text not null,
        order_id text not null,
        kind text not null,
        line_item_id text,
        sku text,
        title text,
        quantity integer,
        restock_type text,
        restocked boolean,
        reason text,
        amount numeric not null,
        tax numeric not null,
        currency text not null,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_shopify_refund_lines_parent on shopify_refund_lines (connection_id, parent_source_id);
      create index ix_shopify_refund_lines_order_id on shopify_refund_lines (order_id);
      create index ix_shopify_refund_lines_line_item on shopify_refund_lines (connection_id, line_item_id);
      create index ix_shopify_refund_lines_sku on shopify_refund_lines (sku);

      create table shopify_transactions (
        transaction_id text not null,
        order_id text not null,
        order_source_id text not null,
        kind text not null,
        status text not null,
        gateway text,
        amount numeric not null,
        currency text not null,
        presentment_amount numeric not null,
        presentment_currency text not null,
        parent_transaction_id text,
        payment_id text,
        error_code text,
        fee numeric,
        fee_tax numeric,
        fee_currency text,
        fees jsonb not null,
        test boolean not null,
        created_at timestamptz not null,
        processed_at timestamptz,
        settlement_currency text,
        settlement_rate numeric,
        ${engineColumns}
      );
      create index ix_shopify_transactions_order on shopify_transactions (connection_id, order_source_id);
      create index ix_shopify_transactions_order_id on shopify_transactions (order_id);
      create index ix_shopify_transactions_parent
        on shopify_transactions (connection_id, parent_transaction_id);
      create index ix_shopify_transactions_payment_id on shopify_transactions (payment_id);
      create index ix_shopify_transactions_processed_at on shopify_transactions (processed_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

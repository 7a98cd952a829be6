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

/** Settlements line by line, what Amazon booked, and its stock taken apart. */
export class Amazon1763700000011 implements MigrationInterface {
  readonly name = 'Amazon1763700000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table settlements (
        settlement_id text not null,
        period_start timestamptz,
        period_end timestamptz,
        gross numeric not null,
        fees numeric not null,
        refunds numeric not null,
        other numeric not null,
        net numeric not null,
        currency text not null,
        deposit_date timestamptz,
        line_count integer not null,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_settlements_period_start on settlements (period_start);
      create index ix_settlements_period_end on settlements (period_end);

      create table settlement_lines (
        parent_source_id text not null,
        settlement_id text not null,
        line_number integer not null,
        order_id text,
        type text,
        amount numeric not null,
        currency text not null,
        fee_type text,
        counts_as text not null,
        amount_type text,
        amount_description text,
        posted_date timestamptz,
        posted_on date,
        merchant_order_id text,
        adjustment_id text,
        shipment_id text,
        marketplace_name text,
        fulfillment_id text,
        order_item_code text,
        merchant_order_item_id text,
        merchant_adjustment_item_id text,
        sku text,
        quantity_purchased integer,
        promotion_id text,
        ${engineColumns}
      );
      create index ix_settlement_lines_parent on settlement_lines (connection_id, parent_source_id);
      create index ix_settlement_lines_order_id on settlement_lines (order_id);
      create index ix_settlement_lines_sku on settlement_lines (sku);

      create table amazon_transactions (
        transaction_id text,
        type text,
        status text,
        description text,
        posted_date timestamptz not null,
        total numeric,
        currency text,
        account_type text,
        marketplace_id text,
        marketplace_name text,
        order_id text,
        shipment_id text,
        refund_id text,
        invoice_id text,
        disbursement_id text,
        settlement_id text,
        financial_event_group_id text,
        release_transaction_id text,
        deferred_transaction_id text,
        deferral_reason text,
        maturity_date timestamptz,
        amounts jsonb not null,
        items jsonb not null,
        ${engineColumns}
      );
      create index ix_amazon_transactions_posted_date on amazon_transactions (posted_date);
      create index ix_amazon_transactions_order_id on amazon_transactions (order_id);
      create index ix_amazon_transactions_type on amazon_transactions (type);
      create index ix_amazon_transactions_status on amazon_transactions (status);
      create index ix_amazon_transactions_settlement_id on amazon_transactions (settlement_id);

      create table amazon_inventory (
        parent_source_id text not null,
        marketplace_id text not null,
        sku text,
        asin text,
        fnsku text,
        condition text,
        product_name text,
        total_quantity integer,
        fulfillable integer,
        inbound_working integer,
        inbound_shipped integer,
        inbound_receiving integer,
        reserved integer,
        reserved_for_orders integer,
        reserved_for_transfer integer,
        reserved_in_processing integer,
        researching integer,
        unfulfillable integer,
        customer_damaged integer,
        warehouse_damaged integer,
        distributor_damaged integer,
        carrier_damaged integer,
        defective integer,
        expired integer,
        ${engineColumns}
      );
      create index ix_amazon_inventory_parent on amazon_inventory (connection_id, parent_source_id);
      create index ix_amazon_inventory_sku on amazon_inventory (sku);
      create index ix_amazon_inventory_marketplace on amazon_inventory (marketplace_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

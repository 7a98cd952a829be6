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

/** Where a Shopify shop keeps its goods and how many, and what its payments brought to the bank. */
export class ShopifyStockAndPayouts1763700000014 implements MigrationInterface {
  readonly name = 'ShopifyStockAndPayouts1763700000014';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table shopify_locations (
        location_id text not null,
        name text not null,
        is_active boolean not null,
        fulfills_online_orders boolean not null,
        has_active_inventory boolean not null,
        fulfillment_service text,
        address1 text,
        address2 text,
        city text,
        province text,
        zip text,
        country_code text,
        phone text,
        created_at timestamptz not null,
        updated_at timestamptz not null,
        deactivated_at timestamptz,
        ${engineColumns}
      );

      create table shopify_inventory_levels (
        parent_source_id text not null,
        inventory_item_id text not null,
        location_id text not null,
        location_name text not null,
        sku text,
        available integer not null,
        on_hand integer not null,
        committed integer not null,
        incoming integer not null,
        reserved integer not null,
        damaged integer not null,
        safety_stock integer not null,
        quality_control integer not null,
        updated_at timestamptz not null,
        ${engineColumns}
      );
      create index ix_shopify_inventory_levels_parent on shopify_inventory_levels (connection_id, parent_source_id);
      create index ix_shopify_inventory_levels_item on shopify_inventory_levels (inventory_item_id);
      create index ix_shopify_inventory_levels_location on shopify_inventory_levels (location_id);
      create index ix_shopify_inventory_levels_sku on shopify_inventory_levels (sku);

      create table shopify_payouts (
        payout_id text not null,
        status text not null,
        transaction_type text not null,
        issued_at timestamptz not null,
        net numeric not null,
        currency text not null,
        charges_gross numeric not null,
        charges_fee numeric not null,
        refunds_gross numeric not null,
        refunds_fee numeric not null,
        adjustments_gross numeric not null,
        adjustments_fee numeric not null,
        reserved_funds_gross numeric not null,
        reserved_funds_fee numeric not null,
        retried_payouts_gross numeric not null,
        retried_payouts_fee numeric not null,
        advances_gross numeric not null,
        advances_fee numeric not null,
        external_trace_id text,
        transaction_count integer not null,
        ${engineColumns}
      );
      create index ix_shopify_payouts_status on shopify_payouts (status);
      create index ix_shopify_payouts_issued_at on shopify_payouts (issued_at);

      create table shopify_balance_transactions (
        parent_source_id text not null,
        transaction_id text not null,
        payout_id text not null,
        type text not null,
        amount numeric not null,
        fee numeric not null,
        net numeric not null,
        currency text not null,
        order_id text,
        order_name text,
        order_transaction_id text,
        origin_type text,
        origin_id text,
        adjustment_reason text,
        test boolean not null,
        transaction_date timestamptz not null,
        ${engineColumns}
      );
      create index ix_shopify_balance_transactions_parent on shopify_balance_transactions (connection_id, parent_source_id);
      create index ix_shopify_balance_transactions_payout on shopify_balance_transactions (payout_id);
      create index ix_shopify_balance_transactions_order on shopify_balance_transactions (order_id);
      create index ix_shopify_balance_transactions_order_transaction on shopify_balance_transactions (order_transaction_id);
      create index ix_shopify_balance_transactions_type on shopify_balance_transactions (type);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

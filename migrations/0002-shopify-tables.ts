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

/** The tables of the first Shopify streams; names and columns as analysts' SQL knows them. */
export class ShopifyTables1763700000002 implements MigrationInterface {
  readonly name = 'ShopifyTables1763700000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table orders (
        order_id text not null,
        source text not null,
        purchase_date timestamptz not null,
        status text,
        customer_id text,
        total numeric,
        currency text,
        marketplace_id text,
        shopify_internal_id text,
        tracking_number text,
        carrier text,
        tracking_url text,
        tracking_updated_at timestamptz,
        financial_status text,
        fulfillment_status text,
        current_total numeric,
        subtotal numeric,
        tax_total numeric,
        shipping_total numeric,
        discount_total numeric,
        refunded_total numeric,
        presentment_total numeric,
        presentment_currency text,
        email text,
        cancelled_at timestamptz,
        cancel_reason text,
        test boolean not null,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_orders_purchase_date on orders (purchase_date);
      create index ix_orders_source_purchase_date on orders (source, purchase_date desc);
      create index ix_orders_status on orders (status);
      create index ix_orders_order_id on orders (order_id);

      create table order_items (
        parent_source_id text not null,
        order_id text not null,
        source text not null,
        sku text,
        asin text,
        title text,
        qty integer not null,
        current_qty integer,
        price numeric,
        discounted_total numeric,
        tax numeric,
        fee_estimate numeric,
        currency text,
        product_id text,
        variant_id text,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_order_items_parent on order_items (connection_id, parent_source_id);
      create index ix_order_items_sku on order_items (sku);

      create table shopify_customers (
        customer_id text not null,
        email text,
        first_name text,
        last_name text,
        display_name text,
        phone text,
        country_code text,
        created_at timestamptz,
        updated_at timestamptz,
        total_spent numeric,
        currency text,
        orders_count integer,
        state text,
        tags jsonb,
        last_order_id text,
        last_order_date timestamptz,
        ${engineColumns}
      );
      create index ix_shopify_customers_email on shopify_customers (email);
      create index ix_shopify_customers_updated_at on shopify_customers (updated_at);

      create table shopify_products (
        product_id text not null,
        title text,
        handle text,
        vendor text,
        product_type text,
        status text,
        tags jsonb,
        created_at timestamptz,
        updated_at timestamptz,
        published_at timestamptz,
        ${engineColumns}
      );

      create table shopify_variants (
        parent_source_id text not null,
        variant_id text not null,
        product_id text not null,
        sku text,
        barcode text,
        title text,
        price numeric,
        compare_at_price numeric,
        inventory_item_id text,
        inventory_quantity integer,
        position integer,
        created_at timestamptz,
        updated_at timestamptz,
        ${engineColumns}
      );
      create index ix_shopify_variants_sku on shopify_variants (sku);
      create index ix_shopify_variants_parent on shopify_variants (connection_id, parent_source_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

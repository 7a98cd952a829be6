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

/** What every platform has in stock, and ShipBob's own tables. */
export class ShipBob1763700000010 implements MigrationInterface {
  readonly name = 'ShipBob1763700000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Who sends the parcels knows more of an order's status than who sold it: the newer word counts.
      alter table orders add status_updated_at timestamptz;

      create table inventory (
        sku text,
        source text not null,
        quantity_on_hand integer,
        quantity_available integer,
        quantity_reserved integer,
        quantity_incoming integer,
        asin text,
        fnsku text,
        fulfillment_center text,
        inventory_id text,
        inventory_name text,
        fulfillable_quantity integer,
        backordered_quantity integer,
        exception_quantity integer,
        internal_transfer_quantity integer,
        last_updated timestamptz,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_inventory_sku on inventory (sku);
      create index ix_inventory_source on inventory (source);
      create index ix_inventory_last_updated on inventory (last_updated);

      create table shipbob_inventory (
        parent_source_id text not null,
        inventory_id text not null,
        sku text,
        inventory_name text,
        fulfillment_center_id text not null,
        fulfillment_center_name text,
        quantity_on_hand integer not null,
        quantity_reserved integer not null,
        quantity_incoming integer not null,
        fulfillable_quantity integer not null,
        internal_transfer_quantity integer not null,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_shipbob_inventory_parent on shipbob_inventory (connection_id, parent_source_id);
      create index ix_shipbob_inventory_sku on shipbob_inventory (sku);

      create table shipbob_orders (
        shipbob_order_id text not null,
        reference_id text,
        order_number text,
        status text,
        created_date timestamptz,
        purchase_date timestamptz,
        last_updated_date timestamptz,
        shipped_date timestamptz,
        delivered_date timestamptz,
        tracking_number text,
        carrier text,
        tracking_url text,
        recipient_name text,
        recipient_email text,
        fulfillment_center_id text,
        total_weight numeric,
        total_cost numeric,
        currency text,
        shipping_method text,
        order_type text,
        channel_id text,
        channel_name text,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_shipbob_orders_reference_id on shipbob_orders (reference_id);
      create index ix_shipbob_orders_order_number on shipbob_orders (order_number);
      create index ix_shipbob_orders_tracking_number on shipbob_orders (tracking_number);
      create index ix_shipbob_orders_status on shipbob_orders (status);

      create table shipbob_shipments (
        parent_source_id text not null,
        shipment_id text not null,
        shipbob_order_id text not null,
        reference_id text,
        status text,
        status_detail text,
        delivery_status text,
        created_date timestamptz,
        last_updated_date timestamptz,
        last_tracking_updated_date timestamptz,
        shipped_date timestamptz,
        delivered_date timestamptz,
        estimated_fulfillment_date timestamptz,
        estimated_fulfillment_date_status text,
        fulfillment_center_id text,
        fulfillment_center_name text,
        carrier text,
        carrier_service text,
        tracking_number text,
        tracking_url text,
        weight numeric,
        cost numeric,
        currency text,
        ship_option text,
        is_tracking_uploaded boolean,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_shipbob_shipments_parent on shipbob_shipments (connection_id, parent_source_id);
      create index ix_shipbob_shipments_reference_id on shipbob_shipments (reference_id);
      create index ix_shipbob_shipments_tracking_number on shipbob_shipments (tracking_number);
      create index ix_shipbob_shipments_status on shipbob_shipments (status);

      create table shipbob_returns (
        return_id text not null,
        source text not null,
        original_shipment_id text,
        reference_id text,
        store_order_id text,
        status text,
        return_type text,
        customer_name text,
        tracking_number text,
        total_cost numeric,
        currency text,
        fulfillment_center_id text,
        fulfillment_center_name text,
        items jsonb,
        transactions jsonb,
        status_history jsonb,
        insert_date timestamptz,
        arrived_date timestamptz,
        completed_date timestamptz,
        cancelled_date timestamptz,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_shipbob_returns_reference_id on shipbob_returns (reference_id);
      create index ix_shipbob_returns_store_order_id on shipbob_returns (store_order_id);
      create index ix_shipbob_returns_status on shipbob_returns (status);
      create index ix_shipbob_returns_fulfillment_center on shipbob_returns (fulfillment_center_id);

      create table shipbob_receiving_orders (
        wro_id text not null,
        source text not null,
        purchase_order_number text,
        status text,
        package_type text,
        box_packaging_type text,
        fulfillment_center_id text,
        fulfillment_center_name text,
        inventory_quantities jsonb,
        status_history jsonb,
        expected_arrival_date timestamptz,
        insert_date timestamptz,
        last_updated_date timestamptz,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_shipbob_wro_po_number on shipbob_receiving_orders (purchase_order_number);
      create index ix_shipbob_wro_status on shipbob_receiving_orders (status);
      create index ix_shipbob_wro_expected_arrival on shipbob_receiving_orders (expected_arrival_date);

      create table shipbob_products (
        product_id text not null,
        source text not null,
        name text,
        sku text,
        barcode text,
        description text,
        category text,
        is_case boolean,
        is_lot boolean,
        is_active boolean,
        is_bundle boolean,
        is_digital boolean,
        is_hazmat boolean,
        dimensions jsonb,
        weight jsonb,
        value jsonb,
        created_at timestamptz,
        updated_at timestamptz,
        ${engineColumns}
      );
      create index ix_shipbob_products_sku on shipbob_products (sku);
      create index ix_shipbob_products_category on shipbob_products (category);

      create table shipbob_variants (
        parent_source_id text not null,
        variant_id text not null,
        product_id text not null,
        source text not null,
        name text,
        sku text,
        barcode text,
        upc text,
        gtin text,
        status text,
        is_case boolean,
        is_lot boolean,
        is_active boolean,
        is_digital boolean,
        is_hazmat boolean,
        inventory_id text,
        on_hand_quantity integer,
        dimensions jsonb,
        weight jsonb,
        value jsonb,
        channels jsonb,
        created_at timestamptz,
        updated_at timestamptz,
        ${engineColumns}
      );
      create index ix_shipbob_variants_parent on shipbob_variants (connection_id, parent_source_id);
      create index ix_shipbob_variants_sku on shipbob_variants (sku);
      create index ix_shipbob_variants_inventory_id on shipbob_variants (inventory_id);

      create table shipbob_fulfillment_centers (
        center_id text not null,
        source text not null,
        name text,
        address1 text,
        address2 text,
        city text,
        state text,
        zip_code text,
        country text,
        phone_number text,
        email text,
        timezone text,
        created_at timestamptz not null default now(),
        ${engineColumns}
      );
      create index ix_shipbob_centers_state on shipbob_fulfillment_centers (state);
      create index ix_shipbob_centers_country on shipbob_fulfillment_centers (country);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

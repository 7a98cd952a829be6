/*
 * Records as ShipBob writes them, and the instants and ids in them.
 */

export interface WireShipment {
  id: number;
  order_id: number;
  reference_id: string | null;
  status: string;
  status_details: WireDetail[];
  created_date: string;
  last_update_at: string;
  last_tracking_update_at: string | null;
  actual_fulfillment_date: string | null;
  estimated_fulfillment_date: string | null;
  estimated_fulfillment_date_status: string;
  delivery_date: string | null;
  location: { id: number; name: string };
  tracking: WireTracking | null;
  measurements: { length_in: number; width_in: number; depth_in: number; total_weight_oz: number };
  invoice_amount: number | null;
  invoice_currency_code: string | null;
  insurance_value: null;
  is_tracking_uploaded: boolean;
  require_signature: boolean;
  ship_option: string;
  package_material_type: string;
  gift_message: null;
  products: WireShipped[];
}

export interface WireDetail {
  id: number;
  name: string;
  description: string;
  inventory_id: number | null;
  exception_fulfillment_center_id: number | null;
  extra_information: null;
}

export interface WireTracking {
  carrier: string;
  carrier_service: string | null;
  tracking_number: string;
  tracking_url: string;
  bol: null;
  pro_number: null;
  scac: null;
  shipping_date: string | null;
}

interface WireShipped {
  id: number;
  name: string;
  reference_id: string;
  sku: string;
  inventory_items: {
    id: number;
    name: string;
    lot: null;
    expiration_date: null;
    quantity: number;
    quantity_committed: number;
    is_dangerous_goods: boolean;
    serial_numbers: [];
  }[];
}

export interface WireOrder {
  id: number;
  reference_id: string;
  order_number: string;
  status: string;
  type: 'DTC';
  created_date: string;
  purchase_date: string;
  channel: { id: number; name: string };
  recipient: {
    name: string;
    email: string | null;
    phone_number: string | null;
    address: Record<string, string | null>;
  };
  products: {
    id: number;
    reference_id: string;
    sku: string | null;
    quantity: number;
    unit_price: number;
    external_line_id: number;
    gtin: null;
    upc: null;
  }[];
  shipments: WireShipment[];
  shipping_method: string;
  shipping_terms: { carrier_type: 'Parcel'; payment_term: 'Prepaid' };
  tags: [];
  financials: { total_price: number };
  gift_message: null;
}

export interface WireReturn {
  id: number;
  reference_id: string;
  status: string;
  return_type: string;
  original_shipment_id: number;
  store_order_id: string;
  tracking_number: string | null;
  shipment_tracking_number: string | null;
  customer_name: string;
  insert_date: string;
  awaiting_arrival_date: string | null;
  arrived_date: string | null;
  processing_date: string | null;
  completed_date: string | null;
  cancelled_date: string | null;
  fulfillment_center: { id: number; name: string };
  channel: { id: number; name: string };
  inventory: {
    id: number;
    sku: string;
    name: string;
    quantity: number;
    bundle_parent_sku: null;
    barcodes: string[];
    lot_information: null;
    action_requested: { action: string; action_type: string; instructions: string | null };
    action_taken: { action: string; action_reason: string; quantity_processed: number; image_url: null }[];
  }[];
  invoice: { amount: number | null; currency_code: string | null };
  status_history: { status: string; timestamp: string }[];
  transactions: { amount: number; transaction_type: string }[];
}

export interface WireReceiving {
  id: number;
  purchase_order_number: string;
  status: string;
  package_type: string;
  box_packaging_type: string;
  expected_arrival_date: string;
  insert_date: string;
  last_updated_date: string;
  external_sync_timestamp: string | null;
  box_labels_uri: string;
  fulfillment_center: WireCentre;
  inventory_quantities: {
    inventory_id: number;
    sku: string;
    expected_quantity: number;
    received_quantity: number;
    stowed_quantity: number;
  }[];
  status_history: { id: number; status: string; timestamp: string }[];
}

export interface WireCentre {
  id: number;
  name: string;
  address1: string;
  address2: string | null;
  city: string;
  state: string;
  zip_code: string;
  country: string;
  timezone: string;
  email: string | null;
  phone_number: string;
}

export interface WireVariant {
  id: number;
  sku: string | null;
  name: string;
  status: 'Active' | 'Inactive';
  barcodes: { value: string; sticker_url: null }[];
  upc: string | null;
  gtin: null;
  is_digital: boolean;
  is_image_uploaded: boolean;
  inventory: { inventory_id: number | null; on_hand_qty: number };
  dimension: {
    length: number;
    width: number;
    height: number;
    unit: 'Inch';
    is_locked: boolean;
    source: null;
  };
  weight: { weight: number; unit: 'Ounce' };
  customs: {
    hs_tariff_code: string | null;
    country_code_of_origin: string;
    value: number;
    currency: string;
    description: string;
    is321_eligible: boolean;
  };
  lot_information: { is_lot: boolean; minimum_shelf_life_days: null };
  fulfillment_settings: Record<string, unknown>;
  bundle_definition: object[];
  associated_bundles: object[];
  channel_metadata: object[];
  created_on: string;
  updated_on: string | null;
}

export interface WireProduct {
  id: number;
  name: string;
  type: 'Regular' | 'Bundle';
  taxonomy: { id: number; name: string; parent_id: null; parent_name: null; path: string } | null;
  user_id: number;
  created_on: string;
  updated_on: string | null;
  variants: WireVariant[];
}

export interface WireLevel {
  inventory_id: number;
  name: string | null;
  sku: string | null;
  total_on_hand_quantity: number;
  total_committed_quantity: number;
  total_fulfillable_quantity: number;
  total_sellable_quantity: number;
  total_awaiting_quantity: number;
  total_exception_quantity: number;
  total_backordered_quantity: number;
  total_internal_transfer_quantity: number;
  locations: WireLocation[];
}

export interface WireLocation {
  location_id: number;
  name: string;
  on_hand_quantity: number;
  committed_quantity: number;
  fulfillable_quantity: number;
  awaiting_quantity: number;
  internal_transfer_quantity: number;
}

/** `2026-11-10T14:15:22.1230000+00:00`: seven digits of a second, as .NET writes them. */
export const stamp = (ms: number): string =>
  new Date(ms).toISOString().replace(/(\.\d{3})Z$/, '$10000+00:00');

/** The same without a zone, as older records have it. */
export const zoneless = (ms: number): string => new Date(ms).toISOString().replace('Z', '');

/** Milliseconds of any of our stamps. */
export const msOf = (text: string): number => Date.parse(/(?:Z|\+00:00)$/.test(text) ? text : `${text}Z`);

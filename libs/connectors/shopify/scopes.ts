/** What the streams read. `read_all_orders` is wished for, not needed: without it Shopify shows the last 60 days. */
export const SCOPES = [
  'read_orders',
  'read_customers',
  'read_products',
  'read_inventory',
  'read_locations',
  'read_shopify_payments_accounts',
  'read_shopify_payments_payouts',
];

/**
 * Warehouse tables as data: the columns analysts query, one table per file. Every table also has the engine's
 * columns (first seen, synced, gone, by which run) and is keyed by (connection_id, source_id), the platform's own stable id.
 */
export {
  type Column,
  type Columns,
  type RowOf,
  type SqlType,
  type Table,
  bigint,
  date,
  defineChildTable,
  defineTable,
  exact,
  flag,
  indexedText,
  instant,
  integer,
  json,
  snakeCase,
  text,
} from './define.js';
export { fitsInstant, keyMisfitOf, misfitOf } from './fit.js';
export { orders } from './orders.js';
export { orderItems } from './order-items.js';
export { shopifyCustomers } from './shopify-customers.js';
export { shopifyProducts } from './shopify-products.js';
export { shopifyVariants } from './shopify-variants.js';

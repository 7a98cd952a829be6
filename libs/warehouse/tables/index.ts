/**
 * Warehouse tables as data: the columns analysts query, one table per file. Every table also has the engine's
 * columns (first seen, synced, gone, by which run) and is keyed by (connection_id, source_id), the platform's own stable id.
 */
export {
  type Column,
  type Columns,
  type Groups,
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
export { orderShipments } from './order-shipments.js';
export { shopifyCustomers } from './shopify-customers.js';
export { shopifyProducts } from './shopify-products.js';
export { shopifyRefundLines } from './shopify-refund-lines.js';
export { shopifyRefunds } from './shopify-refunds.js';
export { shopifyTransactions } from './shopify-transactions.js';
export { shopifyVariants } from './shopify-variants.js';
export { shopifyLocations } from './shopify-locations.js';
export { shopifyInventoryLevels } from './shopify-inventory-levels.js';
export { shopifyPayouts } from './shopify-payouts.js';
export { shopifyBalanceTransactions } from './shopify-balance-transactions.js';
export { inventory } from './inventory.js';
export { shipbobFulfillmentCenters } from './shipbob-fulfillment-centers.js';
export { shipbobInventory } from './shipbob-inventory.js';
export { shipbobOrders } from './shipbob-orders.js';
export { shipbobProducts } from './shipbob-products.js';
export { shipbobReceivingOrders } from './shipbob-receiving-orders.js';
export { shipbobReturns } from './shipbob-returns.js';
export { shipbobShipments } from './shipbob-shipments.js';
export { shipbobVariants } from './shipbob-variants.js';
export { amazonInventory } from './amazon-inventory.js';
export { amazonTransactions } from './amazon-transactions.js';
export { settlementLines } from './settlement-lines.js';
export { settlements } from './settlements.js';
export { freeagentContacts } from './freeagent-contacts.js';
export { freeagentInvoices } from './freeagent-invoices.js';
export { freeagentInvoiceItems } from './freeagent-invoice-items.js';
export { freeagentBills } from './freeagent-bills.js';
export { freeagentBillItems } from './freeagent-bill-items.js';
export { freeagentCategories } from './freeagent-categories.js';
export { freeagentBankAccounts } from './freeagent-bank-accounts.js';
export { freeagentBankTransactions } from './freeagent-bank-transactions.js';
export { freeagentBankTransactionExplanations } from './freeagent-bank-transaction-explanations.js';
export { freeagentTransactions } from './freeagent-transactions.js';
export { freeagentUsers } from './freeagent-users.js';

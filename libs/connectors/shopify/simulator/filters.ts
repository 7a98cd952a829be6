import type { Customer, Product, Variant } from './catalog.js';
import type { Order } from './order.js';
import type { SearchFields } from './search.js';

/** The filters each list knows, as the vendor documents them; any other field is ignored with a warning. */

export const ORDER_FILTERS: SearchFields<Order> = {
  default: {
    kind: 'words',
    of: (order) => [order.name, order.email ?? '', order.customer?.displayName ?? ''],
  },
  id: { kind: 'id', of: (order) => order.legacyResourceId },
  name: { kind: 'words', of: (order) => [order.name, order.name.replace(/^#/, '')] },
  updated_at: { kind: 'time', of: (order) => order.updatedMs, sortKey: 'UPDATED_AT' },
  created_at: { kind: 'time', of: (order) => order.createdMs, sortKey: 'CREATED_AT' },
  processed_at: { kind: 'time', of: (order) => order.processedMs, sortKey: 'PROCESSED_AT' },
  status: {
    kind: 'words',
    of: (order) => {
      const state =
        order.cancelledMs !== null ? ['cancelled'] : order.closedMs !== null ? ['closed'] : ['open'];
      return order.closedMs === null ? [...state, 'not_closed', 'any'] : [...state, 'any'];
    },
  },
  financial_status: { kind: 'words', of: (order) => order.displayFinancialStatus },
  fulfillment_status: {
    kind: 'words',
    of: (order) => {
      const status = order.displayFulfillmentStatus;
      if (status === 'FULFILLED') return [status, 'shipped'];
      return status === 'UNFULFILLED' ? [status, 'unshipped'] : [status, 'partial'];
    },
  },
  customer_id: { kind: 'id', of: (order) => order.customer?.legacyResourceId },
  email: { kind: 'words', of: (order) => order.email },
  sku: { kind: 'words', of: (order) => order.lines.map((line) => line.sku ?? '').filter(Boolean) },
  tag: { kind: 'words', of: (order) => order.tags },
  test: { kind: 'words', of: (order) => String(order.test) },
  gateway: { kind: 'words', of: (order) => order.paymentGatewayNames },
};

export const CUSTOMER_FILTERS: SearchFields<Customer> = {
  default: { kind: 'words', of: (customer) => [customer.displayName, customer.email ?? ''] },
  id: { kind: 'id', of: (customer) => customer.legacyResourceId },
  updated_at: { kind: 'day', of: (customer) => customer.updatedMs, sortKey: 'UPDATED_AT' },
  customer_date: { kind: 'time', of: (customer) => customer.createdMs, sortKey: 'CREATED_AT' },
  email: { kind: 'words', of: (customer) => customer.email },
  first_name: { kind: 'words', of: (customer) => customer.firstName },
  last_name: { kind: 'words', of: (customer) => customer.lastName },
  state: { kind: 'words', of: (customer) => customer.state },
  tag: { kind: 'words', of: (customer) => customer.tags },
  orders_count: { kind: 'number', of: (customer) => customer.placed.size },
};

/** `customersCount` knows fewer filters than the list, and reads instants where the list reads days. */
export const CUSTOMER_COUNT_FILTERS: SearchFields<Customer> = {
  id: { kind: 'id', of: (customer) => customer.legacyResourceId },
  created_at: { kind: 'time', of: (customer) => customer.createdMs },
  updated_at: { kind: 'time', of: (customer) => customer.updatedMs },
};

export const PRODUCT_FILTERS: SearchFields<Product> = {
  default: { kind: 'words', of: (product) => [product.title, product.vendor, product.productType] },
  id: { kind: 'id', of: (product) => product.legacyResourceId },
  updated_at: { kind: 'time', of: (product) => product.updatedMs, sortKey: 'UPDATED_AT' },
  created_at: { kind: 'time', of: (product) => product.createdMs, sortKey: 'CREATED_AT' },
  status: { kind: 'words', of: (product) => product.status },
  handle: { kind: 'words', of: (product) => product.handle },
  title: { kind: 'words', of: (product) => product.title },
  vendor: { kind: 'words', of: (product) => product.vendor },
  product_type: { kind: 'words', of: (product) => product.productType },
  sku: {
    kind: 'words',
    of: (product) => product.variantList.map((variant) => variant.sku ?? '').filter(Boolean),
  },
  tag: { kind: 'words', of: (product) => product.tags },
};

export const VARIANT_FILTERS: SearchFields<Variant> = {
  default: { kind: 'words', of: (variant) => [variant.displayName, variant.sku ?? ''] },
  id: { kind: 'id', of: (variant) => variant.legacyResourceId },
  updated_at: { kind: 'time', of: (variant) => variant.updatedMs },
  sku: { kind: 'words', of: (variant) => variant.sku },
  barcode: { kind: 'words', of: (variant) => variant.barcode },
  product_id: { kind: 'id', of: (variant) => variant.product.legacyResourceId },
  product_status: { kind: 'words', of: (variant) => variant.product.status },
};

/** `productVariantsCount` takes a query and knows no filter: each is ignored with a warning. */
export const VARIANT_COUNT_FILTERS: SearchFields<Variant> = {};

import { sum, type Decimal } from '#kernel';
import { textOf } from '#shop';
import type { ShopStore } from './store.js';
import type { StreamTruth } from './truth.js';

/** Counts and sums of what came of a shop's orders: parcels, refunds, payments. */
export function afterSaleTruth(store: ShopStore): Record<string, StreamTruth> {
  const { currency } = store;
  const orders = [...store.orders.values()];
  const parcels = orders
    .flatMap((order) => order.fulfillmentList)
    .reduce((total, one) => total + Math.max(1, one.trackingList.length), 0);
  const refunds = orders.flatMap((order) => order.refundList);
  const payments = orders.flatMap((order) => order.transactionList);
  const came = payments.filter(({ status }) => status === 'SUCCESS');
  const added = (units: readonly number[]): Record<string, Decimal> => ({
    [currency]: sum(units.map(textOf)),
  });
  const lines = refunds.map(
    ({ taken, shippingList, adjustmentList }) => taken.length + shippingList.length + adjustmentList.length,
  );
  return {
    'shopify.fulfillments': { records: parcels, tables: { order_shipments: { rows: parcels } } },
    'shopify.refunds': {
      records: refunds.length,
      tables: {
        shopify_refunds: { rows: refunds.length, sum_total: added(refunds.map(({ paid }) => paid)) },
        shopify_refund_lines: { rows: lines.reduce((total, n) => total + n, 0) },
      },
    },
    'shopify.transactions': {
      records: payments.length,
      tables: {
        shopify_transactions: {
          rows: payments.length,
          sum_amount: added(payments.map(({ units }) => units)),
          sum_fee: added(payments.map(({ feeUnits }) => feeUnits)),
          sum_received: added(
            came
              .filter(({ kind }) => kind === 'SALE' || kind === 'CAPTURE' || kind === 'REFUND')
              .map(({ kind, units }) => (kind === 'REFUND' ? -units : units)),
          ),
        },
      },
    },
  };
}

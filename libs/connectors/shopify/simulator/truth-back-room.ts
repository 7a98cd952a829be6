import { sum } from '#kernel';
import type { ShopStore } from './store.js';
import type { StreamTruth } from './truth.js';

/** Counts and sums of what follows from sales: where goods are and how many, and what was paid out. */
export function backRoomTruth(store: ShopStore): Readonly<Record<string, StreamTruth>> {
  const { shelves, payments, currency } = store;
  const items = [...shelves.items.values()];
  const levels = items.flatMap((item) => item.levels);
  const payouts = [...(payments?.payouts.values() ?? [])];
  const parts = [...(payments?.transactions.values() ?? [])].filter(
    ({ type, facts }) => facts.payout !== null && type !== 'TRANSFER',
  );
  return {
    'shopify.locations': {
      records: shelves.locations.size,
      tables: { shopify_locations: { rows: shelves.locations.size } },
    },
    'shopify.inventory': {
      records: items.length,
      tables: {
        inventory: {
          rows: items.length,
          units: items
            .filter(({ tracked }) => tracked)
            .flatMap((item) => item.levels)
            .reduce((all, level) => all + level.onHand, 0),
        },
        shopify_inventory_levels: {
          rows: levels.length,
          units: levels.reduce((all, level) => all + level.onHand, 0),
        },
      },
    },
    'shopify.payouts': {
      records: payouts.length,
      tables: {
        shopify_payouts: {
          rows: payouts.length,
          sum_net: { [currency]: sum(payouts.map(({ net }) => net.amount)) },
        },
        shopify_balance_transactions: {
          rows: parts.length,
          sum_net: { [currency]: sum(parts.map(({ net }) => net.amount)) },
        },
      },
    },
  };
}

import { add, decimal, type Decimal, ZERO } from '#kernel';
import type { ShipBobStore } from './store.js';

/** Counts and sums of an account, added up from its own records: what any faithful copy must reproduce. */
export interface Truth {
  readonly streams: Readonly<
    Record<string, { readonly records: number; readonly tables: Readonly<Record<string, TableTruth>> }>
  >;
}

interface TableTruth {
  readonly rows: number;
  readonly units?: number;
  readonly sum_cost?: Readonly<Record<string, Decimal>>;
  readonly sum_total_cost?: Readonly<Record<string, Decimal>>;
}

export function truthOf(store: ShipBobStore): Truth {
  const shipments = store.orders.flatMap((order) => order.shipments);
  const stream = (list: readonly unknown[], tables: Record<string, TableTruth>) => ({
    records: list.length,
    tables,
  });
  return {
    streams: {
      'shipbob.inventory': stream(store.inventory, {
        inventory: {
          rows: store.inventory.length,
          units: count(store.inventory, (level) => level.total_on_hand_quantity),
        },
        shipbob_inventory: {
          rows: count(store.inventory, ({ locations }) => locations.length),
          units: count(store.inventory, ({ locations }) => count(locations, (at) => at.on_hand_quantity)),
        },
      }),
      'shipbob.orders': stream(store.orders, {
        shipbob_orders: { rows: store.orders.length },
        shipbob_shipments: {
          rows: shipments.length,
          sum_cost: sums(shipments.map((one) => [one.invoice_currency_code, one.invoice_amount])),
        },
      }),
      'shipbob.returns': stream(store.returns, {
        shipbob_returns: {
          rows: store.returns.length,
          sum_total_cost: sums(
            store.returns.flatMap(({ transactions, invoice }) =>
              transactions.map(({ amount }) => [invoice.currency_code, amount] as const),
            ),
          ),
        },
      }),
      'shipbob.receiving': stream(store.receiving, {
        shipbob_receiving_orders: {
          rows: store.receiving.length,
          units: count(store.receiving, (wro) =>
            count(wro.inventory_quantities, (one) => one.stowed_quantity),
          ),
        },
      }),
      'shipbob.products': stream(store.products, {
        shipbob_products: { rows: store.products.length },
        shipbob_variants: { rows: count(store.products, ({ variants }) => variants.length) },
      }),
      'shipbob.fulfillment_centers': stream(store.fulfillment_centers, {
        shipbob_fulfillment_centers: { rows: store.fulfillment_centers.length },
      }),
    },
  };
}

const count = <T>(list: readonly T[], of: (one: T) => number): number =>
  list.reduce((all, one) => all + of(one), 0);

function sums(amounts: readonly (readonly [string | null, number | null])[]): Record<string, Decimal> {
  const totals: Record<string, Decimal> = {};
  for (const [currency, amount] of amounts)
    if (currency !== null && amount !== null)
      totals[currency] = add(totals[currency] ?? ZERO, decimal(String(amount)));
  return totals;
}

/*
 * What Shopify charges a query before it runs: a scalar is free, an object is one point, a connection is its child
 * times `first`. Points come from one bucket per app and shop; what the reply did not use is handed back.
 */

/** No single query above this runs, whatever the bucket holds. */
export const QUERY_CAP = 1000;

/** The largest `first` Shopify takes. */
export const LARGEST_PAGE = 250;

/** One object: itself and what is selected inside it. */
export const object = (...inside: readonly number[]): number =>
  inside.reduce((total, cost) => total + cost, 1);

/** A plain list with `first`. */
export const list = (first: number, child: number): number => first * child;

/** A connection: itself, its `pageInfo`, and `first` children. */
export const connection = (first: number, child: number): number => 2 + first * child;

/** `…Set{shopMoney{amount currencyCode}}`: the bag and one money inside it. */
export const MONEY_BAG = object(object());

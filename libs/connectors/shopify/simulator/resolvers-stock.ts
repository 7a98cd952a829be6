import {
  BALANCE_FILTERS,
  ITEM_FILTERS,
  LEVEL_FILTERS,
  LOCATION_FILTERS,
  PAYOUT_FILTERS,
} from './filters-stock.js';
import { legacyId } from './ids.js';
import type { Location } from './places.js';
import type { PaymentsAccount } from './payments.js';
import type { RequestContext } from './resolvers.js';
import { compileSearch, type Search, type SearchFields } from './search.js';
import type { Listed } from './sorted.js';
import type { InventoryItem, InventoryLevel } from './stock.js';
import type { Collection } from './store.js';
import { pageOf, walk, type Page, type PageArgs } from './walk.js';

/*
 * Locations, stock and payments: lists of their own, and lists inside those. Filters that a list does not know are
 * ignored, as everywhere.
 */

interface ListArgs extends PageArgs {
  readonly sortKey?: string;
  readonly query?: string | null;
}

interface List<T extends Listed> {
  readonly field: string;
  readonly of: Collection<T>;
  readonly filters: SearchFields<T>;
  readonly args: ListArgs;
  /** What the field's other arguments leave of the list. */
  readonly only?: (record: T) => boolean;
}

function searched<T>(
  { field, filters, args, only }: Pick<List<T & Listed>, 'field' | 'filters' | 'args' | 'only'>,
  context: RequestContext,
): Search<T> {
  const search = compileSearch<T>(args.query, filters as SearchFields<T>, context.nowMs);
  if (search.warnings.length > 0)
    context.searchNotes.push({
      path: [field],
      query: args.query ?? '',
      parsed: {},
      warnings: search.warnings,
    });
  if (!only) return search;
  const left = only as (record: T) => boolean;
  return { ...search, all: false, matches: (record) => left(record) && search.matches(record) };
}

const page = <T extends Listed>(list: List<T>, context: RequestContext): Page<T> => {
  const sortKey = list.args.sortKey ?? 'ID';
  return walk({
    list: list.of.sortedBy(sortKey),
    search: searched<T>(list, context),
    sortKey,
    scope: `${list.field}|${list.args.query ?? ''}`,
    args: list.args,
  });
};

type OfRoot = (_: unknown, args: never, context: RequestContext) => unknown;

export const stockRoot: Readonly<Record<string, OfRoot>> = {
  locations: (_, args: ListArgs & { includeInactive: boolean; includeLegacy: boolean }, context) =>
    page(
      {
        field: 'locations',
        of: context.store.shelves.locations,
        filters: LOCATION_FILTERS,
        args,
        only: ({ isActive, isFulfillmentService }) =>
          (args.includeInactive || isActive) && (args.includeLegacy || !isFulfillmentService),
      },
      context,
    ),
  location: (_, args: { id?: string | null }, { store }) =>
    store.shelves.locations.get(legacyId(args.id ?? '', 'Location') ?? '') ?? null,
  inventoryItems: (_, args: ListArgs, context) =>
    page({ field: 'inventoryItems', of: context.store.shelves.items, filters: ITEM_FILTERS, args }, context),
  inventoryItem: (_, args: { id: string }, { store }) =>
    store.shelves.items.get(legacyId(args.id, 'InventoryItem') ?? '') ?? null,
  shopifyPaymentsAccount: (_, _args, { store }) => store.payments,
};

interface LevelArgs extends PageArgs {
  readonly query?: string | null;
}

function levels(
  all: readonly InventoryLevel[],
  scope: string,
  args: LevelArgs,
  context: RequestContext,
): Page<InventoryLevel> {
  const search = compileSearch(args.query, LEVEL_FILTERS, context.nowMs);
  if (search.warnings.length > 0)
    context.searchNotes.push({
      path: ['inventoryLevels'],
      query: args.query ?? '',
      parsed: {},
      warnings: search.warnings,
    });
  return pageOf(all.filter(search.matches), args, `inventoryLevels|${scope}|${args.query ?? ''}`);
}

export const stockNested = {
  InventoryItem: {
    inventoryLevels: (item: InventoryItem, args: LevelArgs, context: RequestContext) =>
      levels(item.levels, item.id, args, context),
    variants: (item: InventoryItem, args: PageArgs) => pageOf([item.variant], args, `variants|${item.id}`),
  },
  InventoryLevel: {
    quantities: (level: InventoryLevel, args: { names: readonly string[] }) => level.quantities(args.names),
  },
  Location: {
    inventoryLevels: (location: Location, args: LevelArgs, context: RequestContext) =>
      levels(
        [...context.store.shelves.items.values()].flatMap((item) =>
          item.levels.filter((level) => level.location === location),
        ),
        location.id,
        args,
        context,
      ),
  },
  ShopifyPaymentsAccount: {
    payouts: (
      account: PaymentsAccount,
      args: ListArgs & { transactionType?: string | null },
      context: RequestContext,
    ) =>
      page(
        {
          field: 'payouts',
          of: account.payouts,
          filters: PAYOUT_FILTERS,
          args,
          only: ({ transactionType }) => (args.transactionType ?? transactionType) === transactionType,
        },
        context,
      ),
    balanceTransactions: (
      account: PaymentsAccount,
      args: ListArgs & { hideTransfers: boolean },
      context: RequestContext,
    ) =>
      page(
        {
          field: 'balanceTransactions',
          of: account.transactions,
          filters: BALANCE_FILTERS,
          args,
          only: ({ type }) => !args.hideTransfers || type !== 'TRANSFER',
        },
        context,
      ),
  },
} as const;

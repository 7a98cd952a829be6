import { hash, textOf, type Article, type Stock, type Trade } from '#shop';
import { CHANNELS, CENTRES } from './centres.js';
import { stamp, type WireLevel, type WireLocation, type WireProduct, type WireVariant } from './wire.js';

const DAY = 86_400_000;

/** What articles are called at ShipBob: stock item, product of old (order lines still name it), weight. */
export interface Item {
  readonly article: Article;
  readonly inventoryId: number;
  readonly legacyId: number;
  readonly ounces: number;
}

export type Items = ReadonlyMap<string, Item>;

export const itemsOf = ({ articles }: Trade): Items =>
  new Map(
    articles.map((article, i) => [
      article.sku,
      {
        article,
        inventoryId: 9_600_000 + i,
        legacyId: 7_000_000 + i,
        ounces: 4 + (hash(article.sku) % 60),
      },
    ]),
  );

/** Articles of one title are variants of one product; the first two are sold as a bundle as well. */
export function productsOf(trade: Trade, items: Items, onHand: ReadonlyMap<number, number>): WireProduct[] {
  const madeMs = trade.anchorMs - 400 * DAY;
  const byTitle = new Map<string, Item[]>();
  for (const item of items.values())
    byTitle.set(item.article.title, [...(byTitle.get(item.article.title) ?? []), item]);
  const made = [...byTitle].map(([title, kinds], i): WireProduct => {
    const variants = kinds.map((item, n) => variantOf(trade, item, { n, onHand, madeMs }));
    return {
      id: 30_000_000 + i,
      name: title,
      type: 'Regular',
      taxonomy:
        i % 6 === 5
          ? null
          : {
              id: 100 + (i % 4),
              name: SHELVES[i % 4]!,
              parent_id: null,
              parent_name: null,
              path: SHELVES[i % 4]!,
            },
      user_id: 4711,
      created_on: stamp(madeMs + i * 1000),
      updated_on: i % 3 === 0 ? null : stamp(madeMs + i * DAY),
      variants,
    };
  });
  const [first, second] = items.values();
  return first && second ? [...made, bundleOf(trade, [first, second], made.length)] : made;
}

const SHELVES = ['Kitchen', 'Garden', 'Toys', 'Stationery'];

interface Making {
  readonly n: number;
  readonly onHand: ReadonlyMap<number, number>;
  readonly madeMs: number;
}

function variantOf(trade: Trade, item: Item, { n, onHand, madeMs }: Making): WireVariant {
  const { article, inventoryId, ounces } = item;
  return {
    id: 40_000_000 + (inventoryId - 9_600_000),
    sku: article.sku,
    name: n === 0 ? article.title : `${article.title} (${n + 1})`,
    status: hash(article.sku) % 29 === 3 ? 'Inactive' : 'Active',
    barcodes: article.barcode === null ? [] : [{ value: article.barcode, sticker_url: null }],
    upc: null,
    gtin: null,
    is_digital: false,
    is_image_uploaded: false,
    inventory: { inventory_id: inventoryId, on_hand_qty: onHand.get(inventoryId) ?? 0 },
    dimension: { length: 8.25, width: 5.5, height: 2, unit: 'Inch', is_locked: false, source: null },
    weight: { weight: ounces + 0.5, unit: 'Ounce' },
    customs: {
      hs_tariff_code: null,
      country_code_of_origin: 'GB',
      value: Math.max(1, Math.round(Number(textOf(article.price)))),
      currency: trade.currency,
      description: article.title,
      is321_eligible: false,
    },
    lot_information: { is_lot: false, minimum_shelf_life_days: null },
    fulfillment_settings: {
      dangerous_goods: hash(article.sku) % 37 === 5,
      is_bpm_parcel: false,
      is_case_pick: false,
      msds_url: null,
      requires_prop65: false,
      serial_scan: { is_enabled: false, exact_character_length: null, prefix: null, suffix: null },
    },
    bundle_definition: [],
    associated_bundles: [],
    channel_metadata: [
      {
        channel_id: CHANNELS.shopify.id,
        channel_name: CHANNELS.shopify.name,
        platform: 'Shopify',
        platform_identifier: null,
        platform_inventory_item_id: null,
        seller_sku: article.sku,
        legacy_product_id: item.legacyId,
        price: Number(textOf(article.price)),
        currency: trade.currency,
        is_inventory_sync_enabled: true,
      },
    ],
    created_on: stamp(madeMs + n * 1000),
    updated_on: null,
  };
}

/** A bundle has no stock of its own, and so no stock item. */
function bundleOf(trade: Trade, parts: readonly Item[], i: number): WireProduct {
  const madeMs = trade.anchorMs - 100 * DAY;
  const [part] = parts;
  const own = variantOf(trade, part!, { n: 0, onHand: new Map(), madeMs });
  return {
    id: 30_000_000 + i,
    name: `${part!.article.title} and more`,
    type: 'Bundle',
    taxonomy: null,
    user_id: 4711,
    created_on: stamp(madeMs),
    updated_on: stamp(madeMs + DAY),
    variants: [
      {
        ...own,
        id: 49_000_000,
        sku: `SET-${part!.article.sku}`,
        name: `${part!.article.title} and more`,
        barcodes: [],
        inventory: { inventory_id: null, on_hand_qty: 0 },
        bundle_definition: parts.map(({ article, inventoryId }) => ({
          product_id: 30_000_000,
          variant_id: 40_000_000 + (inventoryId - 9_600_000),
          variant_name: article.title,
          variant_sku: article.sku,
          quantity: 1,
        })),
      },
    ],
  };
}

/** Every article's stock, and a box of packaging that nobody gave a SKU. */
export function levelsOf(stock: Stock, items: Items): WireLevel[] {
  const places = new Map<string, WireLocation[]>();
  const lacking = new Map<string, { backordered: number; inException: number }>();
  for (const level of stock.levels) {
    const centre = CENTRES.find(({ id }) => String(id) === level.centre)!;
    places.set(level.sku, [
      ...(places.get(level.sku) ?? []),
      {
        location_id: centre.id,
        name: centre.name,
        on_hand_quantity: level.onHand,
        committed_quantity: level.committed,
        fulfillable_quantity: level.onHand - level.committed,
        awaiting_quantity: level.incoming,
        internal_transfer_quantity: 0,
      },
    ]);
    const was = lacking.get(level.sku) ?? { backordered: 0, inException: 0 };
    lacking.set(level.sku, {
      backordered: was.backordered + level.backordered,
      inException: was.inException + level.inException,
    });
  }
  const made = [...items].map(([sku, { inventoryId, article }]) =>
    levelOf(
      { inventory_id: inventoryId, sku, name: article.title },
      places.get(sku) ?? [],
      lacking.get(sku) ?? { backordered: 0, inException: 0 },
    ),
  );
  const box = {
    location_id: CENTRES[0]!.id,
    name: CENTRES[0]!.name,
    on_hand_quantity: 400,
    committed_quantity: 0,
    fulfillable_quantity: 400,
    awaiting_quantity: 0,
    internal_transfer_quantity: 25,
  };
  return [
    ...made,
    levelOf({ inventory_id: 9_700_000, sku: null, name: null }, [box], { backordered: 0, inException: 0 }),
  ];
}

function levelOf(
  named: Pick<WireLevel, 'inventory_id' | 'sku' | 'name'>,
  locations: WireLocation[],
  lacking: { backordered: number; inException: number },
): WireLevel {
  const over = (of: (one: WireLocation) => number): number => locations.reduce((n, one) => n + of(one), 0);
  const fulfillable = over((one) => one.fulfillable_quantity);
  return {
    ...named,
    total_on_hand_quantity: over((one) => one.on_hand_quantity),
    total_committed_quantity: over((one) => one.committed_quantity),
    total_fulfillable_quantity: fulfillable,
    total_sellable_quantity: Math.max(0, fulfillable - lacking.inException),
    total_awaiting_quantity: over((one) => one.awaiting_quantity),
    total_exception_quantity: lacking.inException,
    total_backordered_quantity: lacking.backordered,
    total_internal_transfer_quantity: over((one) => one.internal_transfer_quantity),
    locations,
  };
}

import { stockOf, type Stock, type Trade } from '#shop';
import { GraphQLError } from 'graphql';
import type { Variant } from './catalog.js';
import { instantText } from './ids.js';
import { type Location, placesOf } from './places.js';
import { Collection, type ShopStore } from './store.js';

/*
 * What the shop's locations hold: the fulfilment network's centres by what the business was sent, sold and took back
 * there, the shop's own room by what no network keeps. Made when it is first asked for; from then on edits change it.
 */

/** Every state that goods can be in; `on_hand` is the sum of all but itself and what is on its way. */
const STATES = ['available', 'committed', 'reserved', 'damaged', 'safety_stock', 'quality_control'] as const;
type Held = Record<(typeof STATES)[number] | 'incoming', number>;

const EMPTY: Held = {
  available: 0,
  committed: 0,
  reserved: 0,
  damaged: 0,
  safety_stock: 0,
  quality_control: 0,
  incoming: 0,
};

/** What one location holds of one item, shaped as the schema's `InventoryLevel`. */
export class InventoryLevel {
  readonly isActive = true;
  readonly held: Held;

  constructor(
    readonly item: InventoryItem,
    readonly location: Location,
    held: Partial<Held>,
    public updatedMs: number,
  ) {
    this.held = { ...EMPTY, ...held };
  }

  /** Its number is no location's: the real ones' is not to be relied on either. */
  get id(): string {
    const number = 700_000_000 + this.item.seq * 10 + this.location.seq;
    return `gid://shopify/InventoryLevel/${number}?inventory_item_id=${this.item.legacyResourceId}`;
  }
  get createdAt(): string {
    return this.item.createdAt;
  }
  get updatedAt(): string {
    return instantText(this.updatedMs);
  }
  get onHand(): number {
    return STATES.reduce((all, state) => all + this.held[state], 0);
  }

  quantities(names: readonly string[]): object[] {
    return names.map((name) => {
      const quantity = name === 'on_hand' ? this.onHand : this.held[name as keyof Held];
      if (quantity === undefined)
        throw new GraphQLError(`The quantity name '${name}' is not valid.`, {
          extensions: { code: 'BAD_REQUEST', refusal: 'quantity-name' },
        });
      const id = this.id.replace('InventoryLevel', 'InventoryQuantity');
      return { id: `${id}&name=${name}`, name, quantity, updatedAt: this.updatedAt };
    });
  }
}

/** A variant's stock over all locations, shaped as the schema's `InventoryItem`. */
export class InventoryItem {
  readonly seq: number;
  readonly legacyResourceId: string;
  updatedMs: number;
  levels: readonly InventoryLevel[] = [];

  constructor(readonly variant: Variant) {
    this.seq = variant.seq;
    this.legacyResourceId = variant.legacyResourceId;
    this.updatedMs = variant.updatedMs;
  }

  get id(): string {
    return `gid://shopify/InventoryItem/${this.legacyResourceId}`;
  }
  get sku(): string | null {
    return this.variant.sku;
  }
  get tracked(): boolean {
    return this.variant.facts.inventoryQuantity !== null;
  }
  get requiresShipping(): boolean {
    return true;
  }
  get unitCost(): object | null {
    return this.variant.unitCost;
  }
  get createdAt(): string {
    return this.variant.createdAt;
  }
  get updatedAt(): string {
    return instantText(this.updatedMs);
  }
  get available(): number {
    return this.levels.reduce((all, { held }) => all + held.available, 0);
  }

  /** Somebody counted the item and found one more. */
  count(atMs: number): void {
    const [level] = this.levels;
    if (!level) return;
    level.held.available++;
    level.updatedMs = atMs;
  }
}

/** The locations of a shop and what they hold. */
export class Shelves {
  readonly locations = new Collection<Location>({
    ID: (location) => location.seq,
    NAME: (location) => location.name,
  });
  readonly items = new Collection<InventoryItem>({ ID: (item) => item.seq });
  private readonly byVariant = new Map<Variant, InventoryItem>();

  constructor(store: ShopStore, trade: () => Trade) {
    const variants = [...store.variants.values()];
    // A shop of which nobody counts anything has no use for a network's books.
    const stock = variants.some(({ facts }) => facts.inventoryQuantity !== null)
      ? stockOf(trade(), 'shipbob')
      : null;
    for (const location of placesOf(stock?.centres ?? [], store.anchorMs)) this.locations.add(location);
    const fill = filler(stock, [...this.locations.values()]);
    for (const variant of variants) {
      const item = new InventoryItem(variant);
      item.levels = fill(item);
      this.items.add(item);
      this.byVariant.set(variant, item);
    }
  }

  of(variant: Variant): InventoryItem | undefined {
    return this.byVariant.get(variant);
  }

  forget(variant: Variant): void {
    const item = this.byVariant.get(variant);
    if (item) this.items.delete(item);
  }
}

type Fill = (item: InventoryItem) => InventoryLevel[];

function filler(stock: Stock | null, locations: readonly Location[]): Fill {
  const [own] = locations;
  const byCentre = new Map(locations.map((location) => [location.facts.centre, location]));
  const bySku = new Map<string, Stock['levels'][number][]>();
  for (const level of stock?.levels ?? []) {
    const others = bySku.get(level.sku);
    if (others) others.push(level);
    else bySku.set(level.sku, [level]);
  }
  const moved = stock ? lastMoves(stock) : new Map<string, number>();
  return (item) => {
    const { variant, tracked } = item;
    // Where nobody counts, a level stands all the same and holds nothing.
    if (!tracked) return [new InventoryLevel(item, own!, {}, variant.createdMs)];
    const kept = variant.sku === null ? undefined : bySku.get(variant.sku);
    if (!kept) return [new InventoryLevel(item, own!, atHome(variant), variant.createdMs)];
    return kept.map(({ sku, centre, onHand, committed, incoming, inException }) => {
      const promised = committed + inException;
      const held = { available: onHand - promised, committed: promised, incoming };
      const atMs = moved.get(`${sku}/${centre}`) ?? variant.createdMs;
      return new InventoryLevel(item, byCentre.get(centre)!, held, atMs);
    });
  };
}

/** What the shop keeps itself, some of it not for sale. */
function atHome({ seq, facts }: Variant): Partial<Held> {
  const available = facts.inventoryQuantity ?? 0;
  return seq % 2 === 0
    ? { available }
    : { available, reserved: 2, damaged: 1, safety_stock: 3, quality_control: 1 };
}

/** When goods last came to or left each centre. */
function lastMoves({ dispatches, receipts, goodsBack }: Stock): Map<string, number> {
  const last = new Map<string, number>();
  const note = (sku: string, centre: string, atMs: number | null): void => {
    const key = `${sku}/${centre}`;
    if (atMs !== null && atMs > (last.get(key) ?? 0)) last.set(key, Math.floor(atMs / 1000) * 1000);
  };
  for (const { centre, lines, completedMs } of receipts)
    for (const { sku } of lines) note(sku, centre, completedMs);
  for (const { centre, goods, shippedMs } of dispatches)
    for (const { sku } of goods) note(sku, centre, shippedMs);
  for (const { dispatch, goods, completedMs } of goodsBack)
    for (const { sku } of goods) note(sku, dispatch.centre, completedMs);
  return last;
}

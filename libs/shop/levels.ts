import type { Dispatch, GoodsBack, Receipt, StockLevel } from './stock.js';

interface Moves {
  readonly dispatches: readonly Dispatch[];
  readonly goodsBack: readonly GoodsBack[];
  readonly receipts: readonly Receipt[];
}

type Counting = { -readonly [K in keyof StockLevel]: StockLevel[K] };

/** What every centre holds at the anchor, and which dispatches wait for goods: the oldest sale is served first. */
export function levelsOf({ dispatches, goodsBack, receipts }: Moves): {
  levels: StockLevel[];
  short: ReadonlySet<string>;
} {
  const levels = new Map<string, Counting>();
  const at = (sku: string, centre: string): Counting => {
    const key = JSON.stringify([sku, centre]);
    let level = levels.get(key);
    if (!level) {
      level = { sku, centre, onHand: 0, committed: 0, incoming: 0, backordered: 0, inException: 0 };
      levels.set(key, level);
    }
    return level;
  };
  for (const { centre, lines, completedMs, cancelledMs } of receipts)
    for (const { sku, expected, stowed } of lines) {
      const level = at(sku, centre);
      level.onHand += stowed;
      if (completedMs === null && cancelledMs === null) level.incoming += expected - stowed;
    }
  for (const { centre, goods, shippedMs } of dispatches)
    if (shippedMs !== null) for (const { sku, quantity } of goods) at(sku, centre).onHand -= quantity;
  for (const { dispatch, goods, completedMs } of goodsBack)
    if (completedMs !== null)
      for (const { sku, restocked } of goods) at(sku, dispatch.centre).onHand += restocked;

  const short = new Set<string>();
  for (const one of dispatches) if (one.shippedMs === null && !promise(one, at)) short.add(one.id);
  return { levels: [...levels.values()].sort(byArticle), short };
}

/** Promises what a dispatch needs, all of it or nothing. */
function promise({ goods, centre }: Dispatch, at: (sku: string, centre: string) => Counting): boolean {
  const needed = new Map<string, number>();
  for (const { sku, quantity } of goods) needed.set(sku, (needed.get(sku) ?? 0) + quantity);
  const each = [...needed].map(([sku, quantity]) => {
    const level = at(sku, centre);
    return { level, quantity, free: Math.max(0, level.onHand - level.committed) };
  });
  if (each.every(({ quantity, free }) => free >= quantity)) {
    for (const { level, quantity } of each) level.committed += quantity;
    return true;
  }
  for (const { level, quantity, free } of each) {
    level.inException += quantity;
    level.backordered += Math.max(0, quantity - free);
  }
  return false;
}

const byArticle = (a: StockLevel, b: StockLevel): number =>
  a.sku < b.sku ? -1 : a.sku > b.sku ? 1 : a.centre < b.centre ? -1 : 1;

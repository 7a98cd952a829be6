import { hash } from './random.js';
import type { Centre, Dispatch, GoodsBack, Network, Receipt, ReceivedLine } from './stock.js';
import type { Article, Trade } from './trade.js';

const DAY = 86_400_000;
/** What a centre is stocked for at a time. */
const PERIOD = 28 * DAY;
/** Supplier's deliveries come in lots of no more kinds than this. */
const KINDS = 100;

interface Moves {
  readonly network: Network;
  readonly centres: readonly Centre[];
  readonly dispatches: readonly Dispatch[];
  readonly goodsBack: readonly GoodsBack[];
}

/**
 * Deliveries that let every parcel leave on its day: each centre is stocked before a period with what it sends in it,
 * and a little more. The last ones are still under way at the anchor.
 */
export function receiptsOf(trade: Trade, moves: Moves): Receipt[] {
  const firstMs = moves.dispatches.reduce(
    (first, { shippedMs }) => Math.min(first, shippedMs ?? first),
    trade.anchorMs,
  );
  const made = moves.centres.flatMap((centre, i) => [
    ...stocking(trade, moves, centre.id, firstMs, i === 0),
    ...underWay(trade, moves.network, centre.id, i),
  ]);
  return made
    .sort((a, b) => a.placedMs - b.placedMs || (a.centre < b.centre ? -1 : 1))
    .map((one, i) => {
      const number = String(i + 1).padStart(4, '0');
      return {
        ...one,
        id: String(FIRST_ID[moves.network] + i),
        orderNumber: `PO-${moves.network === 'amazon' ? 'A' : 'S'}${number}`,
      };
    });
}

const FIRST_ID: Readonly<Record<Network, number>> = { shipbob: 756_000, amazon: 30_000 };

type Unnumbered = Omit<Receipt, 'id' | 'orderNumber'>;

/** What a centre must have had, period by period. */
function stocking(
  trade: Trade,
  { dispatches, goodsBack }: Moves,
  centre: string,
  firstMs: number,
  isMain: boolean,
): Unnumbered[] {
  const periodOf = (ms: number): number => Math.floor((ms - firstMs) / PERIOD);
  const sent = new Map<number, Map<string, number>>();
  for (const { goods, shippedMs, centre: from } of dispatches)
    if (shippedMs !== null && from === centre)
      for (const { sku, quantity } of goods) count(sent, periodOf(shippedMs), sku, quantity);
  const back = new Map<number, Map<string, number>>();
  for (const { goods, completedMs, dispatch } of goodsBack)
    if (completedMs !== null && dispatch.centre === centre)
      for (const { sku, restocked } of goods) count(back, periodOf(completedMs), sku, restocked);

  const onHand = new Map<string, number>();
  const made: Unnumbered[] = [];
  const last = Math.max(0, ...sent.keys());
  for (let period = 0; period <= last; period++) {
    const needed = sent.get(period) ?? new Map<string, number>();
    const lines = [...skusFor(trade.articles, needed, isMain && period === 0)].flatMap((sku) => {
      const need = needed.get(sku) ?? 0;
      const has = onHand.get(sku) ?? 0;
      if (has >= need && !(isMain && period === 0)) return [];
      const quantity = Math.max(0, need - has) + spareOf(trade, sku);
      onHand.set(sku, has + quantity);
      return quantity > 0 ? [lineOf(trade, sku, quantity, period)] : [];
    });
    for (const [sku, quantity] of needed) onHand.set(sku, onHand.get(sku)! - quantity);
    // Not before the period is over: nobody knew that they would come.
    for (const [sku, quantity] of back.get(period) ?? []) onHand.set(sku, (onHand.get(sku) ?? 0) + quantity);
    const startMs = firstMs + period * PERIOD;
    for (let from = 0; from < lines.length; from += KINDS)
      made.push({
        centre,
        placedMs: startMs - 21 * DAY,
        expectedMs: startMs - 5 * DAY,
        arrivedMs: startMs - 4 * DAY,
        completedMs: startMs - 2 * DAY,
        cancelledMs: null,
        lines: lines.slice(from, from + KINDS),
      });
  }
  return made;
}

function count(into: Map<number, Map<string, number>>, period: number, sku: string, quantity: number): void {
  const skus = into.get(period) ?? new Map<string, number>();
  into.set(period, skus.set(sku, (skus.get(sku) ?? 0) + quantity));
}

/** The main centre opens with every article there is. */
const skusFor = (
  articles: readonly Article[],
  needed: ReadonlyMap<string, number>,
  whole: boolean,
): Iterable<string> =>
  whole ? new Set([...articles.map(({ sku }) => sku), ...needed.keys()]) : needed.keys();

/** Every ninth article is ordered too tightly, so that some sales wait for goods. */
const spareOf = (trade: Trade, sku: string): number => {
  const dice = hash(`${trade.seed}/spare/${sku}`);
  return dice % 9 === 0 ? 0 : 3 + ((dice >>> 8) % 20);
};

/** Now and then less came than was ordered. */
function lineOf(trade: Trade, sku: string, stowed: number, period: number): ReceivedLine {
  const missing = hash(`${trade.seed}/missing/${sku}/${period}`) % 11 === 0 ? 2 : 0;
  return { sku, expected: stowed + missing, received: stowed, stowed };
}

/** One on order, one being counted in, one called off: as far as there are articles to order. */
function underWay(trade: Trade, network: Network, centre: string, at: number): Unnumbered[] {
  const { anchorMs, articles } = trade;
  const some = (n: number): string[] =>
    articles
      .filter(({ sku }) => hash(`${network}/${centre}/${n}/${sku}`) % 5 === 0)
      .slice(0, 8)
      .map(({ sku }) => sku);
  const none = { arrivedMs: null, completedMs: null, cancelledMs: null };
  const made: Unnumbered[] = [
    {
      ...none,
      centre,
      placedMs: anchorMs - 6 * DAY,
      expectedMs: anchorMs + (5 + at) * DAY,
      lines: some(1).map((sku) => ({ sku, expected: 24, received: 0, stowed: 0 })),
    },
    {
      ...none,
      centre,
      placedMs: anchorMs - 19 * DAY,
      expectedMs: anchorMs - 2 * DAY,
      arrivedMs: anchorMs - DAY,
      lines: some(2).map((sku) => ({ sku, expected: 30, received: 18, stowed: 12 })),
    },
    {
      ...none,
      centre,
      placedMs: anchorMs - 40 * DAY,
      expectedMs: anchorMs - 25 * DAY,
      cancelledMs: anchorMs - 33 * DAY,
      lines: some(3).map((sku) => ({ sku, expected: 10, received: 0, stowed: 0 })),
    },
  ];
  return made.filter(({ lines }) => lines.length > 0);
}

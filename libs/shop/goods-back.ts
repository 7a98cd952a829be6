import { hash } from './random.js';
import type { Dispatch, GoodsBack, GoodsReturned } from './stock.js';
import type { MoneyBack, Sale, Trade } from './trade.js';

const DAY = 86_400_000;

/** One parcel in so many comes back though no money was asked for: more of those that have just arrived. */
const UNASKED = { lately: 4, before: 40 };

/** Goods that came back and were refunded, and those under way, in the order they were announced. */
export function goodsBackOf(trade: Trade, dispatches: readonly Dispatch[]): GoodsBack[] {
  const bySale = new Map<Sale, Dispatch[]>();
  for (const one of dispatches)
    if (one.shippedMs !== null) bySale.set(one.sale, [...(bySale.get(one.sale) ?? []), one]);
  return [...bySale]
    .flatMap(([sale, sent]) => {
      const refunded = sale.moneyBack.flatMap((back) => refundedOf(trade, sale, sent, back));
      return refunded.length > 0 ? refunded : unaskedOf(trade, sent[0]!);
    })
    .sort((a, b) => a.announcedMs - b.announcedMs);
}

/** The money went back when the goods had been looked at. */
function refundedOf(trade: Trade, sale: Sale, sent: readonly Dispatch[], moneyBack: MoneyBack): GoodsBack[] {
  if (!moneyBack.returned) return [];
  const dispatch = sent.find(({ goods, shippedMs }) =>
    goods.some(
      ({ lineId }) => moneyBack.lines.some((line) => line.lineId === lineId) && shippedMs! <= moneyBack.atMs,
    ),
  );
  if (!dispatch) return [];
  const room = moneyBack.atMs - dispatch.shippedMs!;
  const goods = dispatch.goods.flatMap(({ sku, lineId, quantity }): GoodsReturned[] => {
    const taken = moneyBack.lines.find((line) => line.lineId === lineId);
    if (!taken) return [];
    const back = Math.min(taken.quantity, quantity);
    return [{ sku, lineId, quantity: back, restocked: isSpoilt(trade, sale, lineId) ? 0 : back }];
  });
  return [
    {
      id: moneyBack.id,
      sale,
      dispatch,
      moneyBack,
      announcedMs: moneyBack.atMs - Math.floor(Math.min(9 * DAY, room * 0.6)),
      arrivedMs: moneyBack.atMs - Math.floor(Math.min(2 * DAY, room * 0.2)),
      completedMs: moneyBack.atMs,
      cancelledMs: null,
      goods,
    },
  ];
}

const isSpoilt = (trade: Trade, sale: Sale, lineId: string): boolean =>
  hash(`${trade.seed}/spoilt/${sale.id}/${lineId}`) % 8 === 0;

/** Announced by the buyer; under way, arrived, called off, or back without a refund. */
function unaskedOf(trade: Trade, dispatch: Dispatch): GoodsBack[] {
  const { sale, deliveredMs, shippedMs, goods } = dispatch;
  const dice = hash(`${trade.seed}/unasked/${dispatch.id}`);
  const [first] = goods;
  const among = trade.anchorMs - shippedMs! < 12 * DAY ? UNASKED.lately : UNASKED.before;
  if (dice % among !== 0 || !first) return [];
  const announcedMs = (deliveredMs ?? shippedMs!) + ((dice >>> 8) % 5) * DAY;
  const arrivedMs = announcedMs + 4 * DAY;
  const completedMs = announcedMs + 6 * DAY;
  const upToNow = (ms: number): number | null => (ms <= trade.anchorMs ? ms : null);
  if (announcedMs > trade.anchorMs) return [];
  const isCalledOff = (dice >>> 16) % 4 === 0;
  const isBack = !isCalledOff && completedMs <= trade.anchorMs;
  return [
    {
      id: `${dispatch.id}/back`,
      sale,
      dispatch,
      moneyBack: null,
      announcedMs,
      arrivedMs: isCalledOff ? null : upToNow(arrivedMs),
      completedMs: isCalledOff ? null : upToNow(completedMs),
      cancelledMs: isCalledOff ? upToNow(announcedMs + 2 * DAY) : null,
      goods: [{ ...first, quantity: 1, restocked: isBack ? 1 : 0 }],
    },
  ];
}

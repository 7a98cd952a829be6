/**
 * Platform ids as decimal text. A family starts either among ordinary ids or just past 2^53, where a reader that
 * goes through a JavaScript number cannot tell neighbours apart. Text is put together from a fixed head and a safe
 * tail, so no BigInt is needed for each id served.
 */
export interface IdFamily {
  readonly head: string;
  readonly tail: number;
}

const BEYOND: IdFamily = { head: '90071', tail: 99_254_740_993 };

export const FAMILIES = {
  order: { head: '6', tail: 100_000_000_000 },
  line: { head: '14', tail: 200_000_000_000 },
  refund: { head: '9', tail: 300_000_000_000 },
  transaction: { head: '7', tail: 400_000_000_000 },
  fulfillment: { head: '5', tail: 500_000_000_000 },
  customer: { head: '8', tail: 100_000_000_000 },
  product: { head: '9', tail: 100_000_000_000 },
  location: { head: '7', tail: 100_000_000_000 },
  balanceTransaction: { head: '3', tail: 100_000_000_000 },
  variant: { head: '45', tail: 100_000_000_000 },
} as const satisfies Record<string, IdFamily>;

export type Kind = keyof typeof FAMILIES;

/** The n-th id of a kind; grows with n, also across the step over 2^53. */
export const idText = (kind: Kind, n: number, beyond: boolean): string =>
  beyond ? BEYOND.head + (BEYOND.tail + n) : FAMILIES[kind].head + (FAMILIES[kind].tail + n);

/** `gid://shopify/Order/1` → `1`; a bare number stays; undefined for anything else. */
export function legacyId(id: string, type: string): string | undefined {
  const text = id.startsWith('gid://') ? id.slice(`gid://shopify/${type}/`.length) : id;
  if (id.startsWith('gid://') && !id.startsWith(`gid://shopify/${type}/`)) return undefined;
  return /^\d+$/.test(text) ? text : undefined;
}

/** Numeric order of two decimal id texts. */
export function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

const days = new Map<number, string>();
const two = (n: number): string => (n < 10 ? `0${n}` : String(n));

/** `2026-11-20T16:00:00Z`: whole seconds, as the platform writes instants. */
export function instantText(ms: number): string {
  const day = Math.floor(ms / 86_400_000);
  let date = days.get(day);
  if (date === undefined) days.set(day, (date = new Date(day * 86_400_000).toISOString().slice(0, 10)));
  const second = Math.floor(ms / 1000) - day * 86_400;
  return `${date}T${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}Z`;
}

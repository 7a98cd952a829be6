import type { Level } from './limit.js';

/** A reply's header; undefined where it is missing. */
type Header = string | undefined;

/** `X-Shopify-Shop-Api-Call-Limit: 32/40`: used of size. */
export function usedOfSize(limit: string, header: Header): Level | undefined {
  const [, used, size] = /^\s*(\d+)\s*\/\s*(\d+)\s*$/.exec(header ?? '') ?? [];
  if (used === undefined || Number(size) === 0) return undefined;
  return { limit, available: Math.max(0, Number(size) - Number(used)), capacity: Number(size) };
}

/**
 * `x-amzn-RateLimit-Limit: 0.0167`: calls per second of the one operation that was called. Missing on refusals: the
 * rate told before stands.
 */
export function ratePerSecond(limit: string, header: Header): Level | undefined {
  const rate = numberOf(header);
  return rate === undefined || rate === 0 ? undefined : { limit, perSecond: rate };
}

/** `X-MinLimit-Remaining`, `x-remaining-calls` and their like: calls left. */
export function remaining(limit: string, header: Header): Level | undefined {
  const left = numberOf(header);
  return left === undefined ? undefined : { limit, available: Math.floor(left) };
}

/** Those of several limits that one reply tells of: each limit with the header that speaks of it. */
export function remainingOf(
  headers: Readonly<Record<string, Header>>,
  pairs: Readonly<Record<string, string>>,
): Level[] {
  const lower = new Map(Object.entries(headers).map(([name, text]) => [name.toLowerCase(), text]));
  return Object.entries(pairs).flatMap(
    ([limit, header]) => remaining(limit, lower.get(header.toLowerCase())) ?? [],
  );
}

function numberOf(header: Header): number | undefined {
  const text = header?.trim() ?? '';
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

import type { Json } from '#kernel';

/** Far above what any platform sends, far below what JSON.stringify and Postgres can follow. */
const DEEPEST = 200;
const DEEPER = '… nested deeper than is kept';

/** What is kept of a record that could not be used: all of it, unless it nests without end. */
export function keptPayload(payload: unknown, levels = DEEPEST): Json {
  if (typeof payload !== 'object' || payload === null) return (payload as Json | undefined) ?? null;
  if (levels === 0) return DEEPER;
  if (Array.isArray(payload)) return payload.map((one) => keptPayload(one, levels - 1));
  // Built of entries, so that a key `__proto__` stays a key.
  return Object.fromEntries(Object.entries(payload).map(([key, one]) => [key, keptPayload(one, levels - 1)]));
}

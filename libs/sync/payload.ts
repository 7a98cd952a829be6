import type { Json } from '#kernel';

/** Far above what any platform sends, far below what JSON.stringify and Postgres can follow. */
const DEEPEST = 200;
const DEEPER = '… nested deeper than is kept';
/** Characters kept of all its texts together: more than people read, and a copy of it is made several times. */
const LONGEST = 2_000_000;
const LONGER = '… longer than is kept';
/** `jsonb` holds neither U+0000 nor half of a surrogate pair; they are kept as U+FFFD. */
const REPLACED = /[\0\p{Surrogate}]/u;

/** A payload as the quarantine keeps it. */
export interface Kept {
  readonly payload: Json;
  /** False where what is kept is not what was sent: it can be looked at, but not replayed. */
  readonly whole: boolean;
}

/** What is kept of a record that could not be used: all of it, unless it nests without end or is longer than a record is. */
export function keptPayload(payload: unknown): Kept {
  let whole = true;
  let room = LONGEST;
  const text = (value: string): string => {
    room -= value.length;
    if (room < 0) {
      whole = false;
      return LONGER;
    }
    if (REPLACED.test(value)) whole = false;
    return value;
  };
  const keep = (value: unknown, levels: number): Json => {
    if (typeof value === 'string') return text(value);
    // A number past every float was read as infinite, which JSON cannot say.
    if (typeof value === 'number' && !Number.isFinite(value)) whole = false;
    if (typeof value !== 'object' || value === null) return (value as Json | undefined) ?? null;
    if (levels === 0) {
      whole = false;
      return DEEPER;
    }
    if (Array.isArray(value)) return value.map((one) => keep(one, levels - 1));
    // Built of entries, so that a key `__proto__` stays a key.
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [text(key), keep(one, levels - 1)]));
  };
  const kept = keep(payload, DEEPEST);
  return { payload: kept, whole };
}

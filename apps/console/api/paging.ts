import { z } from 'zod';
import { Problem } from './problem.js';

/**
 * Lists go by cursor: `?limit=50&after=…`, where `after` is the `next` of the page before. A cursor is the place of
 * the last item in the list's own order (keyset), so pages neither skip nor repeat while the list grows, and page 10,000
 * costs what the first one does.
 */
export const paged = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(50)
    .meta({ description: 'how many at most', example: 50 }),
  after: z.string().max(500).optional().meta({ description: 'the `next` of the page before' }),
};

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    next: z.string().nullable().meta({ description: 'give it as `after`; null on the last page' }),
  });

/** A keyset as text that nobody needs to read: JSON, base64url. */
const cursorOf = (place: readonly (string | number | null)[]): string =>
  Buffer.from(JSON.stringify(place)).toString('base64url');

/** Reads a cursor back against the types of its places; throws `invalid` for what this list never gave. */
export function placeOf<const T extends readonly [z.ZodType, ...z.ZodType[]]>(
  after: string | undefined,
  types: T,
): { [K in keyof T]: z.output<T[K]> } | null {
  if (after === undefined) return null;
  try {
    const place: unknown = JSON.parse(Buffer.from(after, 'base64url').toString('utf8'));
    return z.tuple(types).parse(place) as { [K in keyof T]: z.output<T[K]> };
  } catch {
    throw new Problem('invalid', 'this cursor is none of this list: start without `after`', {
      errors: [{ field: 'query.after', message: 'give the `next` of the page before' }],
    });
  }
}

/** `limit + 1` rows asked, `limit` given: the one more tells that there is a next page. */
export function pageFrom<T>(
  rows: readonly T[],
  limit: number,
  place: (last: T) => readonly (string | number | null)[],
): { items: T[]; next: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? cursorOf(place(last)) : null };
}

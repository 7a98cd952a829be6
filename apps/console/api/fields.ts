import { z } from 'zod';

/** Pieces of schemas that every resource uses. */

/** An instant on its way out: a Date of ours, ISO 8601 in UTC for the caller. */
export const instant = z
  .date()
  .transform((at) => at.toISOString())
  .pipe(z.iso.datetime())
  .meta({ description: 'UTC' });

/** An instant on its way in. */
export const instantIn = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .meta({ description: 'ISO 8601 with its zone' });

/** `conn_5f2c…` and its like: an id in a path. Anything else is "not found", without a query. */
export const shortId = (kind: string) =>
  z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9_-]+$/)
    .meta({ description: `id of a ${kind}`, example: `${kind}_1a2b3c4d5e6f` });

/** A whole number as text: identities and counts that a JSON number could not hold. */
export const wholeText = z.string().regex(/^\d{1,18}$/);

// Control characters hide in lists and logs; direction marks turn the reading of a name around.
const HIDDEN = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

/** What a person calls a thing: one line, no control characters or marks that turn the direction of reading. */
export const nameIn = (longest = 64) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .refine((text) => !HIDDEN.test(text), 'has characters that cannot be seen');

/** Free text of a person: lines and tabs are welcome. */
export const textIn = (longest: number) =>
  z
    .string()
    .trim()
    .max(longest)
    .refine((text) => !HIDDEN.test(text.replace(/[\n\r\t]/g, '')), 'has characters that cannot be seen');

export const role = z.enum(['viewer', 'operator', 'admin']).meta({ id: 'Role' });

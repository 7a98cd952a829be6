import { wireDate, wireDecimal, wireInstant, wireInteger } from '#sync';
import { z } from 'zod';

/** Absent and null mean the same: FreeAgent leaves out what is empty. */
const maybe = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? null);

/** What stands behind the last slash of an address: ids, and nominal codes with their leading zeros. */
export const idOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

const ADDRESS = /^https?:\/\/[^\s/]+\/\S*\/[\w-]+$/;

/** The address of a record → its id; hosts differ between sandbox and production, and some paths are spelled singular. */
export const ref = z.string().regex(ADDRESS, 'not the address of a record').transform(idOf);
export const maybeRef = maybe(ref);

export const maybeText = maybe(z.string());
export const maybeFlag = maybe(
  // Seen once as text.
  z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]),
);
export const maybeInteger = maybe(wireInteger);
export const maybeDecimal = maybe(wireDecimal);
export const maybeDate = maybe(wireDate);
export const maybeInstant = maybe(wireInstant);
export const maybeJson = maybe(z.json());

/** What all have in common, or null. */
export function agreed(values: readonly (string | null)[]): string | null {
  const [first = null] = values;
  return values.every((value) => value === first) ? first : null;
}

import { latest, parseInstant } from '#kernel';
import { z } from 'zod';

const ZONED = /(?:Z|[+-]\d{2}:?\d{2})$/;

/** ISO 8601 with up to seven digits of a second; older records name no zone and mean UTC. */
export const instant = z.string().transform((text, context): Date => {
  const at = parseInstant(ZONED.test(text) ? text : `${text}Z`);
  if (at) return at;
  context.issues.push({
    code: 'custom',
    message: `not an instant: ${JSON.stringify(text).slice(0, 60)}`,
    input: text,
  });
  return z.NEVER;
});

/** What ShipBob leaves out or answers with null, as null. */
export const orNull = <S extends z.ZodType>(schema: S) =>
  schema.nullish().transform((value): z.output<S> | null => value ?? null);

/** A list that may be left out or null, as an empty one. */
export const listOf = <S extends z.ZodType>(schema: S) =>
  z
    .array(schema)
    .nullish()
    .transform((list): z.output<S>[] => list ?? []);

/** The latest of instants, of which some are absent. */
export const newestOf = (instants: readonly (Date | null)[]): Date | null =>
  instants.reduce<Date | null>((newest, at) => (at && newest ? latest(newest, at) : (at ?? newest)), null);

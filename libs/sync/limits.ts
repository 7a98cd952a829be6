import type { LimitSpec } from '#http';
import { z } from 'zod';

/*
 * A connection's own limits, in its settings: `limits` is text such as `minute=600,hour=20000`. More than everybody has
 * where the platform agreed to it; less where another program of the same account calls too.
 */

/** `freeagent.minute` is `minute` to its own connections. */
const shortName = ({ name }: LimitSpec): string => name.slice(name.indexOf('.') + 1);

/** What the text says, by short name; a sentence where it says nothing that can be meant. */
function read(text: string, limits: readonly LimitSpec[]): ReadonlyMap<string, number> | string {
  const known = limits.map(shortName);
  const said = new Map<string, number>();
  for (const part of text.split(',')) {
    const [, name, number] = /^\s*([^=\s]+)\s*=\s*([1-9]\d{0,8})\s*$/.exec(part) ?? [];
    if (name === undefined || !known.includes(name) || said.has(name))
      return `limits read like ${known[0]!}=600, each once with a whole number; there are ${known.join(', ')}`;
    said.set(name, Number(number));
  }
  return said;
}

/** The settings of a platform's connections, with a `limits` that names the platform's own; as they are where it has none. */
export function withLimits<S extends z.ZodType>(settings: S, limits: readonly LimitSpec[]): z.ZodType {
  if (limits.length === 0 || !(settings instanceof z.ZodObject)) return settings;
  const text = z.string().superRefine((value, ctx) => {
    const said = read(value, limits);
    if (typeof said === 'string') ctx.addIssue({ code: 'custom', message: said });
  });
  return settings.extend({ limits: text.optional() });
}

/** The platform's limits as this connection may use them; what refills a bucket grows and shrinks with it. */
export function limitsOf(limits: readonly LimitSpec[], settings: unknown): readonly LimitSpec[] {
  if (typeof settings !== 'object' || settings === null || !('limits' in settings)) return limits;
  const said = typeof settings.limits === 'string' ? read(settings.limits, limits) : '';
  if (typeof said === 'string') return limits;
  return limits.map((limit): LimitSpec => {
    const capacity = said.get(shortName(limit));
    if (capacity === undefined) return limit;
    const { restorePerSecond } = limit;
    if (restorePerSecond === undefined) return { ...limit, capacity };
    return { ...limit, capacity, restorePerSecond: (restorePerSecond * capacity) / limit.capacity };
  });
}

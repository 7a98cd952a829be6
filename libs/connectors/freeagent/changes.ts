import { seconds } from '#kernel';
import { z } from 'zod';
import { ref } from './records/scalars.js';

const Addressed = z.object({ url: ref });

/** The id behind a record's own address, read before anything else is known of it; null where that is none. */
export function addressOf(payload: unknown): string | null {
  const addressed = Addressed.safeParse(payload);
  return addressed.success ? addressed.data.url : null;
}

/** Lists that are asked for by `updated_since`; it takes an instant, and some stamps are whole seconds. */
export const CHANGES = { startAt: null, grain: seconds(1) } as const;

/** Children under their own id, or under their place in the record where FreeAgent tells none. */
export const placed = <C extends { readonly url: string | null }>(
  parent: string,
  items: readonly C[],
): readonly { readonly key: string; readonly item: C }[] =>
  items.map((item, at) => ({ key: item.url ?? `${parent}/${at + 1}`, item }));

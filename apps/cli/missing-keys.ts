import { keyUses } from '#warehouse';
import type { Stack } from './stack.js';

/** What to do about a key that was taken out of `STRATUS_SECRET_KEY` too early. */
export const missingKey = (key: string, connections: readonly string[]): string =>
  `STRATUS_SECRET_KEY does not hold key ${key}, which ${connections.join(', ')} ${connections.length === 1 ? 'needs' : 'need'}: put it back behind the first one, or enter the credentials again with: npx stratus connections add`;

/** Told once at the start of a process that signs calls: connections whose key it holds go on all the same. */
export async function tellMissingKeys({ warehouse, ring, logger }: Stack): Promise<void> {
  for (const { key, connections } of await keyUses(warehouse))
    if (!ring.keys.has(key)) logger.error({ keyId: key, connections }, missingKey(key, connections));
}

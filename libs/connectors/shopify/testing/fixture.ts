import { readFileSync } from 'node:fs';

/** A kept reply: `fixture('orders-guest')` reads `fixtures/orders-guest.json`. */
export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'));
}

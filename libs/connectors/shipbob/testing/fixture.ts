import { readFileSync } from 'node:fs';

/** A kept reply, its numbers as the exact texts that the engine reads them as. */
export function fixture(name: string): unknown {
  const text = readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8');
  return JSON.parse(text, (_, value: unknown) => (typeof value === 'number' ? String(value) : value));
}

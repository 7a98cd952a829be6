import { readFileSync } from 'node:fs';

/** A kept reply with its numbers as text, as the engine reads FreeAgent's: `fixture('contacts')`. */
export function fixture(name: string): unknown {
  const text = readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8');
  return exactly(JSON.parse(text));
}

/** Numbers as their texts. */
export const exactly = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body), (_, value: unknown) =>
    typeof value === 'number' ? String(value) : value,
  );

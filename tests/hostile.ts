import type { Json } from '#kernel';
import { deep } from '../libs/sync/hostile/testing/records.js';

type Random = () => number;
type Path = readonly (string | number)[];
export type Wire = Record<string, Json>;

/** What was done to a record, for a message; `payload` is the record as the platform then sends it. */
export interface Hurt {
  readonly how: string;
  readonly payload: unknown;
  /** True where the record cannot be used whatever its stream thinks of it. */
  readonly unusable: boolean;
}

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

/** A text that no index compresses. */
function noise(random: Random, length: number): string {
  const chunk = Array.from({ length: 4096 }, () => String.fromCharCode(33 + Math.floor(random() * 94))).join(
    '',
  );
  let text = '';
  while (text.length < length) {
    const at = Math.floor(random() * 4000);
    text += chunk.slice(at) + chunk.slice(0, at);
  }
  return text.slice(0, length);
}

/** Every place in a record, its lists and objects included. */
function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const path = [...at, Array.isArray(value) ? Number(key) : key];
    return [path, ...pathsOf(inner, path)];
  });
}

const GONE = Symbol('left out');

/** Values that are wrong nearly everywhere; each with a name. */
const VALUES: readonly (readonly [string, (random: Random, was: unknown) => unknown])[] = [
  ['null', () => null],
  ['nothing', () => GONE],
  ['another type', (_, was) => otherType(was)],
  ['an object', () => ({ a: 1 })],
  ['an empty list', () => []],
  ['a list of nulls', () => Array.from({ length: 5000 }, () => null)],
  ['true', () => true],
  ['a number past every column', () => 1e308],
  ['a number past 32 bits', () => 2 ** 31],
  ['a number past exact ones', () => -(2 ** 53) - 2],
  ['a number read as infinite', () => JSON.parse('1e999') as number],
  ['a fraction', () => 0.1],
  ['NaN in letters', () => 'NaN'],
  ['Infinity in letters', () => '-Infinity'],
  ['an exponent', () => '1e400'],
  ['an amount with a comma', () => '1.234,56'],
  ['40 digits', () => '9'.repeat(40)],
  ['an empty text', () => ''],
  ['a blank', () => ' '],
  ['a megabyte', (random) => noise(random, 1_000_000)],
  ['ten thousand letters', (random) => noise(random, 10_000)],
  ['zero bytes', () => 'a\0b'],
  ['half an emoji', () => 'a\ud83d'],
  ['a family of emoji', () => '👩‍👩‍👧‍👦'],
  ['right-to-left text', () => '\u202eשלום'],
  ['quotes and SQL', () => `"\\{},NULL'); drop table orders; --`],
  ['three hundred levels', () => deep(300)],
  ['five thousand levels', () => deep(5000)],
  ['the thirtieth of February', () => '2026-02-30T00:00:00Z'],
  ['the year ten thousand', () => '+010000-01-01T00:00:00Z'],
  ['the year zero', () => '0000-01-01T00:00:00Z'],
  ['a date without a zone', () => '2026-11-20T10:00:00'],
  ['a clock that went back', () => '1970-01-01T00:00:00Z'],
  ['a clock that runs ahead', () => '2999-12-31T23:59:59Z'],
];
/** As many of these as are sent make a test slow and prove no more. */
const SELDOM = new Set(['a megabyte', 'five thousand levels', 'a list of nulls']);

/** What no stream can take for an id. */
const NO_ID = new Set([
  'null',
  'nothing',
  'an object',
  'an empty list',
  'a list of nulls',
  'true',
  'an empty text',
  'a fraction',
  'a megabyte',
  'ten thousand letters',
  'zero bytes',
  'half an emoji',
  'three hundred levels',
  'five thousand levels',
]);
/** And what for an instant. */
const AN_INSTANT = new Set(['a clock that went back', 'a clock that runs ahead']);

function otherType(was: unknown): unknown {
  if (typeof was === 'string') return 7;
  if (typeof was === 'number') return `${was} pieces`;
  if (typeof was === 'boolean') return was ? 'yes' : 0;
  return Array.isArray(was) ? { 0: 'a' } : ['a'];
}

/** Keys that a record gains: most platforms add fields one day, and JSON may call them anything. */
const KEYS: readonly string[] = [
  '👩‍👩‍👧‍👦',
  '__proto__',
  'constructor',
  'toString',
  'then',
  'hasOwnProperty',
  'toJSON',
  'length',
  '\0',
  '\udead',
  '',
  'k'.repeat(100_000),
];

/** The record in the place of which something else came. */
const INSTEAD: readonly unknown[] = [null, 7, 'record', [1, 2], {}, true, '', [[[]]], -1e308, [null]];

/** What a record's id and the instant it is sorted by are called; null where no one field is that instant. */
export interface Fields {
  readonly id: string;
  readonly updatedAt: string | null;
}

/** A copy of the record, hurt in one way; `mark` stays on it so that it can be told from others. */
export function hurt(random: Random, record: Wire, mark: number, fields: Fields): Hurt {
  const dice = random();
  if (dice < 0.03) {
    const payload = pick(random, INSTEAD);
    return { how: `${JSON.stringify(payload)} instead of it`, payload, unusable: true };
  }
  const copy = { ...structuredClone(record), hostile: mark };
  const paths = pathsOf(record);
  if (dice < 0.1) {
    const key = pick(random, KEYS);
    const holders = [[] as Path, ...paths].filter((path) => isObject(at(copy, path)));
    const where = pick(random, holders);
    define(at(copy, where) as object, key, pick(random, [null, 'x', { polluted: true }, 1]));
    return {
      how: `a key ${JSON.stringify(key.slice(0, 20))} in ${where.join('.')}`,
      payload: copy,
      unusable: false,
    };
  }
  // The fields that everything hangs on are hurt more often than their share.
  const vital = [fields.id, fields.updatedAt].filter((field) => field !== null);
  const path = dice < 0.3 ? [pick(random, vital)] : pick(random, paths);
  let [name, make] = pick(random, VALUES);
  if (SELDOM.has(name) && random() < 0.9) [name, make] = VALUES[0]!;
  put(copy, path, make(random, at(record, path)));
  return {
    how: `${name} at ${path.join('.')}`,
    payload: copy,
    unusable:
      path.length === 1 &&
      (path[0] === fields.id ? NO_ID.has(name) : path[0] === fields.updatedAt && !AN_INSTANT.has(name)),
  };
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const at = (value: unknown, path: Path): unknown =>
  path.reduce((inner, key) => (inner as Record<string | number, unknown>)[key], value);

function put(record: object, path: Path, value: unknown): void {
  const holder = at(record, path.slice(0, -1)) as object;
  const key = path.at(-1)!;
  if (value !== GONE) define(holder, key, value);
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else Reflect.deleteProperty(holder, key);
}

/** As JSON.parse does it: `__proto__` is a key like any other. */
function define(holder: object, key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
}

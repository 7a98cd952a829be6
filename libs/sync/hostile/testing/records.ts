import { thing, type Thing } from '../../../../tests/fake-platform.js';

const wire = (n: number, more: object): Record<string, unknown> => ({ ...thing(n), rest: null, ...more });

/** `{"a":{"a":…}}`, so many levels deep. */
export const deep = (levels: number): unknown =>
  JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels));

/** What a platform should never send as a record, and once will. */
export const unusable: readonly (readonly [name: string, record: unknown])[] = [
  ['null', null],
  ['a number', 7],
  ['a text', 'thing'],
  ['a list', [1, 2]],
  ['nothing in it', {}],
  ['every field null', Object.fromEntries(Object.keys(thing(1)).map((key) => [key, null]))],
  ['a number for an id', wire(1, { id: 7 })],
  ['an empty id', wire(1, { id: '' })],
  ['half an emoji for an id', wire(1, { id: '\ud83d' })],
  ['zero bytes in its id', wire(1, { id: 'a\0b' })],
  ['an id without end', wire(1, { id: 'x'.repeat(100_000) })],
  ['a quantity past 32 bits', wire(1, { qty: 2 ** 31 })],
  ['a quantity that is no number', wire(1, { qty: 'NaN' })],
  ['half a piece', wire(1, { qty: 0.5 })],
  ['a price with an exponent', wire(1, { price: '1e400' })],
  ['a price that is a float', wire(1, { price: 0.1 })],
  ['a date that is none', wire(1, { updatedAt: '2026-13-45T99:00:00Z' })],
  ['the thirtieth of February', wire(1, { updatedAt: '2026-02-30T00:00:00Z' })],
  ['a date without a zone', wire(1, { updatedAt: '2026-11-21T10:00:00' })],
  ['the year zero', wire(1, { updatedAt: '0000-01-01T00:00:00Z' })],
  ['a part that is no text', wire(1, { parts: [null] })],
  ['a part with an empty key', wire(1, { parts: [''] })],
  ['no bottom', { id: 't0001', ...(deep(20_000) as object) }],
  ['an unfriendly toString', { ...wire(1, { qty: null }), toString: 1, toJSON: 'no', then: 'never' }],
];

/** Odd, but right: each must land. */
export const odd: readonly (readonly [name: string, record: Thing & Record<string, unknown>])[] = [
  ['an emoji for an id', '👩‍👩‍👧‍👦'],
  ['quotes and backslashes for an id', '"\\{},NULL'],
  ['__proto__ for an id', '__proto__'],
  ['constructor for an id', 'constructor'],
  ['a line break for an id', 'a\n\tb'],
  ['SQL for an id', `'); drop table test_things; --`],
  ['right-to-left text for an id', '\u202eabc שלום'],
].map(
  ([name, id]) => [name!, wire(1, { id, parts: [`${id} part`] }) as Thing & Record<string, unknown>] as const,
);

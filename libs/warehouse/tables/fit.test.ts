import {
  bigint,
  date,
  defineTable,
  exact,
  flag,
  instant,
  integer,
  json,
  text,
  type SqlType,
} from './define.js';
import { keyMisfitOf, misfitOf } from './fit.js';

const table = defineTable('all', {
  text: text(),
  numeric: exact(),
  integer: integer(),
  bigint: bigint(),
  timestamptz: instant(),
  date: date(),
  boolean: flag(),
  jsonb: json().orNull,
});

const right = {
  text: '',
  numeric: '-0.50',
  integer: -2147483647,
  bigint: '9223372036854775807',
  timestamptz: new Date('9999-12-31T23:59:59.999Z'),
  date: '2024-02-29',
  boolean: false,
  jsonb: null,
};

describe('a row', () => {
  it('that Postgres takes has no misfit', () => {
    expect(misfitOf(table, right)).toBeUndefined();
    expect(
      misfitOf(table, { ...right, jsonb: [{ a: null }], bigint: '-9223372036854775808' }),
    ).toBeUndefined();
  });

  it.each<[SqlType, unknown]>([
    ['text', 1],
    ['text', {}],
    ['numeric', 1.5],
    ['numeric', 'NaN'],
    ['numeric', '1e5'],
    ['integer', 2147483648],
    ['integer', 1.5],
    ['integer', NaN],
    ['integer', '1'],
    ['bigint', '9223372036854775808'],
    ['bigint', '99999999999999999999'],
    ['bigint', '1.0'],
    ['timestamptz', new Date('nonsense')],
    ['timestamptz', new Date('+010000-01-01T00:00:00Z')],
    ['timestamptz', new Date('0000-06-01T00:00:00Z')],
    ['timestamptz', '2026-11-21T10:00:00Z'],
    ['date', '2026-02-30'],
    ['date', '0000-01-01'],
    ['date', new Date()],
    ['boolean', 'true'],
    ['jsonb', 1n],
  ])('with the wrong %s (%p) is told by column', (sql, value) => {
    expect(misfitOf(table, { ...right, [sql]: value })).toMatch(
      new RegExp(`^${sql}: .+ does not fit ${sql}$`),
    );
  });

  it('without a column that must be there is told by column', () => {
    expect(misfitOf(table, { ...right, text: null })).toBe('text: absent, though all needs it');
  });
});

describe('a key', () => {
  it.each(['a', '0', 'é 😀 "\\', 'k'.repeat(500), '__proto__'])('may be %p', (key) => {
    expect(keyMisfitOf(key)).toBeUndefined();
  });

  it.each([
    ['', 'key: it is empty'],
    ['k'.repeat(501), 'key: 501 characters where 500 are the most'],
    ['a\0', 'key: it holds what Postgres cannot'],
    ['\ud83d', 'key: it holds what Postgres cannot'],
    [7, 'key: 7 is no text'],
    [undefined, 'key: undefined is no text'],
  ])('may not be %p', (key, why) => {
    expect(keyMisfitOf(key)).toBe(why);
  });
});

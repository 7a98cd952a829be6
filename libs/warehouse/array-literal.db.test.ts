import fc from 'fast-check';
import { describeDb } from '../../tests/postgres.js';
import { arrayLiteral, jsonText } from './array-literal.js';
import { openTestWarehouse, type TestWarehouse } from './testing/open.js';

describe('arrayLiteral', () => {
  it.each([
    ['nothing', [], '{}'],
    ['null and undefined', [null, undefined], '{NULL,NULL}'],
    ['the text NULL, which is no null', ['NULL', ''], '{"NULL",""}'],
    ['numbers and booleans', [1, -2.5, true, false], '{1,-2.5,true,false}'],
    ['instants in UTC', [new Date('2026-11-21T10:00:00+02:00')], '{"2026-11-21T08:00:00.000Z"}'],
    ['quotes and backslashes', ['a"b\\c'], '{"a\\"b\\\\c"}'],
    ['JSON', [{ a: 'b"' }], '{"{\\"a\\":\\"b\\\\\\"\\"}"}'],
  ])('spells %s', (_, values, literal) => {
    expect(arrayLiteral(values)).toBe(literal);
  });
});

describeDb('an array literal in Postgres', () => {
  let db: TestWarehouse;
  beforeAll(async () => {
    db = await openTestWarehouse(2);
  });
  afterAll(() => db.close());

  const readBack = async (values: readonly unknown[], type = 'text'): Promise<unknown[]> => {
    const rows = await db.warehouse.query<{ v: unknown }>(
      `select v from unnest($1::${type}[]) with ordinality as u(v, n) order by n`,
      [arrayLiteral(values)],
    );
    return rows.map((row) => row.v);
  };

  /** What text in Postgres can hold of a JavaScript string: no U+0000, no half of a surrogate pair. */
  const kept = (text: string | null): string | null =>
    text?.replaceAll('\0', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD') ?? null;

  const keptIn = (value: unknown): unknown => {
    if (typeof value === 'string') return kept(value);
    if (Array.isArray(value)) return value.map(keptIn);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [kept(key), keptIn(one)]));
  };

  it('reads back as any text went in', async () => {
    const texts = fc.array(
      fc.option(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({
            unit: fc.constantFrom('"', '\\', '{', '}', ',', ' ', '\0', '\n', '😀', '\ud83d', 'N'),
          }),
        ),
      ),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (values) => {
        expect(await readBack(values)).toEqual(values.map(kept));
      }),
      { numRuns: 200 },
    );
  });

  it('reads back as any JSON went in', async () => {
    const documents = fc.array(fc.jsonValue({ stringUnit: 'binary' }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(documents, async (values) => {
        const texts = values.map(jsonText);
        const back = await readBack(texts, 'jsonb');
        expect(back).toEqual(values.map((value) => keptIn(JSON.parse(JSON.stringify(value)))));
      }),
      { numRuns: 200 },
    );
  });
});

import { readJson } from './json.js';

const read = (text: string): unknown => readJson(text).value;

describe('JSON from a stranger', () => {
  it.each([
    ['{"a":[1,{"b":null}],"c":"\\u00e9\\"}"}'],
    ['  [ -0.5 , 1e3 , true , "" , {} ]  '],
    ['{"__proto__":{"polluted":true},"constructor":{"prototype":1}}'],
    ['{"a\\\\":1,"a":2,"":3}'],
    ['7'],
    ['null'],
  ])('is what JSON.parse makes of it: %s', (text) => {
    expect(read(text)).toEqual(JSON.parse(text));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    ['820982911946154508', '820982911946154508'],
    ['[-12345678901234567.89,1]', ['-12345678901234567.89', 1]],
    ['{"a":[ - 1]}', undefined],
    ['["12345678901234567890",0.0000000000000001e5]', ['12345678901234567890', '0.0000000000000001e5']],
    ['[123456789012345,12345678901234567e5,1e999]', [123456789012345, '12345678901234567e5', Infinity]],
  ])('keeps the numbers of %s that a double would round', (text, value) => {
    if (value === undefined) expect(() => read(text)).toThrow(SyntaxError);
    else expect(read(text)).toEqual(value);
  });

  it.each([
    ['{"a":1,"b":0,"a":2}', { a: { 'given more than once': [1, 2] }, b: 0 }],
    ['{"a":"x","\\u0061":"y","a":null}', { a: { 'given more than once': ['x', 'y', null] } }],
    ['[{"a":{"b":[1]},"a":{"b":[]}}]', [{ a: { 'given more than once': [{ b: [1] }, { b: [] }] } }]],
    ['{"a":{"b":1,"b":2.5,"c":[true]}}', { a: { b: { 'given more than once': [1, 2.5] }, c: [true] } }],
    ['{"a":1,"a":1}', { a: 1 }],
  ])('shows both values of a key that comes twice: %s', (text, value) => {
    expect(read(text)).toEqual(value);
  });

  it.each(['{"a":NaN}', '[Infinity]', '', '{"a":1', '["\u0001"]', "{'a':1}", '[1]]'])('is not %j', (text) => {
    expect(() => read(text)).toThrow(SyntaxError);
  });

  it('nests as deep as it likes, up to where nobody would follow', () => {
    expect(readJson('['.repeat(50_000) + ']'.repeat(50_000)).deepest).toBe(50_000);
    expect(() => read('['.repeat(10_000_000))).toThrow(/nests 10000000 levels deep/);
  });

  it('is refused where it would fill the memory with nothing', () => {
    expect(() => read(`[${'{},'.repeat(3_000_000)}{}]`)).toThrow(/holds 6000003 values/);
  });

  it.each([
    ['a text of escaped quotes that ends nowhere', `[12345678901234567,"${'\\"'.repeat(2_000_000)}`],
    ['backslashes without end', `[12345678901234567,"${'\\'.repeat(4_000_000)}`],
    ['quotes without end', '"'.repeat(4_000_001)],
  ])('takes no longer for %s', (_, text) => {
    const began = performance.now();
    expect(() => read(text)).toThrow(SyntaxError);
    // Twice as long a text took four times as long and froze the process; milliseconds are expected.
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('reads a long text that is all escapes', () => {
    expect(read(`[12345678901234567,"${'\\n'.repeat(5_000_000)}"]`)).toEqual([
      '12345678901234567',
      '\n'.repeat(5_000_000),
    ]);
  });
});

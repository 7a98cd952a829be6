import fc from 'fast-check';
import {
  add,
  compare,
  decimal,
  parseDecimal,
  subtract,
  sum,
  times,
  toFixed,
  ZERO,
  type Decimal,
} from './money.js';

const d = decimal;

/** Exact arithmetic of another kind: whole units of 10⁻⁸ as BigInt. */
const SCALE = 8;
const units = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
const text = (n: bigint): Decimal => {
  const digits = String(n < 0n ? -n : n).padStart(SCALE + 1, '0');
  return d(`${n < 0n ? '-' : ''}${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`);
};

describe('a decimal', () => {
  it.each(['0', '-1', '+1.50', '.5', '1.', '00.10', '123456789012345678901234567890.123456789'])(
    'may be %s',
    (one) => {
      expect(parseDecimal(one)).toBe(one);
    },
  );

  it.each(['', ' 1', '1 ', '1,5', '1e5', 'NaN', 'Infinity', '0x10', '--1', '.', '1.2.3', '٣', '1_000', '$1'])(
    'may not be %p',
    (one) => {
      expect(parseDecimal(one)).toBeUndefined();
      expect(() => decimal(one)).toThrow(`not a decimal number: ${JSON.stringify(one)}`);
    },
  );
});

describe('arithmetic', () => {
  it('is exact where floats are not', () => {
    expect(add(d('0.1'), d('0.2'))).toBe('0.3');
    expect(subtract(d('0.3'), d('0.1'))).toBe('0.2');
    expect(times(d('1.005'), 3)).toBe('3.015');
    expect(sum(Array.from({ length: 1000 }, () => d('0.01')))).toBe('10');
    expect(sum([])).toBe(ZERO);
  });

  it('never answers with an exponent', () => {
    expect(times(d('0.0000001'), d('0.0000001'))).toBe('0.00000000000001');
    expect(times(d('10000000000000000'), d('10000000000000000'))).toBe(`1${'0'.repeat(32)}`);
  });

  it('agrees with whole numbers', () => {
    fc.assert(
      fc.property(units, units, (a, b) => {
        expect(compare(add(text(a), text(b)), text(a + b))).toBe(0);
        expect(compare(subtract(text(a), text(b)), text(a - b))).toBe(0);
        expect(compare(text(a), text(b))).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(compare(subtract(add(text(a), text(b)), text(b)), text(a))).toBe(0);
      }),
    );
  });

  it('adds up to the same in any order', () => {
    fc.assert(
      fc.property(fc.array(units, { maxLength: 50 }), (list) => {
        const total = list.reduce((a, b) => a + b, 0n);
        expect(compare(sum(list.map(text)), text(total))).toBe(0);
        expect(sum([...list].reverse().map(text))).toBe(sum(list.map(text)));
      }),
    );
  });

  it('compares by value', () => {
    expect(compare(d('1.50'), d('1.5'))).toBe(0);
    expect(compare(d('-0'), d('0'))).toBe(0);
    expect(compare(d('2'), d('10'))).toBe(-1);
  });
});

describe('toFixed', () => {
  it.each([
    ['1.005', 2, '1.01'],
    ['1.004999', 2, '1.00'],
    ['-1.005', 2, '-1.01'],
    ['2.5', 0, '3'],
    ['-2.5', 0, '-3'],
    ['1', 2, '1.00'],
    ['0', 2, '0.00'],
    ['-0.001', 2, '0.00'],
    ['12345678901234567890.125', 2, '12345678901234567890.13'],
  ])('rounds %s to %i decimals: %s', (value, decimals, rounded) => {
    expect(toFixed(d(value), decimals)).toBe(rounded);
  });
});

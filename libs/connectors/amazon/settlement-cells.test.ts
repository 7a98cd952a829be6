import { amountIn, dayIn, spellingOf } from './settlement-cells.js';

describe('amounts', () => {
  it.each([
    [
      ['52.00', '1,052.10', '-3'],
      ['52.00', '1052.10', '-3'],
    ],
    [
      ['52,00', '1.052,10', '-1.234'],
      ['52.00', '1052.10', '-1234'],
    ],
    [
      ['1 052,10', '12\u00a0345,6'],
      ['1052.10', '12345.6'],
    ],
    [
      ['1,234', '-766', '1,234,567'],
      ['1234', '-766', '1234567'],
    ],
    [
      ['0.5', "1'234.50"],
      ['0.5', '1234.50'],
    ],
  ])('of one file are read in its own spelling: %j', (texts, amounts) => {
    const spelling = spellingOf(texts, []);
    expect(texts.map((text) => amountIn(text, spelling))).toEqual(amounts);
  });

  it('in two spellings at once are refused', () => {
    expect(() => spellingOf(['1.50', '1,50'], [])).toThrow(/decimal point and with a decimal comma/);
  });

  it.each(['', '-', 'NaN', '1e3', '12.50 EUR', '1.2.3,4,5'])('%j is none', (text) => {
    expect(() => amountIn(text, { point: ',', slashed: 'day first' })).toThrow(RangeError);
  });
});

describe('days', () => {
  const spelling = spellingOf([], ['10/31/26']);
  it.each([
    ['2026-10-07 10:00:00 UTC', '2026-10-07', '2026-10-07T10:00:00.000Z'],
    ['2026-10-07T10:00:00+00:00', '2026-10-07', '2026-10-07T10:00:00.000Z'],
    ['07.10.2026 10:00:00 UTC', '2026-10-07', '2026-10-07T10:00:00.000Z'],
    ['10/07/26', '2026-10-07', null],
    ['10/07/2026 9:05:00 PDT', '2026-10-07', '2026-10-07T16:05:00.000Z'],
    ['2026/10/07 01:00:00 JST', '2026-10-07', '2026-10-06T16:00:00.000Z'],
  ])('are read in every spelling on record: %s', (text, on, at) => {
    expect(dayIn(text, spelling)).toEqual({ on, at });
  });

  it('with slashes are told apart by the rest of the file', () => {
    expect(dayIn('07/10/2026', spellingOf([], ['31/10/2026'])).on).toBe('2026-10-07');
    expect(dayIn('07/10/2026', spellingOf([], ['10/31/2026'])).on).toBe('2026-07-10');
    expect(() => spellingOf([], ['31/10/2026', '10/31/2026'])).toThrow(/month first and with the day first/);
  });

  it.each(['2026-02-30', '31.13.2026', 'yesterday', '2026-10-07 10:00:00 XYZ', '2026-10-07 25:00:00 UTC'])(
    '%s is none',
    (text) => {
      expect(() => dayIn(text, spelling)).toThrow(RangeError);
    },
  );
});

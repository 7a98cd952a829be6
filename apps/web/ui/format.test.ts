import {
  brief,
  clockIn,
  count,
  distance,
  duration,
  inUtc,
  inZone,
  percent,
  plural,
  sentence,
} from './format.js';

const now = new Date('2026-02-03T04:05:06Z');
const before = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);

describe('what the pages say', () => {
  it.each([
    [0, '0 s'],
    [59_400, '59 s'],
    [59_600, '1 min'],
    [3_600_000, '1 h'],
    [3_661_000, '1 h 1 min'],
    [3_601_000, '1 h'],
    [90_061_000, '1 d 1 h'],
    [-5, '0 s'],
  ])('%d ms is %s', (ms, text) => expect(duration(ms)).toBe(text));

  it.each([
    [0, 'now'],
    [3, '3 s ago'],
    [119, '1 min ago'],
    [86_400, '1 d ago'],
    [-5, 'now'],
    [-90, 'in 1 min'],
  ])('%d s before is %s', (seconds, text) => expect(distance(before(seconds), now)).toBe(text));

  it('tells an instant in the zone of the viewer and in UTC', () => {
    expect(inUtc(now)).toBe('2026-02-03 04:05:06 UTC');
    expect(inZone(now, 'Asia/Kolkata')).toBe('3 Feb 2026, 09:35:06');
    expect(inZone(now, 'America/New_York')).toBe('2 Feb 2026, 23:05:06');
  });

  it('leaves the day of a time out where it is today there', () => {
    expect(clockIn(before(60), now, 'Asia/Kolkata')).toBe('09:34:06');
    expect(clockIn(before(12 * 3600), now, 'Asia/Kolkata')).toBe('2 Feb 2026, 21:35:06');
  });

  it('keeps every digit of a count, also of one that is no safe number', () => {
    expect(count('9007199254740993')).toBe('9,007,199,254,740,993');
    expect(brief(99_999)).toBe('99,999');
    expect(brief(1_234_567)).toBe('1.2M');
  });

  it('never rounds something down to nothing, nor past all', () => {
    expect(percent(0)).toBe('0 %');
    expect(percent(0.0004)).toBe('<1 %');
    expect(percent(1.4)).toBe('100 %');
  });

  it('counts in words', () => {
    expect(plural(1, 'run')).toBe('1 run');
    expect(plural(0, 'page')).toBe('0 pages');
    expect(plural(2, 'category', 'categories')).toBe('2 categories');
    expect(sentence('clientSecret')).toBe('Client secret');
  });
});

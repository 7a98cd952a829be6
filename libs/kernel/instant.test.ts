import { earlier, earliest, later, latest, parseDate, parseInstant } from './instant.js';

describe('parseInstant', () => {
  it.each([
    ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21T10:00:00.123456Z', '2026-11-21T10:00:00.123Z'],
    ['2026-11-21T10:00Z', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21T00:30:00+02:00', '2026-11-20T22:30:00.000Z'],
    ['2026-11-21T10:00:00-0530', '2026-11-21T15:30:00.000Z'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
  ])('reads %s', (text, iso) => {
    expect(parseInstant(text)?.toISOString()).toBe(iso);
  });

  it.each([
    '',
    '2026-11-21',
    '2026-11-21T10:00:00',
    '2026-11-21 10:00:00Z',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-04-31T00:00:00+01:00',
    '2026-13-01T00:00:00Z',
    '2026-11-21T25:00:00Z',
    '2026-11-21T10:61:00Z',
    '12026-11-21T10:00:00Z',
    'Sat Nov 21 2026 10:00:00 GMT',
  ])('refuses %p', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});

describe('parseDate', () => {
  it.each(['2026-11-21', '2024-02-29', '0001-01-01'])('reads %s', (text) => {
    expect(parseDate(text)).toBe(text);
  });

  it.each(['', '2026-02-29', '2026-11-31', '2026-00-01', '2026-1-1', '21.11.2026', '2026-11-21T00:00:00Z'])(
    'refuses %p',
    (text) => {
      expect(parseDate(text)).toBeUndefined();
    },
  );
});

it('steps and compares', () => {
  const [a, b] = [new Date(1000), new Date(3000)];
  expect(later(a, 2000)).toEqual(b);
  expect(earlier(b, 2000)).toEqual(a);
  expect([earliest(a, b), earliest(b, a), latest(a, b), latest(b, a)]).toEqual([a, a, b, b]);
});

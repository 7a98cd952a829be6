import { days, formatDuration, hours, milliseconds, minutes, parseDuration, seconds } from './duration.js';

it('counts in milliseconds', () => {
  expect([milliseconds(1), seconds(1), minutes(1), hours(1), days(1)]).toEqual([
    1, 1000, 60_000, 3_600_000, 86_400_000,
  ]);
});

describe('parseDuration', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['1.5h', 5_400_000],
    [' 5 m ', 300_000],
    ['0s', 0],
  ])('reads %p', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', 'm', '-5m', '5 minutes', '1h30m', '5M', '1e3s', '٣m'])('refuses %p', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [499, '0s'],
    [93_000, '1m 33s'],
    [3_600_000, '1h'],
    [3_661_000, '1h 1m'],
    [86_401_000, '1d 1s'],
    [90_061_000, '1d 1h'],
    [59_999, '1m'],
    [-5, '0s'],
  ])('says %i ms as %s', (ms, said) => {
    expect(formatDuration(ms)).toBe(said);
  });
});

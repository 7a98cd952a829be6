import { ratePerSecond, remaining, remainingOf, usedOfSize } from './levels.js';

describe('what a reply tells of its platform’s limits', () => {
  it.each([
    ['32/40', { limit: 'x', available: 8, capacity: 40 }],
    [' 80 / 80 ', { limit: 'x', available: 0, capacity: 80 }],
    ['41/40', { limit: 'x', available: 0, capacity: 40 }],
    ['0/0', undefined],
    ['32', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %j as used of size', (header, level) => {
    expect(usedOfSize('x', header)).toEqual(level);
  });

  it.each([
    ['0.0167', { limit: 'x', perSecond: 0.0167 }],
    ['2', { limit: 'x', perSecond: 2 }],
    ['0', undefined],
    ['-1', undefined],
    ['1e9', undefined],
    ['soon', undefined],
    [undefined, undefined],
  ])('reads %j as calls per second', (header, level) => {
    expect(ratePerSecond('x', header)).toEqual(level);
  });

  it.each([
    ['0', { limit: 'x', available: 0 }],
    ['4987', { limit: 'x', available: 4987 }],
    ['-3', undefined],
    ['many', undefined],
    [undefined, undefined],
  ])('reads %j as calls left', (header, level) => {
    expect(remaining('x', header)).toEqual(level);
  });

  it('finds each limit’s own header, however it is spelled, and leaves out what is not told', () => {
    const pairs = {
      'xero.minute': 'X-MinLimit-Remaining',
      'xero.day': 'X-DayLimit-Remaining',
      'xero.app': 'X-AppMinLimit-Remaining',
    };
    const headers = { 'x-minlimit-remaining': '59', 'X-DayLimit-Remaining': '4321' };
    expect(remainingOf(headers, pairs)).toEqual([
      { limit: 'xero.minute', available: 59 },
      { limit: 'xero.day', available: 4321 },
    ]);
  });
});

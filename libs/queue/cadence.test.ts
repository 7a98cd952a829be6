import fc from 'fast-check';
import { days, hours, minutes, seconds } from '#kernel';
import { backoff, MAX_ATTEMPTS } from './backoff.js';
import { sameCadence, slotAt, spanAt, type Cadence } from './cadence.js';

const at = (text: string): Date => new Date(text);

describe('the newest slot that is due', () => {
  it.each<[Cadence, string, string]>([
    [{ every: minutes(15) }, '2026-11-21T10:14:59.999Z', '2026-11-21T10:00:00Z'],
    [{ every: minutes(15) }, '2026-11-21T10:15:00.000Z', '2026-11-21T10:15:00Z'],
    [{ every: hours(24) }, '2026-11-21T23:59:59Z', '2026-11-21T00:00:00Z'],
    [{ pattern: '*/15 * * * *' }, '2026-11-21T10:14:59.999Z', '2026-11-21T10:00:00Z'],
    [{ pattern: '*/15 * * * *' }, '2026-11-21T10:15:00.000Z', '2026-11-21T10:15:00Z'],
    [{ pattern: '30 2 * * *' }, '2026-11-21T02:29:59Z', '2026-11-20T02:30:00Z'],
    [{ pattern: '0 3 * * 1' }, '2026-11-21T10:00:00Z', '2026-11-16T03:00:00Z'],
    [{ pattern: '0 0 29 2 *' }, '2026-11-21T10:00:00Z', '2024-02-29T00:00:00Z'],
    [{ pattern: '*/30 * * * * *' }, '2026-11-21T10:00:31Z', '2026-11-21T10:00:30Z'],
  ])('of %p at %s is %s', (cadence, now, slot) => {
    expect(slotAt(cadence, at(now))).toEqual(at(slot));
  });

  // The nights in which clocks in Europe and America are changed.
  it.each(['2026-03-29T01:30:00Z', '2026-10-25T01:30:00Z', '2026-03-08T07:30:00Z', '2026-11-01T06:30:00Z'])(
    'knows no summer time: %s',
    (now) => {
      expect(slotAt({ pattern: '30 * * * *' }, at(now))).toEqual(at(now));
    },
  );

  const cadences = fc.oneof(
    fc.integer({ min: 1000, max: days(2) }).map((every): Cadence => ({ every })),
    fc
      .constantFrom('* * * * *', '*/5 * * * *', '7 */3 * * *', '0 4 * * 1-5', '15 10 1 * *', '*/20 * * * * *')
      .map((pattern): Cadence => ({ pattern })),
  );
  const instants = fc.date({ min: at('2020-01-01'), max: at('2035-01-01'), noInvalidDate: true });

  it('is not in the future, stays until the next one, and is due in its own instant', () => {
    fc.assert(
      fc.property(cadences, instants, (cadence, now) => {
        const slot = slotAt(cadence, now);
        expect(slot.getTime()).toBeLessThanOrEqual(now.getTime());
        expect(slotAt(cadence, slot)).toEqual(slot);
        const next = slot.getTime() + spanAt(cadence, now);
        expect(next).toBeGreaterThan(now.getTime());
        expect(slotAt(cadence, new Date(next - 1))).toEqual(slot);
        expect(slotAt(cadence, new Date(next))).toEqual(new Date(next));
      }),
      { numRuns: 200 },
    );
  });

  it('says what a cadence is that is none', () => {
    expect(() => slotAt({ pattern: 'every day' }, at('2026-11-21'))).toThrow(
      'not a cron pattern: "every day"',
    );
    expect(() => spanAt({ pattern: 'every day' }, at('2026-11-21'))).toThrow(
      'not a cron pattern: "every day"',
    );
    for (const every of [0, -1, NaN])
      expect(() => slotAt({ every }, at('2026-11-21'))).toThrow('a cadence of at least a second');
  });
});

it('tells whether two cadences are the same', () => {
  expect(sameCadence({ every: 1000 }, { every: seconds(1) })).toBe(true);
  expect(sameCadence({ every: 1000 }, { every: 2000 })).toBe(false);
  expect(sameCadence({ pattern: '* * * * *' }, { pattern: '* * * * *' })).toBe(true);
  expect(sameCadence({ pattern: '* * * * *' }, { every: 60_000 })).toBe(false);
  expect(sameCadence({ every: 60_000 }, { pattern: '* * * * *' })).toBe(false);
});

describe('backoff', () => {
  it('doubles from two seconds to ten minutes, half of it drawn', () => {
    expect([1, 2, 3, 8, 9, 10, 50].map((attempt) => backoff(attempt, () => 1))).toEqual([
      2000, 4000, 8000, 256_000, 512_000, 600_000, 600_000,
    ]);
    expect(backoff(1, () => 0)).toBe(1000);
    expect(backoff(0, () => 1)).toBe(2000);
  });

  it('is never shorter than half of that nor longer', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: MAX_ATTEMPTS }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, drawn) => {
          const full = 1000 * 2 ** n;
          expect(backoff(n, () => drawn)).toBeGreaterThanOrEqual(full / 2);
          expect(backoff(n, () => drawn)).toBeLessThanOrEqual(full);
        },
      ),
    );
  });
});

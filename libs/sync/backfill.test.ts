import { days, seconds } from '#kernel';
import { fakeStream } from '../../tests/fake-platform.js';
import { planBackfill, type SliceSize } from './backfill.js';

const NOW = new Date('2026-11-21T10:00:00.000Z');
const stream = fakeStream('fake.things', { grain: seconds(1) });
const plan = (from: string, to: string, slices: SliceSize, more: object = {}) =>
  planBackfill({ stream, from: new Date(from), to: new Date(to), slices, parallel: 4, ...more }, NOW);
const shown = (windows: readonly { from: Date; to: Date }[]) =>
  windows.map(({ from, to }) => `${from.toISOString()} ${to.toISOString()}`);

describe('a backfill is cut', () => {
  it('at midnights, the most recent slice first, each to one tick before the next', () => {
    expect(shown(plan('2026-11-01T12:00:00Z', '2026-11-04T06:00:00Z', 'day'))).toEqual([
      '2026-11-04T00:00:00.000Z 2026-11-04T06:00:00.000Z',
      '2026-11-03T00:00:00.000Z 2026-11-03T23:59:59.000Z',
      '2026-11-02T00:00:00.000Z 2026-11-02T23:59:59.000Z',
      '2026-11-01T12:00:00.000Z 2026-11-01T23:59:59.000Z',
    ]);
  });

  it('on Mondays', () => {
    // The first of November 2026 is a Sunday.
    expect(shown(plan('2026-11-01', '2026-11-10', 'week'))).toEqual([
      '2026-11-09T00:00:00.000Z 2026-11-10T00:00:00.000Z',
      '2026-11-02T00:00:00.000Z 2026-11-08T23:59:59.000Z',
      '2026-11-01T00:00:00.000Z 2026-11-01T23:59:59.000Z',
    ]);
  });

  it('on the first of each month, over the turn of a year and a leap day', () => {
    expect(shown(plan('2023-12-15', '2024-03-01', 'month'))).toEqual([
      '2024-02-01T00:00:00.000Z 2024-03-01T00:00:00.000Z',
      '2024-01-01T00:00:00.000Z 2024-01-31T23:59:59.000Z',
      '2023-12-15T00:00:00.000Z 2023-12-31T23:59:59.000Z',
    ]);
  });

  it.each(['day', 'week', 'month'] as const)('by %s without a gap and without an instant twice', (slices) => {
    const windows = plan('2025-01-31T23:59:59Z', '2026-11-21T10:00:00Z', slices).reverse();
    expect(windows[0]!.from).toEqual(new Date('2025-01-31T23:59:59Z'));
    expect(windows.at(-1)!.to).toEqual(NOW);
    windows.slice(1).forEach(({ from }, i) => expect(from.getTime() - windows[i]!.to.getTime()).toBe(1000));
  });

  it('to the millisecond where the stream says nothing of its clock', () => {
    const fine = fakeStream('fake.things');
    expect(shown(plan('2026-11-01', '2026-11-03', 'day', { stream: fine })).at(-1)).toBe(
      '2026-11-01T00:00:00.000Z 2026-11-01T23:59:59.999Z',
    );
  });

  it('into one slice where the range is short', () => {
    expect(shown(plan('2026-11-03T10:00:00Z', '2026-11-03T10:00:01Z', 'month'))).toEqual([
      '2026-11-03T10:00:00.000Z 2026-11-03T10:00:01.000Z',
    ]);
  });

  it('into five thousand slices, and not one more', () => {
    const from = new Date(NOW.getTime() - days(4999));
    expect(planBackfill({ stream, from, to: NOW, slices: 'day', parallel: 1 }, NOW)).toHaveLength(5000);
    expect(() =>
      planBackfill(
        { stream, from: new Date(from.getTime() - days(1)), to: NOW, slices: 'day', parallel: 1 },
        NOW,
      ),
    ).toThrow(/are more than 5000 slices; cut it wider with --slices week or month/);
  });

  it.each([
    [
      'the wrong way round',
      () => plan('2026-11-03', '2026-11-01', 'day'),
      /^--from 2026-11-03 is not before --to 2026-11-01; /,
    ],
    ['of no length', () => plan('2026-11-03', '2026-11-03', 'day'), /is not before/],
    [
      'from the future',
      () => plan('2026-11-03', '2026-11-22', 'day'),
      /^--to 2026-11-22 lies in the future, .* leave out --to/,
    ],
    [
      'of no slice at once',
      () => plan('2026-11-03', '2026-11-04', 'day', { parallel: 0 }),
      /allowed: 1 to 64/,
    ],
    [
      'of too many at once',
      () => plan('2026-11-03', '2026-11-04', 'day', { parallel: 65 }),
      /allowed: 1 to 64/,
    ],
    [
      'of a stream that tells no changes',
      () => plan('2026-11-03', '2026-11-04', 'day', { stream: fakeStream('fake.list', null) }),
      /^fake\.list cannot be asked for a range of time: .* npx stratus run fake\.list --full$/,
    ],
  ])('not where it is %s', (_, make, said) => {
    expect(make).toThrow(said);
    expect(make).toThrow(expect.objectContaining({ kind: 'config' }) as Error);
  });
});

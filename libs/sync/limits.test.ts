import type { LimitSpec } from '#http';
import { z } from 'zod';
import { limitsOf, withLimits } from './limits.js';

const minute: LimitSpec = {
  name: 'fake.minute',
  per: 'connection',
  kind: 'window',
  capacity: 120,
  windowMs: 60_000,
};
const points: LimitSpec = {
  name: 'fake.points',
  per: 'connection',
  kind: 'cost',
  capacity: 1000,
  restorePerSecond: 50,
};
const limits = [minute, points];

describe('the limits of a connection', () => {
  it('are the platform’s where it says nothing', () => {
    expect(limitsOf(limits, {})).toBe(limits);
    expect(limitsOf(limits, null)).toBe(limits);
  });

  it('are its own where it says so, and a bucket refills in its proportion', () => {
    expect(limitsOf(limits, { limits: 'minute=600' })).toEqual([{ ...minute, capacity: 600 }, points]);
    expect(limitsOf(limits, { limits: 'points=500, minute=60' })).toEqual([
      { ...minute, capacity: 60 },
      { ...points, capacity: 500, restorePerSecond: 25 },
    ]);
  });

  it.each(['', 'hour=5', 'minute', 'minute=0', 'minute=-1', 'minute=1.5', 'minute=1,minute=2'])(
    'are not taken from %j, which is refused with the names there are',
    (text) => {
      const { success, error } = withLimits(z.object({}), limits).safeParse({ limits: text });
      expect(success).toBe(false);
      expect(error!.issues[0]).toMatchObject({
        path: ['limits'],
        message: expect.stringMatching(/minute=600.*there are minute, points$/),
      });
      expect(limitsOf(limits, { limits: text })).toBe(limits);
    },
  );

  it('stand in its settings as they were written, beside what the platform asks for', () => {
    const settings = withLimits(z.object({ shop: z.string() }), limits);
    const given = { shop: 'demo', limits: 'minute=600' };
    expect(settings.parse(settings.parse(given))).toEqual(given);
    expect(settings.parse({ shop: 'demo' })).toEqual({ shop: 'demo' });
    expect(settings.safeParse({ limits: 'minute=600' }).success).toBe(false);
  });

  it('cannot be said where the platform has none', () => {
    expect(withLimits(z.strictObject({}), []).safeParse({ limits: 'minute=600' }).success).toBe(false);
  });
});

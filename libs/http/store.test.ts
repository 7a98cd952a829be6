import fc from 'fast-check';
import { budgetOf, corrected, stepOf } from './store.js';

describe('a rate as steps', () => {
  it('is whole points, and never faster than the rate', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 1e5, noNaN: true }), (perSecond) => {
        const { amount, intervalMs } = stepOf(perSecond);
        expect(Number.isInteger(amount)).toBe(true);
        expect((amount / intervalMs) * 1000).toBeLessThanOrEqual(perSecond * (1 + 1e-9));
        // A hundredth of a permille is lost to rounding at the most, where steps are not too short to count.
        if (perSecond <= 1e4) expect((amount / intervalMs) * 1000).toBeGreaterThan(perSecond * 0.999);
      }),
    );
  });
});

describe('a budget', () => {
  const limit = { name: 'x', per: 'connection' } as const;

  it.each([
    [
      { kind: 'cost', capacity: 2000, restorePerSecond: 100 },
      { ceiling: 1900, reserve: 100, perSecond: 100 },
    ],
    [
      { kind: 'bucket', capacity: 40, restorePerSecond: 2 },
      { ceiling: 36, reserve: 4, perSecond: 2 },
    ],
    [
      { kind: 'bucket', capacity: 1, restorePerSecond: 0.0167 },
      { ceiling: 1, reserve: 0, perSecond: 0.0167 },
    ],
    [
      { kind: 'cost', capacity: 2000, restorePerSecond: 100, share: 0.5 },
      { ceiling: 1000, reserve: 1000 },
    ],
    [{ kind: 'concurrent', capacity: 5 }, { ceiling: 5 }],
    [{ kind: 'window', capacity: 60, windowMs: 60_000 }, { ceiling: 60 }],
    [
      { kind: 'window', capacity: 5000, windowMs: 86_400_000 },
      { ceiling: 2500, perSecond: 2500 / 86_400 },
    ],
  ] as const)('of %j is %j', (spec, budget) => {
    expect(budgetOf({ ...limit, ...spec })).toMatchObject(budget);
  });
});

describe('points after a reply', () => {
  const budget = { capacity: 1000, ceiling: 900, reserve: 100, perSecond: 10 };

  it('rise halfway to what the platform must hold beyond all that is under way', () => {
    expect(corrected(100, budget, 800, 200)).toBe(300);
    expect(corrected(-50, budget, 800, 700)).toBe(-25);
  });

  it('stay where the platform may have no more', () => {
    expect(corrected(400, budget, 700, 200)).toBe(400);
  });

  it('fall to what the platform has, less half of the reserve', () => {
    expect(corrected(400, budget, 300, 0)).toBe(250);
    expect(corrected(10, budget, 0, 0)).toBe(-50);
  });

  it('never pass the ceiling', () => {
    expect(corrected(950, budget, 5000, 0)).toBe(900);
  });

  it('never promise more than the platform has', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -5000, max: 5000 }),
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: 0, max: 5000 }),
        (points, available, out) => {
          const after = corrected(points, budget, available, out);
          expect(after).toBeLessThanOrEqual(Math.min(budget.ceiling, available));
          if (after > points) expect(after + out + budget.reserve).toBeLessThanOrEqual(available);
        },
      ),
    );
  });
});

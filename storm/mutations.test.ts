import { SMALL_STEPS } from './crash-points.js';
import { DRILL_PATCHES } from './drill-platform.js';
import { MUTATIONS } from './mutations.js';
import { matches } from './test-build.js';

describe('the mutations', () => {
  it('switch off one promise each', () => {
    expect(MUTATIONS.map(({ name }) => name)).toEqual([
      'fence',
      'same-transaction',
      'limiter-healing',
      'in-batch-dedupe',
      'newest-wins',
      'reconciler',
    ]);
  });

  it.each([
    ...MUTATIONS.map(({ name, patches }) => [name, patches] as const),
    ['small steps', SMALL_STEPS] as const,
    ['streams of every shape', DRILL_PATCHES] as const,
  ])('match the build exactly once: %s', (_, patches) => {
    expect(patches.map((patch) => [patch.find, matches(patch)])).toEqual(
      patches.map((patch) => [patch.find, 1]),
    );
  });

  it.each(MUTATIONS.map((mutation) => [mutation.name, mutation] as const))(
    'meet the same storm from the same seed, in the order of time and within it: %s',
    (_, { plan }) => {
      const weather = { seed: 7, lengthMs: 60_000, leaseMs: 5000 };
      const drawn = plan(weather);
      expect(drawn.length).toBeGreaterThan(2);
      expect(plan(weather)).toEqual(drawn);
      expect(plan({ ...weather, seed: 8 })).not.toEqual(drawn);
      const times = drawn.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times.at(-1)).toBeLessThan(weather.lengthMs);
    },
  );
});

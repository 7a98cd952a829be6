import { PLAN, type Timed } from './faults.js';
import { countFaults, planStorm, type PlanOptions } from './plan.js';

const options: PlanOptions = {
  seed: 1,
  minutes: 10,
  shape: 'long',
  workers: 3,
  accounts: ['shop-1', 'shop-2'],
  webShops: ['shop-1'],
  rotating: ['shop-1'],
  leaseMs: 5000,
};
const faultsOf = (plan: readonly Timed[]): Timed['fault'][] => plan.map(({ fault }) => fault);

describe('a plan', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(planStorm(options)).toEqual(planStorm(options));
    expect(planStorm({ ...options, seed: 2 })).not.toEqual(planStorm(options));
  });

  it('can be written down and read again', () => {
    const plan = planStorm(options);
    expect(PLAN.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });

  it.each([1, 2, 3, 4, 5])('holds in ten minutes what a long storm is held to, seed %i', (seed) => {
    const plan = planStorm({ ...options, seed });
    const counts = countFaults(faultsOf(plan));
    expect(counts['kill worker']).toBeGreaterThanOrEqual(60);
    expect(counts['kill-redis']).toBeGreaterThanOrEqual(15);
    expect(counts['kill-postgres']).toBeGreaterThanOrEqual(15);
    expect(counts['kill scheduler']).toBeGreaterThanOrEqual(10);
    expect(counts['flush']).toBeGreaterThanOrEqual(5);
    expect(plan.map(({ atMs }) => atMs)).toEqual(plan.map(({ atMs }) => atMs).sort((a, b) => a - b));
    expect(plan.at(-1)!.atMs).toBeLessThanOrEqual(600_000);
  });

  it('holds twenty kills in a short minute', () => {
    const counts = countFaults(faultsOf(planStorm({ ...options, minutes: 1, shape: 'short' })));
    const kills = ['kill worker', 'kill scheduler', 'kill-redis', 'kill-postgres'];
    expect(kills.reduce((total, kind) => total + counts[kind]!, 0)).toBe(20);
  });

  it.each([1, 2, 3, 4, 5])('breaks schedules that no FLUSHALL mends in a short minute, seed %i', (seed) => {
    const plan = planStorm({ ...options, seed, minutes: 1, shape: 'short' });
    const at = (kind: string): number[] =>
      plan.flatMap(({ atMs, fault }) => (fault.kind === kind ? [atMs] : []));
    expect(at('break-schedule').length).toBeGreaterThan(0);
    expect(Math.min(...at('break-schedule'))).toBeGreaterThan(Math.max(...at('flush')));
  });

  it('freezes workers for longer than their runs are theirs', () => {
    const frozen = faultsOf(planStorm(options)).filter(
      (fault) => fault.kind === 'freeze' && fault.victim !== 'scheduler',
    );
    expect(frozen.length).toBeGreaterThan(0);
    for (const fault of frozen) expect('forMs' in fault && fault.forMs).toBeGreaterThan(options.leaseMs);
  });

  it('strikes every worker, and each link with each weather over the five seeds', () => {
    const all = [1, 2, 3, 4, 5].flatMap((seed) => faultsOf(planStorm({ ...options, seed })));
    const victims = new Set(all.flatMap((fault) => (fault.kind === 'kill' ? [fault.victim] : [])));
    expect([...victims].sort()).toEqual(['scheduler', 'worker-1', 'worker-2', 'worker-3']);
    const network = all.flatMap((fault) => (fault.kind === 'network' ? [fault] : []));
    const met = (of: (fault: (typeof network)[number]) => string): number => new Set(network.map(of)).size;
    expect(met(({ weather }) => weather.kind)).toBe(7);
    expect(met(({ target, direction }) => `${target} ${direction}`)).toBe(6);
  });
});

/** What every bench prints: ours beside the raw limit, both measured in the same run. */
export interface BenchResult {
  readonly bench: string;
  readonly ours: number;
  readonly limit: number;
  readonly unit: string;
  readonly ratio: number;
  readonly [detail: string]: unknown;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
};

export const round = (value: number, digits = 3): number => Number(value.toFixed(digits));

/** Things done per second. */
export async function rate(n: number, work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return n / ((performance.now() - started) / 1000);
}

/** Runs the work over the items, so many at a time. */
export async function inFlight<T>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

export function required(name: 'DATABASE_URL' | 'REDIS_URL'): string {
  const value = process.env[name];
  if (!value)
    throw new Error(
      `${name} is not set: start benches with npm run bench, which starts the servers they need`,
    );
  return value;
}

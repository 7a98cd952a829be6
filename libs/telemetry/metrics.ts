import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** What a process counts; scraped at `/metrics`. Labels are names from the catalog, never free text. */
export interface Metrics {
  readonly registry: Registry;
  call(labels: { platform: string; operation: string; result: string }, ms: number): void;
  page(
    labels: { stream: string },
    rows: { inserted: number; changed: number; same: number; quarantined: number },
  ): void;
  run(labels: { stream: string; state: string }, ms: number): void;
  drift(
    labels: { stream: string },
    found: { missing: number; older: number; gone: number; awaited: number },
  ): void;
  waited(labels: { platform: string }, ms: number): void;
  queue(labels: { queue: string; state: string }, jobs: number): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const calls = new Histogram({
    name: 'stratus_call_seconds',
    help: 'Calls to platforms by operation and result, retries included.',
    labelNames: ['platform', 'operation', 'result'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const rows = new Counter({
    name: 'stratus_rows_total',
    help: 'Rows committed, by what happened to them.',
    labelNames: ['stream', 'what'],
    registers,
  });
  const runs = new Histogram({
    name: 'stratus_run_seconds',
    help: 'Attempts of runs by how they ended.',
    labelNames: ['stream', 'state'],
    buckets: [0.5, 1, 5, 15, 60, 300, 1800],
    registers,
  });
  const drift = new Counter({
    name: 'stratus_drift_total',
    help: 'What nightly comparisons found: missing, older, gone; awaited are those of them that were not yet due.',
    labelNames: ['stream', 'what'],
    registers,
  });
  const waits = new Histogram({
    name: 'stratus_limiter_wait_seconds',
    help: 'Time calls waited for their budget.',
    labelNames: ['platform'],
    buckets: [0.001, 0.01, 0.1, 0.5, 1, 2.5, 5],
    registers,
  });
  const jobs = new Gauge({
    name: 'stratus_queue_jobs',
    help: 'Jobs per queue and state.',
    labelNames: ['queue', 'state'],
    registers,
  });
  return {
    registry,
    call: (labels, ms) => calls.observe(labels, ms / 1000),
    page: ({ stream }, counts) => {
      for (const [what, n] of Object.entries(counts)) rows.inc({ stream, what }, n);
    },
    run: (labels, ms) => runs.observe(labels, ms / 1000),
    drift: ({ stream }, found) => {
      for (const [what, n] of Object.entries(found)) drift.inc({ stream, what }, n);
    },
    waited: (labels, ms) => waits.observe(labels, ms / 1000),
    queue: (labels, n) => jobs.set(labels, n),
  };
}

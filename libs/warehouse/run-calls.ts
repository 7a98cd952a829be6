import { arrayLiteral } from './array-literal.js';
import type { Warehouse } from './warehouse.js';

/** One call of a run: what was asked for and how it was answered, without query, headers or body. */
export interface RunCall {
  readonly runId: string;
  readonly at: Date;
  /** As the platform meters it. */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  /** Null where nothing was answered; then `failure` tells its kind. */
  readonly status: number | null;
  readonly failure: string | null;
  readonly ms: number;
  /** Calls put on the wire for the answer, retries included. */
  readonly tries: number;
}

/** Adds calls in one statement, however many. */
export async function addCalls(warehouse: Warehouse, calls: readonly RunCall[]): Promise<void> {
  if (calls.length === 0) return;
  const column = (of: (call: RunCall) => unknown): string => arrayLiteral(calls.map(of));
  await warehouse.query(
    `insert into run_calls (run_id, at, operation, method, path, status, failure, ms, tries)
     select * from unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[],
       $8::int[], $9::int[])`,
    [
      column((call) => call.runId),
      column((call) => call.at),
      column((call) => call.operation),
      column((call) => call.method),
      column((call) => call.path),
      column((call) => call.status),
      column((call) => call.failure),
      column((call) => Math.round(call.ms)),
      column((call) => call.tries),
    ],
  );
}

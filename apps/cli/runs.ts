import { setTimeout as wait } from 'node:timers/promises';
import { platforms } from '#catalog';
import { formatDuration, minutes } from '#kernel';
import { whyUnavailable } from '#sync';
import {
  findRun,
  isFinished,
  type ConnectionRow,
  type Drift,
  type RunRow,
  type Verdict,
  type Warehouse,
} from '#warehouse';
import type { Output } from './output.js';
import type { Stack } from './stack.js';

/** One line of a result: what a run of one stream brought. */
export interface StreamResult {
  readonly connection: string;
  readonly stream: string;
  readonly status: string;
  readonly inserted: number;
  readonly changed: number;
  readonly same: number;
  readonly gone: number;
  readonly quarantined: number;
  readonly pages: number;
  readonly calls: number;
  readonly seconds: number;
  readonly run: string;
  readonly failure?: string;
  /** Why the account does not have the stream: its status is `unavailable`, and nothing failed. */
  readonly unavailable?: string;
  /** Where both sides were compared by id. */
  readonly drift?: Drift;
  /** What the platform's own count said of the run's window. */
  readonly verdict: Verdict | null;
  readonly source_count: number | null;
  readonly our_count: number | null;
  readonly verdict_reason?: string;
}

const COLUMNS = [
  'connection',
  'stream',
  'status',
  'inserted',
  'changed',
  'same',
  'gone',
  'quarantined',
  'pages',
  'calls',
  'seconds',
  'verdict',
] as const;

/** The streams of a connection that are switched on. */
export function enabledStreams(stack: Stack, connection: ConnectionRow): string[] {
  const platform = platforms.find((one) => one.name === connection.platform);
  return (platform?.streams ?? [])
    .map((stream) => stream.name)
    .filter((name) => stack.config.streams.get(name)?.enabled ?? true);
}

/** Follows runs to their end and shows progress; the truth is the run's row, whoever works on it. */
export async function follow(
  warehouse: Warehouse,
  runs: readonly { run: RunRow; connection: string }[],
  output: Output,
  signal: AbortSignal,
): Promise<StreamResult[]> {
  const answers = patience();
  for (;;) {
    const now: { run: RunRow; connection: string }[] = [];
    for (const { run, connection } of runs)
      // Where Postgres is away for a moment the run goes on without us: its last known state will do until it is back.
      now.push({ run: (await answers(findRun(warehouse, run.id))) ?? run, connection });
    const open = now.filter(({ run }) => !isFinished(run.state));
    if (open.length === 0 || signal.aborted)
      return now.map(({ run, connection }) => resultOf(run, connection));
    output.progress(open.map(({ run }) => describe(run)).join(' · '));
    await wait(150, undefined, { signal }).catch(() => undefined);
  }
}

/** Null instead of an error for as long as two minutes, then the error. */
export function patience(): <T>(asked: Promise<T>) => Promise<T | null> {
  let answeredAt = Date.now();
  return async (asked) => {
    try {
      const answer = await asked;
      answeredAt = Date.now();
      return answer;
    } catch (thrown) {
      if (Date.now() - answeredAt > minutes(2)) throw thrown;
      return null;
    }
  };
}

function describe(run: RunRow): string {
  if (run.state === 'running') return `${run.stream}: page ${run.pages + 1}, ${run.records} records`;
  if (run.state === 'snoozed' && run.notBefore)
    return `${run.stream}: waits until ${run.notBefore.toISOString().slice(11, 19)} (${run.reason ?? ''})`;
  return `${run.stream}: ${run.reason ?? run.state}`;
}

/** Both counts as numbers, for programs. */
export const countsOf = (run: RunRow): Pick<StreamResult, 'verdict' | 'source_count' | 'our_count'> => ({
  verdict: run.verdict,
  source_count: run.sourceCount === null ? null : Number(run.sourceCount),
  our_count: run.ourCount === null ? null : Number(run.ourCount),
});

/** `matched 400`, `differs 380 of 400`: how many are here of how many there. */
export function verdictText(run: RunRow): string | null {
  const { verdict, source_count: there, our_count: here } = countsOf(run);
  if (verdict === null || there === null) return verdict;
  return here === there ? `${verdict} ${there}` : `${verdict} ${here ?? '?'} of ${there}`;
}

function resultOf(run: RunRow, connection: string): StreamResult {
  const unavailable = whyUnavailable(run);
  return {
    connection,
    stream: run.stream,
    status: unavailable === null ? run.state : 'unavailable',
    inserted: run.inserted,
    changed: run.changed,
    same: run.same,
    gone: run.gone,
    quarantined: run.quarantined,
    pages: run.pages,
    calls: run.calls,
    seconds: Number(run.busyMs) / 1000,
    run: run.id,
    ...(run.failure === null ? {} : { failure: run.failure }),
    ...(unavailable === null ? {} : { unavailable }),
    ...(run.drift === null ? {} : { drift: run.drift }),
    ...countsOf(run),
    ...(run.verdictReason === null ? {} : { verdict_reason: run.verdictReason }),
  };
}

/** The table, then each failure as its own sentence with the next step. */
export function printResults(output: Output, results: readonly StreamResult[]): void {
  if (output.json) return output.result({ streams: results });
  output.table(
    COLUMNS,
    results.map((result) => COLUMNS.map((column) => result[column])),
  );
  for (const result of results)
    if (result.failure)
      output.line(
        `\n${result.stream} on ${result.connection} ${result.status}: ${result.failure}\n  again: npx stratus retry ${result.run}`,
      );
  for (const { stream, connection, unavailable } of results)
    if (unavailable !== undefined)
      output.line(`\n${stream} on ${connection} is unavailable: ${unavailable}; it is tried again in a week`);
  for (const { stream, connection, drift } of results)
    if (drift) output.line(`\n${stream} on ${connection}: ${driftText(drift)}`);
  for (const { stream, connection, verdict, verdict_reason: reason, failure } of results)
    if (verdict !== null && reason !== undefined && failure === undefined)
      output.line(`\n${stream} on ${connection} ${verdict}: ${reason}`);
  const quarantined = results.reduce((n, result) => n + result.quarantined, 0);
  if (quarantined > 0)
    output.line(`\n${quarantined} records are in the quarantine: npx stratus quarantine list`);
}

/** `drift: 2 missing, 1 older, 0 gone`; what the next live run would have brought is told apart. */
export function driftText({ missing, older, gone, awaited }: Drift): string {
  if (missing + older + gone === 0) return 'no drift';
  const due = awaited === 0 ? '' : ` (${awaited} of them the next run would have brought)`;
  return `drift: ${missing} missing, ${older} older${due}, ${gone} gone`;
}

/** What an account does not have did not fail either. */
export const allSucceeded = (results: readonly StreamResult[]): boolean =>
  results.every(({ status }) => status === 'succeeded' || status === 'unavailable');

export const age = (at: Date | null, now: Date): string =>
  at === null ? 'never' : `${formatDuration(now.getTime() - at.getTime())} ago`;

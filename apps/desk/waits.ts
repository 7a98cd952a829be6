import { seconds, type Duration } from '#kernel';
import {
  explainWait,
  heartbeats,
  isAlive,
  waitFacts,
  type HeartbeatRow,
  type RunRow,
  type Wait,
  type WaitFacts,
} from '#warehouse';
import type { Desk } from './doors.js';

/** A queue that does not answer must not keep the rest from being told. */
const PATIENCE = seconds(2);

/** An open run, and why it waits; null for one that runs. */
export interface OpenRun {
  readonly run: WaitFacts;
  readonly wait: Wait | null;
}

/** Every open run, or those of the ids, the longest waiting first. */
export async function openWaits(
  desk: Desk,
  now: Date,
  ids: readonly string[] | null = null,
): Promise<OpenRun[]> {
  const facts = await waitFacts(desk.warehouse, now, ids);
  const explain = (paused?: ReadonlySet<string>): OpenRun[] =>
    facts.map((run) => ({ run, wait: explainWait(run, now, paused) }));
  const open = explain();
  // Whether a queue is paused only its own store knows: asked where that would change an answer.
  const inLine = new Set(
    open
      .filter(({ wait }) => wait && ['next', 'behind', 'no-worker'].includes(wait.kind))
      .map(({ run }) => run.platform),
  );
  if (inLine.size === 0) return open;
  const paused = await within(PATIENCE, pausedAmong(desk, [...inLine])).catch(() => new Set<string>());
  return paused.size > 0 ? explain(paused) : open;
}

/** Why each open run that does not run waits, by its id. */
export async function waitsOf(
  desk: Desk,
  now: Date,
  ids: readonly string[] | null = null,
): Promise<Map<string, { readonly run: WaitFacts; readonly wait: Wait }>> {
  const open = await openWaits(desk, now, ids);
  return new Map(open.flatMap(({ run, wait }) => (wait ? [[run.id, { run, wait }] as const] : [])));
}

async function pausedAmong(desk: Desk, platforms: readonly string[]): Promise<ReadonlySet<string>> {
  const queues = await desk.queues();
  const known = platforms.filter((platform) => queues.platforms.includes(platform));
  const paused = await Promise.all(known.map((platform) => queues.isPaused(platform)));
  return new Set(known.filter((_, i) => paused[i]));
}

/** What a run's line says: why it waits, how far it is, or how it ended. */
export function whyOf(run: RunRow, wait: Wait | null): string | null {
  if (wait) return wait.text;
  if (run.state === 'running') return `running on ${run.worker ?? '?'}: page ${run.pages + 1}`;
  return run.failure ?? run.reason;
}

/** Who is alive, in a sentence each for workers and scheduler, with the next step where nobody is. */
export async function crewOf(desk: Desk, now: Date): Promise<{ workers: string; scheduler: string }> {
  const all = await heartbeats(desk.warehouse);
  const alive = all.filter((one) => isAlive(one, now));
  const workers = alive.filter(({ part }) => part === 'worker');
  const leader = alive.find(({ part, leads }) => part === 'scheduler' && leads);
  const standby = alive.filter(({ part, leads }) => part === 'scheduler' && !leads).length;
  return {
    workers:
      workers.length > 0
        ? `${workers.length} ${workers.length === 1 ? 'worker' : 'workers'} alive, ${workers.reduce((n, { slots }) => n + slots, 0)} slots for each platform: ${workers.map(({ process }) => process).join(', ')}`
        : `no worker is alive${lastSeen(all, 'worker')}; start one with: npx stratus worker, or npm run up`,
    scheduler: leader
      ? `scheduler ${leader.process} leads${standby > 0 ? `, ${standby} on stand-by` : ''}`
      : `no scheduler leads${lastSeen(all, 'scheduler')}: no new run is made; start one with: npx stratus scheduler, or npm run up`,
  };
}

function lastSeen(all: readonly HeartbeatRow[], part: HeartbeatRow['part']): string {
  const last = all.find((one) => one.part === part);
  return last ? ` (the last, ${last.process}, was seen ${last.seenAt.toISOString()})` : '';
}

async function within<T>(ms: Duration, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

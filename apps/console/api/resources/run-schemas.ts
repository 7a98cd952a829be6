import { z } from 'zod';
import type { ListedRun } from '#warehouse';
import { instant } from '../fields.js';

export const runState = z
  .enum(['queued', 'running', 'snoozed', 'succeeded', 'failed', 'cancelled'])
  .meta({ id: 'RunState' });
export const runKind = z
  .enum(['incremental', 'backfill', 'refresh', 'reconcile', 'replay'])
  .meta({ id: 'RunKind' });
export const failureKind = z
  .enum(['throttled', 'transient', 'credential', 'refused', 'config', 'bug'])
  .meta({ id: 'FailureKind' });

const progress = z
  .object({
    share: z
      .number()
      .nullable()
      .meta({ description: '0 to 1 of the window read; null where that cannot be told' }),
    endsAt: instant.nullable().meta({ description: 'forecast; null where it cannot be told' }),
    pagesLeft: z.number().nullable(),
    text: z.string().meta({ description: 'the forecast in words' }),
  })
  .meta({ id: 'Progress' });

export const wait = z
  .object({
    kind: z.enum(['behind', 'next', 'no-worker', 'paused', 'quota', 'backoff', 'lease', 'later']),
    text: z.string(),
    until: instant.nullable(),
    behind: z.number(),
  })
  .meta({ id: 'Wait' });

const numberText = z.string().nullable();

export const run = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    connection: z.string(),
    platform: z.string(),
    stream: z.string(),
    kind: runKind,
    trigger: z.enum(['schedule', 'manual']),
    state: runState,
    dry: z.boolean(),
    windowFrom: instant.nullable(),
    windowTo: instant.nullable(),
    attempt: z.number(),
    worker: z.string().nullable(),
    notBefore: instant.nullable(),
    reason: z.string().nullable().meta({ description: 'why it waits or how it ended, in words' }),
    pages: z.number(),
    calls: z.number(),
    records: z.number(),
    inserted: z.number(),
    changed: z.number(),
    same: z.number(),
    gone: z.number(),
    quarantined: z.number(),
    failureKind: failureKind.nullable(),
    failure: z.string().nullable(),
    fingerprint: z.string().nullable(),
    mendedAt: instant.nullable(),
    verdict: z.enum(['matched', 'differs', 'uncounted']).nullable(),
    verdictReason: z.string().nullable(),
    sourceCount: numberText,
    ourCount: numberText,
    drift: z
      .object({ missing: z.number(), older: z.number(), gone: z.number(), awaited: z.number() })
      .nullable(),
    acceptedBy: z.string().nullable(),
    backfillId: z.string().nullable(),
    slice: z.number().nullable(),
    bulkId: z.string().nullable(),
    queuedAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    busyMs: z.number(),
    why: z.string().nullable().meta({ description: 'why it waits, how far it is, or why it failed' }),
    progress: progress.nullable().meta({ description: 'of an open run' }),
  })
  .meta({ id: 'Run' });

/** A run's row as the reply takes it, before what only an open run has. */
export const runOut = (row: ListedRun) => ({
  ...row,
  busyMs: Number(row.busyMs),
  why: row.failure ?? row.reason,
  progress: null as null | z.input<typeof progress>,
});

import { z } from 'zod';

/** A run's job holds ids only: the run's row is the truth, and a job may be lost and made again from it. */
export const runJob = z.strictObject({
  runId: z.string(),
  connection: z.string(),
  /** The backfill whose slice the run is. */
  backfill: z.string().optional(),
});
export type RunJob = z.output<typeof runJob>;

/** A run's job, made from its row; a slice's knows its backfill. */
export const jobOf = (
  run: { readonly id: string; readonly backfillId: string | null },
  connection: string,
): RunJob => ({
  runId: run.id,
  connection,
  ...(run.backfillId === null ? {} : { backfill: run.backfillId }),
});

/** `shopify.orders@conn_1`: BullMQ refuses ids with a colon. */
export const scheduleId = (connectionId: string, stream: string): string => `${stream}@${connectionId}`;

/**
 * queue: BullMQ behind typed names and arguments, on Redis or on Postgres. Nothing above knows which.
 *
 * A queue holds work in flight, never the truth: every job can be made again from its run's row. Jobs carry ids only.
 */
export { type Cadence, cadenceComplaint, sameCadence, slotAt, slotsAfter, spanAt } from './cadence.js';
export { MAX_ATTEMPTS, backoff } from './backoff.js';
export { type Closable, type Move, type Queues, type Schedule, type Tick, openQueues } from './queues.js';
export { openRedis } from './redis.js';
export { type RunJob, jobOf, scheduleId } from './run-job.js';
export { type QueueStore } from './stores.js';

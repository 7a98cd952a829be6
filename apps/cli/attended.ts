import { later } from '#kernel';
import { reapRuns } from '#warehouse';
import type { Context } from './context.js';
import { ensureSandbox } from './ensure-sandbox.js';
import type { Stack } from './stack.js';
import { workerOn } from './start.js';

/**
 * Enqueues, and watches what comes of it while somebody works on the queue: this process does where nobody else can.
 */
export async function attended<Q, R>(
  context: Context,
  stack: Stack,
  enqueue: () => Promise<Q>,
  watch: (queued: Q) => Promise<R>,
): Promise<R> {
  const alone = stack.env.mode === 'embedded' && !stack.home.running();
  const sandbox = await ensureSandbox(stack, context);
  try {
    if (alone) await reapRuns(stack.warehouse, later(new Date(), 10 * stack.env.leaseMs));
    const queued = await enqueue();
    const worker = alone ? await workerOn(stack) : null;
    try {
      return await watch(queued);
    } finally {
      await worker?.close(stack.env.stopMs);
    }
  } finally {
    await sandbox.stop();
  }
}

import type { Duration } from '#kernel';

/** Waits for what is closed, at most so long; what hangs or fails then ends with the process. */
export async function atMost(ms: Duration, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}

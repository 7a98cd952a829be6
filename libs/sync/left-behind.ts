import { seconds } from '#kernel';

/** Long enough to commit the page in hand; a call to a platform is given up at once. */
const GRACE = seconds(2);

/**
 * The work's own end, or `left` where it was told to stop and hangs all the same: on a Redis that is gone, on anything
 * that does not listen to its signal. What it still does is refused by the fence once the attempt is ended.
 */
export async function orLeftBehind<T>(
  work: Promise<T>,
  signal: AbortSignal,
  left: () => T,
  graceMs = GRACE,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let begin: () => void = () => undefined;
  const late = new Promise<T>((resolve) => {
    begin = () => (timer = setTimeout(() => resolve(left()), graceMs));
  });
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', begin);
    work.catch(() => undefined);
  }
}

import { Failure } from '#kernel';
import { setMaxListeners } from 'node:events';

export const LATE = Symbol('late');

/** The promise's value, or LATE after `ms`; throws when called off. The promise itself goes on. */
export function within<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T | typeof LATE> {
  return new Promise<T | typeof LATE>((resolve, reject) => {
    const off = (): void => {
      end();
      reject(calledOff(signal));
    };
    const timer = setTimeout(
      () => {
        end();
        resolve(LATE);
      },
      Math.max(0, ms),
    );
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', off);
    };
    if (signal.aborted) return off();
    // One signal ends all waits of a worker.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', off, { once: true });
    promise.then(
      (value) => {
        end();
        resolve(value);
      },
      (error: unknown) => {
        end();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

export function calledOff(signal: AbortSignal): Failure {
  return signal.reason instanceof Failure
    ? signal.reason
    : new Failure('transient', 'the wait for a call’s budget was called off');
}

/** Waits, unless called off. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await within(new Promise<never>(() => undefined), ms, signal);
}

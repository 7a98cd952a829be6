const stop = new AbortController();

/** Aborted by Ctrl-C or SIGTERM. */
export const stopped = stop.signal;

/** The first signal stops in good order; a second one ends the process at once. */
export function listenForSignals(): void {
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      if (stopped.aborted) process.exit(130);
      stop.abort(new Error(`stopped by ${name}`));
    });
}

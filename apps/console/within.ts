import type { Duration } from '#kernel';

/** The promise's value, or a rejection where it takes longer: a store that hangs must not hang the answer. */
export async function within<T>(ms: Duration, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  // The loser of the race may still fail, long after anyone listens.
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** One call at a time: who asks while one is under way gets its answer, so a store that hangs is asked once. */
export function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let pending: Promise<T> | undefined;
  return () =>
    (pending ??= ask().finally(() => {
      pending = undefined;
    }));
}

type Kept = Map<string, { readonly until: number; readonly answer: Promise<unknown> }>;
/** Everything that is kept for an owner, whatever was asked. */
const all = new WeakMap<object, Set<Kept>>();

/** Something changed: whoever asks this owner from now on is answered anew. */
export function forgetKept(owner: object): void {
  for (const kept of all.get(owner) ?? []) kept.clear();
}

/**
 * Keeps what was asked for, for so long, by its owner and key: however many ask at once or one after the other, the
 * store is asked once. A rejection is not kept, nor is what nobody has asked for since.
 */
export function keptFor<O extends object, T>(
  ms: Duration,
  ask: (owner: O, key: string, now: Date) => Promise<T>,
): (owner: O, key: string, now: Date) => Promise<T> {
  const owners = new WeakMap<O, Kept>();
  const keptOf = (owner: O): Kept => {
    const kept: Kept = new Map();
    owners.set(owner, kept);
    all.set(owner, (all.get(owner) ?? new Set()).add(kept));
    return kept;
  };
  return (owner, key, now) => {
    const kept = owners.get(owner) ?? keptOf(owner);
    const known = kept.get(key);
    if (known && now.getTime() < known.until) return known.answer as Promise<T>;
    for (const [old, { until }] of kept) if (until <= now.getTime()) kept.delete(old);
    const answer = ask(owner, key, now);
    kept.set(key, { until: now.getTime() + ms, answer });
    answer.catch(() => kept.get(key)?.answer === answer && kept.delete(key));
    return answer;
  };
}

import type { ConsoleOptions } from '../options.js';
import { forgetKept } from '../within.js';

/**
 * Pages that show the same thing are told of it at the same moment, and all ask for it then: whoever asks for what is being
 * read gets that answer too. It must have been begun just now: less long ago than a page waits after it was told
 * (`apps/web/api/live.ts`), so that no page is given an answer from before what it was told of.
 */
const JUST_NOW = 50;

type Reads = Map<string, { readonly begunAt: number; readonly body: Promise<string | null> }>;
const reads = new WeakMap<ConsoleOptions, Reads>();

/** The answer that is on its way for this key, or the one that `read` brings. Nothing is kept once it is there. */
export function sharedRead(
  options: ConsoleOptions,
  { key, now }: { readonly key: string; readonly now: Date },
  read: () => Promise<string | null>,
): Promise<string | null> {
  const open: Reads = reads.get(options) ?? new Map();
  reads.set(options, open);
  const known = open.get(key);
  if (known && now.getTime() - known.begunAt < JUST_NOW) return known.body;
  const body = read().finally(() => {
    if (open.get(key)?.body === body) open.delete(key);
  });
  open.set(key, { begunAt: now.getTime(), body });
  return body;
}

/** Something was changed, through this console or as its feed tells: what is on its way, or kept, is from before. */
export function forgetReads(options: ConsoleOptions): void {
  reads.delete(options);
  forgetKept(options);
}

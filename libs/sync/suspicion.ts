import { Failure } from '#kernel';
import { countDue, latestSuccesses, noteFinding, type PastRun } from '#warehouse';
import { hasOtherClock, readsAll, scopeOf, spanOf, type Closing } from './census.js';

/*
 * A run that should bring records and brings none is a failure. What it should bring is told by the rows that are here
 * of the very window it asked for, which a working source serves again, and by the stream's own history.
 */

/** A reading that brought nothing while so many rows of its window are here: they cannot all have just gone. */
const DUE = 3;
/** The history speaks from so many runs on, if so many of them were not empty and so many records were to be expected. */
const PAST = 20;
const LEAST_RUNS = 3;
const LEAST_SHARE = 0.8;
const LEAST_EXPECTED = 5;

/** Throws where nothing came and something should have; `served` is what this reading brought. */
export async function refuseEmpty(closing: Closing, served: number): Promise<void> {
  if (served > 0) return;
  const { engine, stream, run, window } = closing;
  // Rows of a table that another stream fills as well need not be this one's; by another clock, not this window's.
  const due =
    stream.part || (hasOtherClock(stream) && window.from !== null)
      ? 0
      : await countDue(engine.warehouse, scopeOf(closing, spanOf(stream, window)), 1000);
  const past = await latestSuccesses(engine.warehouse, run, PAST);
  if (isNormal(past)) return;
  const rows = `${due === 1000 ? '1000 or more' : due} rows`;
  if (due >= (readsAll(stream, run) || window.from === null ? 1 : DUE))
    return suspect(closing, `the source served no record, ${rows} of what was asked for are here`, due);
  const expected = run.kind === 'incremental' ? expectedOf(past, closing) : 0;
  if (expected >= LEAST_EXPECTED)
    return suspect(
      closing,
      `the source served no record, by the last ${past.length} runs about ${Math.round(expected)} were to be expected`,
      due,
    );
}

/** Accepted once, nothing is what the stream brings, for as long as it brings nothing. */
function isNormal(past: readonly PastRun[]): boolean {
  for (const { records, accepted } of past) {
    if (records > 0) return false;
    if (accepted) return true;
  }
  return false;
}

/** Records that a window as long as this one brings on average; 0 where the history says too little. */
function expectedOf(past: readonly PastRun[], { window }: Closing): number {
  const spans = past.flatMap(({ records, from, to }) =>
    from && to ? [{ records, ms: to.getTime() - from.getTime() }] : [],
  );
  const filled = spans.filter(({ records }) => records > 0).length;
  if (window.from === null || spans.length < LEAST_RUNS || filled < LEAST_SHARE * spans.length) return 0;
  const total = spans.reduce((sum, { ms }) => sum + ms, 0);
  const records = spans.reduce((sum, one) => sum + one.records, 0);
  return total === 0 ? 0 : (records / total) * (window.to.getTime() - window.from.getTime());
}

/** A list that ends far too early would have most of the rows marked gone. */
const SHORT_LEAST = 10;
const SHORT_SHARE = 0.5;

/** Throws where most rows were not served and no count of the platform's own says that this is right. */
export async function refuseShort(
  closing: Closing,
  { unseen, rows }: { unseen: number; rows: number },
): Promise<void> {
  if (unseen < SHORT_LEAST || unseen <= rows * SHORT_SHARE) return;
  const [last] = await latestSuccesses(closing.engine.warehouse, closing.run, 1);
  // As short as the last one that was accepted: this is what there is.
  if (last?.accepted && rows - unseen >= last.records / 2) return;
  await suspect(closing, `the source served ${rows - unseen} of the ${rows} rows that are here`, rows);
}

async function suspect(closing: Closing, what: string, ourCount: number): Promise<never> {
  const { engine, stream, connection, run } = closing;
  const reason = `suspiciously empty: ${what}`;
  await noteFinding(
    engine.warehouse,
    run,
    { verdict: 'differs', reason, sourceCount: null, ourCount, sourceSum: null, ourSum: null },
    'open',
  );
  throw new Failure(
    'bug',
    `${reason} (${stream.name} on ${connection.name}); nothing was changed: look at the source, and if it is right accept it with: npx stratus accept ${run.id}`,
  );
}

import { setTimeout as wait } from 'node:timers/promises';
import {
  abortBulk,
  auditBulk,
  beginBulk,
  noteBulk,
  retryable,
  statesOf,
  type DeskFilter,
  type RetryItem,
} from '#warehouse';
import { requeued } from '../desk/bulk.js';
import { agreed, plural } from './asking.js';
import { attended } from './attended.js';
import type { Context } from './context.js';
import { filterOf, told, type Chosen } from './desk-filter.js';
import { EXIT } from './output.js';
import { person } from './person.js';
import type { Stack } from './stack.js';

/** Makes every failed run that was chosen go again, and waits for their ends. */
export async function retryInBulk(context: Context, stack: Stack, chosen: Chosen): Promise<number> {
  const { output } = context;
  const filter = await filterOf(stack.warehouse, chosen);
  const { runs, covered } = await retryable(stack.warehouse, filter);
  if (chosen.preview === true || runs.length === 0) {
    if (output.json) output.result({ runs: runs.length, covered, items: runs });
    else describe(context, runs, covered);
    return EXIT.ok;
  }
  if (!output.json) describe(context, runs, covered);
  if (!(await agreed(context, `retry ${plural(runs.length, 'run')}`, chosen.yes ?? false))) {
    output.line('nothing was done');
    return EXIT.ok;
  }
  return attended(
    context,
    stack,
    () => requeueAll(context, stack, filter, runs),
    (queued) => watch(context, stack, queued, runs.length),
  );
}

function describe({ output }: Context, runs: readonly RetryItem[], covered: number): void {
  if (runs.length === 0) return output.line('no failed run is left to be retried');
  const groups = new Map<string, { cells: string[]; n: number }>();
  for (const { connection, stream, kind } of runs) {
    const cells = [connection, stream, kind];
    const group = groups.get(cells.join('\n')) ?? { cells, n: 0 };
    groups.set(cells.join('\n'), { cells, n: group.n + 1 });
  }
  output.table(
    ['connection', 'stream', 'kind', 'runs'],
    [...groups.values()].map(({ cells, n }) => [...cells, n]),
  );
  if (covered > 0)
    output.line(
      `${plural(covered, 'older failed run')} of the same streams need not go again: these bring it`,
    );
}

/** Run by run, so that Ctrl-C ends it between two; the bulk action's row tells how far it got. */
async function requeueAll(
  { output, signal }: Context,
  stack: Stack,
  filter: DeskFilter,
  items: readonly RetryItem[],
): Promise<string[]> {
  const { warehouse } = stack;
  const by = person();
  const query = warehouse.query.bind(warehouse);
  const bulk = await beginBulk(query, { action: 'retry', filter, total: items.length, by }, new Date());
  await auditBulk(warehouse, { by, at: new Date() }, 'runs.retry', told(filter));
  const queued: string[] = [];
  for (const [i, { id }] of items.entries()) {
    if (signal.aborted) {
      await abortBulk(warehouse, bulk, new Date());
      break;
    }
    const row = await requeued(stack, id, bulk, new Date());
    if (row) queued.push(id);
    await noteBulk(query, bulk, { done: 1, failed: row ? 0 : 1 }, new Date());
    output.progress(`${i + 1} of ${items.length} runs are in the queue again`);
  }
  return queued;
}

async function watch(
  { output, signal }: Context,
  { warehouse }: Stack,
  ids: readonly string[],
  asked: number,
): Promise<number> {
  for (;;) {
    const states = await statesOf(warehouse, ids);
    const { succeeded = 0, failed = 0, cancelled = 0 } = states;
    const open = ids.length - succeeded - failed - cancelled;
    output.progress(
      `${succeeded + failed + cancelled} of ${ids.length} runs have ended, ${failed} failed again`,
    );
    if (open > 0 && !signal.aborted) {
      await wait(200, undefined, { signal }).catch(() => undefined);
      continue;
    }
    if (output.json) output.result({ asked, retried: ids.length, states });
    else {
      output.line(
        `${plural(ids.length, 'run')} retried: ${succeeded} succeeded, ${failed} failed again${cancelled ? `, ${cancelled} cancelled` : ''}${open ? `, ${open} still to end` : ''}`,
      );
      if (ids.length < asked) output.line(`${asked - ids.length} of those chosen were not touched`);
      if (failed > 0) output.line('why: npx stratus failures');
    }
    if (signal.aborted) return EXIT.interrupted;
    return succeeded === ids.length ? EXIT.ok : EXIT.failed;
  }
}

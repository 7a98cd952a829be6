import { setTimeout as wait } from 'node:timers/promises';
import {
  auditBulk,
  findBulk,
  findRun,
  isFinished,
  replayable,
  type DeskFilter,
  type Replay,
  type ReplayPart,
  type RunRow,
} from '#warehouse';
import { callOffReplay, startReplay } from '../desk/bulk.js';
import { agreed, plural } from './asking.js';
import { attended } from './attended.js';
import type { Context } from './context.js';
import { told } from './desk-filter.js';
import { EXIT } from './output.js';
import { person } from './person.js';
import type { Stack } from './stack.js';

/** Replays what was chosen of the quarantine, and waits for the end. */
export async function replayInBulk(
  context: Context,
  stack: Stack,
  filter: DeskFilter,
  how: { readonly preview?: boolean; readonly yes?: boolean },
): Promise<number> {
  const { output } = context;
  const parts = await replayable(stack.warehouse, filter);
  const total = parts.reduce((sum, { records }) => sum + records, 0);
  if (how.preview === true || total === 0) {
    if (output.json) output.result({ records: total, items: parts });
    else describe(context, parts);
    return EXIT.ok;
  }
  if (!output.json) describe(context, parts);
  if (!(await agreed(context, `replay ${plural(total, 'record')}`, how.yes ?? false))) {
    output.line('nothing was done');
    return EXIT.ok;
  }
  return attended(
    context,
    stack,
    () => begin(stack, filter),
    (replay) => watch(context, stack, replay),
  );
}

function describe({ output }: Context, parts: readonly ReplayPart[]): void {
  if (parts.length === 0) return output.line('no such record is in the quarantine');
  output.table(
    ['connection', 'stream', 'records', 'not kept whole'],
    parts.map((part) => [part.connection, part.stream, part.records, part.cut]),
  );
  if (parts.some(({ cut }) => cut > 0))
    output.line('those not kept whole are asked for again by their id, where the stream can');
}

async function begin(stack: Stack, filter: DeskFilter): Promise<Replay | null> {
  const by = person();
  const at = new Date();
  const replay = await startReplay(stack, filter, by, at);
  if (replay) await auditBulk(stack.warehouse, { by, at }, 'quarantine.replay', told(filter));
  return replay;
}

async function watch(context: Context, stack: Stack, replay: Replay | null): Promise<number> {
  const { output, signal } = context;
  if (!replay) {
    output.line('no such record is in the quarantine any more');
    return EXIT.ok;
  }
  for (;;) {
    const bulk = (await findBulk(stack.warehouse, replay.bulkId))!;
    output.progress(`${bulk.done} of ${bulk.total} records replayed, ${bulk.failed} of them stay`);
    const runs: RunRow[] = [];
    for (const { id } of replay.runs) runs.push((await findRun(stack.warehouse, id))!);
    if (runs.every(({ state }) => isFinished(state)) || signal.aborted) break;
    await wait(150, undefined, { signal }).catch(() => undefined);
  }
  if (signal.aborted) await callOffReplay(stack, replay, new Date());
  return report(context, stack, replay);
}

async function report({ output, signal }: Context, stack: Stack, replay: Replay): Promise<number> {
  const { total, done, failed } = (await findBulk(stack.warehouse, replay.bulkId))!;
  const landed = done - failed;
  const failures: { run: string; stream: string; failure: string }[] = [];
  for (const { id, stream } of replay.runs) {
    const run = await findRun(stack.warehouse, id);
    if (run?.state === 'failed') failures.push({ run: id, stream, failure: run.failure ?? '' });
  }
  if (output.json) output.result({ records: total, landed, stay: total - landed, failures });
  else {
    output.line(`${landed} of ${plural(total, 'record')} landed`);
    if (landed < total)
      output.line(`${total - landed} stay in the quarantine; why: npx stratus quarantine list`);
    for (const { run, stream, failure } of failures)
      output.line(`\n${stream} failed: ${failure}\n  again: npx stratus retry ${run}`);
  }
  if (signal.aborted) return EXIT.interrupted;
  return landed === total ? EXIT.ok : EXIT.failed;
}

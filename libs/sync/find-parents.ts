import { Failure } from '#kernel';
import { findParents, fixParents, keptDocuments, type RunRow } from '#warehouse';
import { keyMisfitOf } from '#warehouse/tables';
import { askInSize } from './ask.js';
import type { Place, Window } from './call-spec.js';
import type { Stream } from './define.js';
import type { Door } from './door.js';
import type { Parent } from './each.js';
import type { Engine } from './engine.js';
import type { RecordsAsk } from './map-records.js';

/** They are kept on the run, and each of them is a call at least. */
const MOST_PARENTS = 20_000;

/** The parents of a run: those it was begun with, or those that are there now, which are then fixed on it. */
export async function parentsOf(
  engine: Engine,
  door: Door,
  ask: RecordsAsk & { readonly run: RunRow; readonly window: Window },
): Promise<readonly Parent[]> {
  const { stream, run } = ask;
  if (!stream.each) return [];
  const fixed = await findParents(engine.warehouse, run.id);
  if (fixed) return fixed as unknown as readonly Parent[];
  const parents: Parent[] = [];
  const ids = new Set<string>();
  for (const parent of stream.each.among?.(ask.settings) ?? (await listed(door, ask))) {
    if (!ids.has(parent.id)) parents.push(parent);
    ids.add(parent.id);
  }
  for (const { id } of parents) {
    const misfit = keyMisfitOf(id);
    if (misfit !== undefined)
      throw new Failure(
        'bug',
        `${stream.name}: one of the things it is read of cannot be told by its id: ${misfit}`,
      );
  }
  if (parents.length > MOST_PARENTS)
    throw new Failure(
      'bug',
      `${stream.name}: ${parents.length} parents are more than one run reads (${MOST_PARENTS}); narrow their list`,
    );
  await fixParents(engine.warehouse, run, parents);
  return parents;
}

async function listed(door: Door, ask: RecordsAsk & { readonly window: Window }): Promise<Parent[]> {
  const { stream, window, settings, signal } = ask;
  const list = stream.each!.list!;
  const parents: Parent[] = [];
  const seen = new Set<string>();
  for (let place: Place | null = null; ;) {
    signal.throwIfAborted();
    const mark = JSON.stringify(place);
    if (seen.has(mark))
      throw new Failure(
        'bug',
        `${stream.name}: the platform gave the same place of its parents twice (${mark.slice(0, 80)}); stopped instead of reading in circles`,
      );
    seen.add(mark);
    const at: Place | null = place;
    const { body, headers } = await askInSize(door, ask, {
      size: 1,
      min: 1,
      body: list.body,
      request: () => list.request({ window, place: at, settings }),
      what: () => 'the list of what it is read of',
    });
    parents.push(...list.parents(body));
    place = list.next({ body, headers, window, place: at });
    if (place === null) return parents;
  }
}

/** Documents that landed before: an incremental run leaves them out, others read them again. */
export async function skipKept(
  engine: Engine,
  stream: Stream,
  run: RunRow,
  parents: readonly Parent[],
): Promise<(parent: Parent) => boolean> {
  if (!stream.download || run.kind !== 'incremental') return () => false;
  const kept = await keptDocuments(
    engine.warehouse,
    run,
    parents.map(({ id }) => id),
  );
  return ({ id }) => kept.has(id);
}

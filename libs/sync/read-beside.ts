import { Failure } from '#kernel';
import { askInSize } from './ask.js';
import type { Place } from './call-spec.js';
import type { Door } from './door.js';
import type { RecordsAsk } from './map-records.js';

/** A page's records with what the list beside them says, read to its end. */
export async function withBeside(
  door: Door,
  ask: RecordsAsk,
  page: readonly unknown[],
): Promise<readonly unknown[]> {
  const { beside, name } = ask.stream;
  if (!beside) return page;
  let records = page;
  const seen = new Set<string>();
  for (let place: Place | null = null; ;) {
    const spec = beside.request({ records, place, settings: ask.settings });
    if (spec === null) return records;
    const mark = JSON.stringify(place);
    if (seen.has(mark))
      throw new Failure(
        'bug',
        `${name}: the platform gave the same place twice beside a page (${mark.slice(0, 80)})`,
      );
    seen.add(mark);
    const { body } = await askInSize(door, ask, {
      size: 1,
      min: 1,
      request: () => spec,
      body: beside.body,
      what: () => 'what stands beside a page',
    });
    records = beside.merge(records, body);
    place = beside.next({ body, records, place });
    if (place === null) return records;
  }
}

import { Failure, type Json } from '#kernel';
import type { Bad, Incoming, TablePart } from '#warehouse';
import { z } from 'zod';
import type { Place, Stream, Window } from './define.js';
import { PageTooLarge, type Door } from './door.js';

/** One page, read, followed up, parsed and mapped: all that is left is to commit it. */
export interface ReadPage {
  readonly main: TablePart;
  readonly children: readonly TablePart[];
  readonly bad: readonly Bad[];
  readonly landed: readonly string[];
  readonly records: number;
  readonly next: Place | null;
  /** The newest cursor value among the good records; one from the future would lead past pages not yet read. */
  readonly newest: Date | null;
  /** How many records the call asked for in the end. */
  readonly size: number;
}

export interface PageAsk {
  readonly stream: Stream;
  readonly settings: unknown;
  readonly window: Window;
  readonly place: Place | null;
  readonly size: number;
  readonly signal: AbortSignal;
  /** Called after every answered call: the run is alive. */
  readonly alive: () => Promise<void>;
}

export async function readPage(door: Door, ask: PageAsk): Promise<ReadPage> {
  const { stream } = ask;
  const { body, size, roomy } = await fetchPage(door, ask);
  const raw = stream.records(body);
  const good: { record: unknown; key: string }[] = [];
  const bad: Bad[] = [];
  const landed: string[] = [];
  for (const payload of raw) {
    const parsed = stream.schema.safeParse(payload);
    if (!parsed.success) {
      bad.push({ key: keyOf(payload), payload: payload as Json, reason: reasonOf(parsed.error) });
      continue;
    }
    try {
      const record = await followUp(door, ask, parsed.data);
      good.push({ record, key: stream.key(record) });
      const rawKey = keyOf(payload);
      if (rawKey !== null) landed.push(rawKey);
    } catch (thrown) {
      // A nested page that does not parse spoils its own record only; a failed call fails the page.
      if (!(thrown instanceof z.ZodError)) throw thrown;
      bad.push({ key: keyOf(payload), payload: payload as Json, reason: reasonOf(thrown) });
    }
  }
  const main: Incoming[] = [];
  const childRows = stream.children.map((): Incoming[] => []);
  let newest: Date | null = null;
  for (const { record, key } of good) {
    const at = stream.cursor?.of(record) ?? null;
    const gone = stream.gone(record);
    main.push({ sourceId: key, version: at, gone, row: stream.map(record) });
    stream.children.forEach((spec, i) => {
      for (const child of spec.rows(record))
        childRows[i]!.push({ sourceId: child.key, version: at, gone, parentSourceId: key, row: child.row });
    });
    if (at && at <= ask.window.to && (!newest || at > newest)) newest = at;
  }
  return {
    main: { into: stream.into, rows: main },
    children: stream.children.map((spec, i) => ({ into: spec.into, rows: childRows[i]! })),
    bad,
    landed,
    records: raw.length,
    next: stream.next({ body, place: ask.place, size }),
    newest,
    size: roomy ? Math.min(stream.size.max, size * 2) : size,
  };
}

/** Asks, and asks for half as much as long as the platform finds the page too large. */
async function fetchPage(door: Door, ask: PageAsk): Promise<{ body: unknown; size: number; roomy: boolean }> {
  const { stream, window, place, settings } = ask;
  for (let size = ask.size; ; size = Math.max(stream.size.min, Math.floor(size / 2))) {
    try {
      const reply = await door.call(stream.request({ window, place, size, settings }), ask.signal);
      await ask.alive();
      const body = stream.body.safeParse(reply.body);
      if (!body.success)
        throw new Failure(
          'bug',
          `${stream.name}: the reply is not built as expected (${reasonOf(body.error)}); the platform changed its API: compare the stream's body schema with its documentation`,
        );
      return { body: body.data, size, roomy: door.isRoomy(reply) };
    } catch (thrown) {
      if (!(thrown instanceof PageTooLarge)) throw thrown;
      if (size <= stream.size.min) throw tooLarge(stream, `even a page of ${size}`, thrown);
    }
  }
}

const tooLarge = (stream: Stream, what: string, thrown: PageTooLarge): Failure =>
  new Failure('refused', `${stream.name}: ${what} is too large for the platform (${thrown.message})`, {
    cause: thrown,
  });

/** Reads a record's nested lists to their end. The same place twice would go on for ever: it is a bug. */
async function followUp(door: Door, ask: PageAsk, parsed: unknown): Promise<unknown> {
  let record = parsed;
  for (const follow of ask.stream.follow) {
    const seen = new Set<string>();
    for (let place = follow.next(record); place !== null; place = follow.next(record)) {
      const mark = JSON.stringify(place);
      if (seen.has(mark))
        throw new Failure(
          'bug',
          `${ask.stream.name}: the platform gave the same nested place twice (${mark}); the record cannot be read to its end`,
        );
      seen.add(mark);
      const reply = await door
        .call(follow.request({ record, place, settings: ask.settings }), ask.signal)
        .catch((thrown: unknown) => {
          if (!(thrown instanceof PageTooLarge)) throw thrown;
          throw tooLarge(ask.stream, `a record's further list (${mark})`, thrown);
        });
      await ask.alive();
      record = follow.merge(record, reply.body);
    }
  }
  return record;
}

/** A record's id as the wire spells it, readable even where the record does not parse. */
function keyOf(payload: unknown): string | null {
  if (typeof payload !== 'object' || payload === null || !('id' in payload)) return null;
  const id = payload.id;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : null;
}

/** Up to three places with what was wrong there; payloads stay in the quarantine, not in messages. */
function reasonOf(error: z.ZodError): string {
  const said = error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'record'}: ${issue.message}`);
  const more = error.issues.length - said.length;
  return said.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

import { Failure, parseInstant } from '#kernel';
import type { Bad, Incoming, PatchPart, PatchRow, TablePart } from '#warehouse';
import { fitsInstant, keyMisfitOf, misfitOf, type Table } from '#warehouse/tables';
import { z } from 'zod';
import type { Place } from './call-spec.js';
import type { Stream } from './define.js';
import { PageTooLarge, type Door } from './door.js';
import { recordCause } from './fingerprint.js';
import type { Onto } from './onto.js';
import { keptPayload } from './payload.js';
import { reasonOfUnproven } from './unproven.js';

/** Records of one stream, followed up, parsed and mapped: all that is left is to commit them. */
export interface MappedRecords {
  readonly main: TablePart;
  readonly children: readonly TablePart[];
  readonly bad: readonly Bad[];
  /** Keys, spelled as the wire spells them, of the records that did parse and came in no other version that did not. */
  readonly landed: readonly string[];
  readonly records: number;
  /** What the records say of rows of others, by the stream's `onto`. */
  readonly patches: readonly PatchPart[];
  /** The cursor of each record that did parse. */
  readonly cursors: readonly Date[];
}

export interface RecordsAsk {
  readonly stream: Stream;
  readonly settings: unknown;
  readonly signal: AbortSignal;
  /** Called after every answered call: the run is alive. */
  readonly alive: () => Promise<void>;
}

/** The one way from records on the wire to rows, however they were asked for. */
export async function mapRecords(
  door: Door,
  ask: RecordsAsk,
  raw: readonly unknown[],
): Promise<MappedRecords> {
  const mapped: Mapped[] = [];
  const bad: Bad[] = [];
  const landed = new Set<string>();
  for (const payload of raw) {
    const read = await readRecord(door, ask, payload);
    if ('bad' in read) {
      bad.push(read.bad);
      continue;
    }
    mapped.push(read);
    if (read.rawKey !== null) landed.add(read.rawKey);
  }
  // Of a record that came in two versions, one of them bad, nobody knows which is right: it stays in the quarantine.
  for (const { key } of bad) if (key !== null) landed.delete(key);
  return {
    ...partsOf(ask.stream, mapped),
    bad,
    landed: [...landed],
    records: raw.length,
    cursors: mapped.flatMap(({ cursor }) => cursor ?? []),
  };
}

/** One record as rows, with the key the wire spells. */
export interface Mapped {
  readonly rawKey: string | null;
  readonly main: Incoming;
  /** Rows per child table, in the stream's order. */
  readonly children: readonly (readonly Incoming[])[];
  /** By the stream's `onto`, in its order. */
  readonly patches: readonly (PatchRow | null)[];
  readonly cursor: Date | null;
}

/** One payload as rows, or as a bad record where the fault is its own. */
export async function readRecord(
  door: Door,
  ask: RecordsAsk,
  payload: unknown,
): Promise<Mapped | { readonly bad: Bad }> {
  const { stream } = ask;
  const rawKey = rawKeyOf(stream, payload);
  try {
    const record = await followUp(door, ask, parse(stream, payload));
    return { rawKey, ...ownFault(() => mapRecord(stream, proven(stream, record))) };
  } catch (thrown) {
    if (!(thrown instanceof Spoiled)) throw thrown;
    const version = rawVersionOf(stream, payload);
    const cause = recordCause(stream, thrown.cause ?? thrown.message);
    return { bad: { key: rawKey, ...keptPayload(payload), reason: thrown.message, cause, version } };
  }
}

function proven(stream: Stream, record: unknown): unknown {
  const wrong = stream.proof?.(record) ?? null;
  if (wrong !== null) throw new Spoiled(reasonOfUnproven(wrong));
  return record;
}

/** How new a record that does not parse says it is, where its cursor reads the same on the wire. */
function rawVersionOf({ cursor }: Stream, payload: unknown): Date | null {
  try {
    const at: unknown = cursor?.of(payload);
    const version = typeof at === 'string' ? (parseInstant(at) ?? null) : at;
    return version instanceof Date && fitsInstant(version) ? version : null;
  } catch {
    return null;
  }
}

/** Table by table, as a page commits them. */
export function partsOf(
  stream: Stream,
  mapped: readonly Mapped[],
): Pick<MappedRecords, 'main' | 'children' | 'patches'> {
  // A list that moves while it is read may hold a record twice: its newest version speaks for its children too.
  const newest = new Map<string, Mapped>();
  for (const one of mapped) {
    const twin = newest.get(one.main.sourceId);
    if (!twin || !isOlder(one, twin)) newest.set(one.main.sourceId, one);
  }
  const rows = [...newest.values()];
  return {
    main: { into: stream.into, rows: rows.map(({ main }) => main) },
    children: stream.children.map(({ into }, i) => ({
      into,
      rows: rows.flatMap(({ children }) => children[i]!),
    })),
    patches: stream.onto.map(({ into, clock }, i) => ({
      into,
      clock,
      stream: stream.name,
      rows: rows.flatMap(({ patches }) => patches[i] ?? []),
    })),
  };
}

/** A record's own fault: it alone goes to the quarantine, its neighbours land. */
class Spoiled extends Error {
  override readonly name = 'Spoiled';
}

/** What a stream's functions throw about one record spoils that record; many of them stop the run by its rule. */
function ownFault<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof Spoiled) throw thrown;
    throw new Spoiled(reasonOf(thrown), { cause: thrown });
  }
}

function parse(stream: Stream, payload: unknown): unknown {
  const parsed = ownFault(() => stream.schema.safeParse(payload));
  if (parsed.success) return parsed.data;
  throw new Spoiled(reasonOf(parsed.error), { cause: parsed.error });
}

function mapRecord(stream: Stream, record: unknown): Omit<Mapped, 'rawKey'> {
  const cursor = stream.cursor?.of(record) ?? null;
  const version = stream.cursor?.version ? stream.cursor.version(record) : cursor;
  for (const at of [cursor, version])
    if (at && !fitsInstant(at)) throw new Spoiled('cursor: not an instant that can be stored');
  const sourceId = stream.key(record);
  const gone = stream.gone(record);
  const main = fitting(stream.into, { sourceId, version, gone, row: stream.map(record) });
  const children = stream.children.map((spec) =>
    spec
      .rows(record)
      .map(({ key, row }) =>
        fitting(spec.into, { sourceId: key, version, gone, parentSourceId: sourceId, row }),
      ),
  );
  const patches = stream.onto.map((spec) => patchOf(spec, sourceId, record));
  return { main, children, patches, cursor };
}

function patchOf(spec: Onto, key: string, record: unknown): PatchRow | null {
  const patch = spec.patch(record);
  if (!patch) return null;
  const columns = Object.fromEntries(Object.entries(spec.into.columns).filter(([name]) => name in patch.row));
  const misfit = misfitOf({ ...spec.into, columns }, patch.row);
  if (misfit !== undefined) throw new Spoiled(`${spec.into.name}: ${misfit}`);
  return { key, ...patch };
}

function fitting(table: Table, incoming: Incoming): Incoming {
  const misfit = keyMisfitOf(incoming.sourceId) ?? misfitOf(table, incoming.row);
  if (misfit !== undefined)
    throw new Spoiled(incoming.parentSourceId === undefined ? misfit : `${table.name}: ${misfit}`);
  return incoming;
}

const isOlder = (a: Mapped, b: Mapped): boolean =>
  (a.main.version?.getTime() ?? 0) < (b.main.version?.getTime() ?? 0);

/** Nested lists in earnest end long before: a record with so many pages of its own is kept aside, its neighbours land. */
const MOST_NESTED = 1000;

/** Reads a record's nested lists to their end. The same place twice would go on for ever: it is a bug. */
async function followUp(door: Door, ask: RecordsAsk, parsed: unknown): Promise<unknown> {
  let record = parsed;
  for (const follow of ask.stream.follow) {
    const seen = new Set<string>();
    const nextPlace = (): Place | null => ownFault(() => follow.next(record));
    for (let place = nextPlace(); place !== null; place = nextPlace()) {
      const at = place;
      const mark = JSON.stringify(at);
      if (seen.has(mark))
        throw new Failure(
          'bug',
          `${ask.stream.name}: the platform gave the same nested place twice (${mark}); the record cannot be read to its end`,
        );
      seen.add(mark);
      if (seen.size > MOST_NESTED)
        throw new Spoiled(
          `its further list did not end after ${MOST_NESTED} calls: it cannot be read to its end`,
        );
      const spec = ownFault(() => follow.request({ record, place: at, settings: ask.settings }));
      const reply = await door.call(spec, ask.signal).catch((thrown: unknown) => {
        if (!(thrown instanceof PageTooLarge)) throw thrown;
        throw tooLarge(ask.stream, `a record's further list (${mark})`, thrown);
      });
      await ask.alive();
      record = ownFault(() => follow.merge(record, reply.body));
    }
  }
  return record;
}

/** A record's key as the wire spells it, readable even where the record does not parse. */
function rawKeyOf(stream: Stream, payload: unknown): string | null {
  try {
    const key = stream.rawKey(payload);
    return key !== null && keyMisfitOf(key) === undefined ? key : null;
  } catch {
    // Nothing of a record that does not parse can be relied on: its payload's hash stands in for its key.
    return null;
  }
}

/** The failure of a call that the platform finds too large at its smallest. */
export const tooLarge = (stream: Stream, what: string, thrown: PageTooLarge): Failure =>
  new Failure('refused', `${stream.name}: ${what} is too large for the platform (${thrown.message})`, {
    cause: thrown,
  });

/** Up to three places with what was wrong there; payloads stay in the quarantine, not in messages. */
export function reasonOf(error: unknown): string {
  if (error instanceof Failure) return error.message;
  if (!(error instanceof z.ZodError))
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const said = error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'record'}: ${issue.message}`);
  const more = error.issues.length - said.length;
  return said.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

import { arrayLiteral, jsonText } from './array-literal.js';
import { snakeCase, type Table } from './tables/index.js';
import type { Incoming, Query, Stamp } from './upsert.js';

/*
 * Columns that one stream fills in on rows which another stream owns. What is said is kept by the record that says it;
 * where no row is there yet, the transaction that brings one applies it. Both sides take the target's lock first, so that
 * neither overlooks the other.
 */

/** What one record says of a row of the target. */
export interface PatchRow {
  /** The record's own source id. */
  readonly key: string;
  /** Tried in turn: the first that finds exactly one row. */
  readonly match: readonly { readonly column: string; readonly value: string }[];
  readonly at: Date;
  /** The columns of the group, its clock included. */
  readonly row: Readonly<Record<string, unknown>>;
}

export interface PatchPart {
  readonly into: Table;
  readonly clock: string;
  readonly stream: string;
  readonly rows: readonly PatchRow[];
}

/** One that is to be applied, as it is kept. */
interface Kept {
  readonly connectionId: string;
  readonly stream: string;
  readonly clock: string;
  readonly key: string;
  readonly wants: readonly string[];
  readonly filled: Readonly<Record<string, unknown>>;
}

const KEPT = `p.connection_id as "connectionId", p.stream, p.clock, p.key, p.wants, p.filled`;

/** Held to the end of the transaction: by those who write patches alone, by those who write rows together. */
export async function lockTarget(query: Query, table: Table, how: 'rows' | 'patches'): Promise<void> {
  await query(
    `select pg_advisory_xact_lock${how === 'rows' ? '_shared' : ''}(hashtextextended('patches ' || $1, 0))`,
    [table.name],
  );
}

const wanted = (column: string, value: string): string => `${snakeCase(column)}=${value}`;

/** Keeps what a page's records say, where it is new, and applies that. The target is locked. */
export async function writePatches(query: Query, stamp: Stamp, part: PatchPart): Promise<void> {
  const newest = new Map<string, PatchRow>();
  for (const one of part.rows) {
    const twin = newest.get(one.key);
    if (!twin || twin.at <= one.at) newest.set(one.key, one);
  }
  const rows = [...newest.values()];
  if (rows.length === 0) return;
  const said = rows.map(({ key, match, at, row }) => ({
    key,
    at,
    wants: match.map(({ column, value }) => wanted(column, value)),
    filled: Object.fromEntries(Object.entries(row).map(([name, value]) => [snakeCase(name), value ?? null])),
  }));
  const kept = await query<Kept>(
    `with said as (
       select * from jsonb_to_recordset($5::jsonb) as s(key text, at timestamptz, wants text[], filled jsonb)
     ), p as (
       insert into patches as p (connection_id, stream, target, clock, key, wants, at, filled, run_id)
       select $1, $3, $4, $6, s.key, s.wants, s.at, s.filled, $2 from said s order by s.key
       on conflict (connection_id, stream, target, clock, key) do update set wants = excluded.wants, at = excluded.at,
         filled = excluded.filled, run_id = excluded.run_id, applied_connection_id = null, applied_source_id = null,
         applied_at = null
       where p.at < excluded.at or (p.at = excluded.at and (p.wants, p.filled) is distinct from (excluded.wants, excluded.filled))
       returning p.*
     ) select ${KEPT} from p`,
    [stamp.connectionId, stamp.runId, part.stream, part.into.name, jsonText(said), snakeCase(part.clock)],
  );
  await apply(query, part.into, kept);
}

/** Applies what waited for rows that have come just now. The target is locked. */
export async function applyWaiting(
  query: Query,
  table: Table,
  stamp: Stamp,
  rows: readonly Incoming[],
): Promise<void> {
  const held = rows.flatMap(({ sourceId, row }) => [
    wanted('sourceId', sourceId),
    ...table.foundBy.flatMap((column) => {
      const value = row[column];
      return typeof value === 'string' ? [wanted(column, value)] : [];
    }),
  ]);
  if (held.length === 0) return;
  const waiting = await query<Kept>(
    `select ${KEPT} from patches p
     join connections says on says.id = p.connection_id join connections owns on owns.id = $3
     where p.target = $1 and p.applied_at is null and p.wants && $2::text[]
       and says.workspace_id = owns.workspace_id and says.id <> owns.id`,
    [table.name, arrayLiteral(held), stamp.connectionId],
  );
  await apply(query, table, waiting);
}

/** Applies once more what was applied to rows that their owner has written now: it says nothing of others' words. */
export async function applyAgain(
  query: Query,
  table: Table,
  stamp: Stamp,
  rows: readonly Incoming[],
): Promise<void> {
  const applied = await query<Kept & { sourceId: string }>(
    `select ${KEPT}, p.applied_source_id as "sourceId" from patches p
     where p.applied_connection_id = $2 and p.applied_source_id = any($3::text[]) and p.target = $1`,
    [table.name, stamp.connectionId, arrayLiteral(rows.map(({ sourceId }) => sourceId))],
  );
  await fillAll(
    query,
    table,
    applied.map(({ sourceId, ...patch }) => ({ patch, connectionId: stamp.connectionId, sourceId })),
  );
}

interface Found {
  readonly patch: Kept;
  readonly connectionId: string;
  readonly sourceId: string;
}

async function apply(query: Query, table: Table, patches: readonly Kept[]): Promise<void> {
  const found = await find(query, table, patches);
  if (found.length === 0) return;
  await fillAll(query, table, found);
  const applied = found.map(({ patch: { connectionId, stream, clock, key }, ...row }) => ({
    says: connectionId,
    stream,
    clock,
    key,
    owner: row.connectionId,
    source_id: row.sourceId,
  }));
  await query(
    `with applied as (
       update patches p set applied_connection_id = f.owner, applied_source_id = f.source_id, applied_at = now()
       from jsonb_to_recordset($2::jsonb) as f(says text, stream text, clock text, key text, owner text, source_id text)
       where p.connection_id = f.says and p.stream = f.stream and p.target = $1 and p.clock = f.clock and p.key = f.key
       returning 1
     ) select from applied`,
    [table.name, jsonText(applied)],
  );
}

/** The one row that each patch is about, as far as there is exactly one; a query for each column that is looked in. */
async function find(query: Query, table: Table, patches: readonly Kept[]): Promise<Found[]> {
  const wishes = patches.flatMap(({ wants, connectionId }) =>
    wants.map((want) => {
      const cut = want.indexOf('=');
      return { want, column: want.slice(0, cut), value: want.slice(cut + 1), says: connectionId };
    }),
  );
  const rows = new Map<string, { connectionId: string; sourceId: string }>();
  for (const column of new Set(wishes.map((wish) => wish.column))) {
    const asked = wishes.filter((wish) => wish.column === column);
    const there = await query<{ n: string; connectionId: string; sourceId: string }>(
      `select w.n, min(t.connection_id) as "connectionId", min(t.source_id) as "sourceId"
       from unnest($1::text[], $2::text[]) with ordinality as w(value, says, n)
       join connections s on s.id = w.says
       join connections c on c.workspace_id = s.workspace_id and c.id <> s.id
       join "${table.name}" t on t.connection_id = c.id and t."${column}" = w.value and t.deleted_at is null
       group by w.n having count(*) = 1`,
      [arrayLiteral(asked.map(({ value }) => value)), arrayLiteral(asked.map(({ says }) => says))],
    );
    for (const { n, ...row } of there) {
      const { want, says } = asked[Number(n) - 1]!;
      rows.set(`${says} ${want}`, row);
    }
  }
  return patches.flatMap((patch) => {
    const row = patch.wants
      .map((want) => rows.get(`${patch.connectionId} ${want}`))
      .find((one) => one !== undefined);
    return row ? [{ patch, ...row }] : [];
  });
}

async function fillAll(query: Query, table: Table, found: readonly Found[]): Promise<void> {
  for (const clock of new Set(found.map(({ patch }) => patch.clock)))
    await fill(
      query,
      table,
      clock,
      found.filter(({ patch }) => patch.clock === clock),
    );
}

/** The newest of what is said of each row, where the row itself holds nothing newer. */
async function fill(query: Query, table: Table, clock: string, found: readonly Found[]): Promise<void> {
  const columns = Object.entries(table.columns)
    .map(([name, { sql }]) => ({ name: snakeCase(name), sql }))
    .filter(({ name }) => found.some(({ patch }) => name in patch.filled));
  const list = (prefix: string): string => columns.map(({ name }) => `${prefix}"${name}"`).join(', ');
  await query(
    `with said as (
       select distinct on (connection_id, source_id) *
       from jsonb_to_recordset($1::jsonb) as s(connection_id text, source_id text, ${columns
         .map(({ name, sql }) => `"${name}" ${sql}`)
         .join(', ')})
       order by connection_id, source_id, "${clock}" desc
     ), filled as (
       update "${table.name}" t set synced_at = now(), ${columns
         .map(({ name }) => `"${name}" = said."${name}"`)
         .join(', ')}
       from said
       where t.connection_id = said.connection_id and t.source_id = said.source_id
         and (t."${clock}" is null or t."${clock}" <= said."${clock}")
         and (${list('t.')}) is distinct from (${list('said.')})
       returning 1
     ) select from filled`,
    [
      jsonText(
        found.map(({ patch, connectionId, sourceId }) => ({
          ...patch.filled,
          connection_id: connectionId,
          source_id: sourceId,
        })),
      ),
    ],
  );
}

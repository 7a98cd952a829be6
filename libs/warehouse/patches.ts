import { arrayLiteral, jsonText } from './array-literal.js';
import {
  fillAll,
  groupOf,
  keepOwnersWord,
  KEPT,
  standingOn,
  takeBack,
  type Kept,
  type Stands,
} from './patched-rows.js';
import { snakeCase, type Table } from './tables/index.js';
import type { Incoming, Query, Stamp } from './upsert.js';

/*
 * Columns that one stream fills in on rows which another stream owns. What is said is kept by the record that says it;
 * where no row is there yet, the transaction that brings one applies it. A row that comes later may be a better match, or
 * one too many: what was said leaves the row where it stood. Both sides take the target's lock first, so that neither
 * overlooks the other.
 */

/** What one record says of a row of the target. */
export interface PatchRow {
  /** The record's own source id. */
  readonly key: string;
  /** Tried in turn: the first that finds any row decides, and where it finds several, none is meant. */
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
         filled = excluded.filled, run_id = excluded.run_id, applied_at = null
       where p.at < excluded.at or (p.at = excluded.at and (p.wants, p.filled) is distinct from (excluded.wants, excluded.filled))
       returning p.*
     ) select ${KEPT} from p`,
    [stamp.connectionId, stamp.runId, part.stream, part.into.name, jsonText(said), snakeCase(part.clock)],
  );
  await apply(query, part.into, kept);
}

/** Applies what waited for rows that have come just now, and moves what stands on others and means these. The target is locked. */
export async function applyWaiting(
  query: Query,
  table: Table,
  stamp: Stamp,
  rows: readonly Incoming[],
): Promise<void> {
  if (rows.length === 0) return;
  const held = new Map(rows.map((one) => [one.sourceId, foundBy(table, one)]));
  // Locked: another connection's page may bring another row that the same word could mean.
  const meant = await query<Kept>(
    `select ${KEPT} from patches p
     join connections says on says.id = p.connection_id join connections owns on owns.id = $3
     where p.target = $1 and p.wants && $2::text[] and (p.applied_at is null or p.displaced is not null)
       and says.workspace_id = owns.workspace_id and says.id <> owns.id
     order by p.connection_id, p.stream, p.clock, p.key for update of p`,
    [table.name, arrayLiteral([...held.values()].flat()), stamp.connectionId],
  );
  const stands = ({ ownerId, ownerSourceId }: Kept, id: string): boolean =>
    ownerId === stamp.connectionId && ownerSourceId === id;
  const isNews = (patch: Kept): boolean =>
    [...held].some(([id, names]) => !stands(patch, id) && patch.wants.some((want) => names.includes(want)));
  await apply(query, table, meant.filter(isNews));
}

const foundBy = (table: Table, { sourceId, row }: Incoming): string[] => [
  wanted('sourceId', sourceId),
  ...table.foundBy.flatMap((column) => {
    const value = row[column];
    return typeof value === 'string' ? [wanted(column, value)] : [];
  }),
];

/** Applies once more what was applied to rows that their owner has written now: it says nothing of others' words. */
export async function applyAgain(
  query: Query,
  table: Table,
  stamp: Stamp,
  rows: readonly Incoming[],
): Promise<void> {
  const written = rows.map(({ sourceId }) => ({ ownerId: stamp.connectionId, ownerSourceId: sourceId }));
  const standing = await standingOn(query, table, written);
  if (standing.length === 0) return;
  await keepOwnersWord(query, table, stamp, rows);
  await fillAll(query, table, standing);
}

/** Puts each on the row that it means now, and takes it off the one where it stood. */
async function apply(query: Query, table: Table, patches: readonly Kept[]): Promise<void> {
  if (patches.length === 0) return;
  const found = await find(query, table, patches);
  const left = patches.filter((patch): patch is Stands => {
    const row = found.get(patch);
    return (
      patch.ownerId !== null && (row?.ownerId !== patch.ownerId || row.ownerSourceId !== patch.ownerSourceId)
    );
  });
  const landed = [...found].map(([patch, row]): Stands => ({ ...patch, ...row }));
  await land(query, table, landed);
  await lift(
    query,
    table,
    left.filter((patch) => !found.has(patch)),
  );
  await takeBack(query, table, left);
  await fillAll(query, table, landed);
}

/** Notes where they stand, and what the row's owner said before anybody else did. Before they are filled in. */
async function land(query: Query, table: Table, patches: readonly Stands[]): Promise<void> {
  for (const clock of new Set(patches.map((patch) => patch.clock)))
    await query(
      `with landed as (
         update patches p set applied_connection_id = f.owner, applied_source_id = f.source_id, applied_at = now(),
           displaced = case when exists (select ${ON_THE_ROW}) then (select q.displaced ${ON_THE_ROW} order by q.displaced is null limit 1)
             else jsonb_build_object(${groupOf(table, clock)
               .map(({ name }) => `'${name}', t."${name}"`)
               .join(', ')}) end
         from jsonb_to_recordset($3::jsonb) as f(says text, stream text, clock text, key text, owner text, source_id text)
         join "${table.name}" t on t.connection_id = f.owner and t.source_id = f.source_id
         where p.connection_id = f.says and p.stream = f.stream and p.target = $1 and p.clock = $2 and p.key = f.key
         returning 1
       ) select from landed`,
      [
        table.name,
        clock,
        jsonText(
          patches
            .filter((patch) => patch.clock === clock)
            .map((patch) => ({ ...keyOf(patch), owner: patch.ownerId, source_id: patch.ownerSourceId })),
        ),
      ],
    );
}

const ON_THE_ROW = `from patches q where q.applied_connection_id = f.owner and q.applied_source_id = f.source_id
             and q.target = $1 and q.clock = $2`;

const keyOf = ({ connectionId, stream, clock, key }: Kept): object => ({
  says: connectionId,
  stream,
  clock,
  key,
});

/** Notes that nobody knows any more which row they mean. */
async function lift(query: Query, table: Table, patches: readonly Kept[]): Promise<void> {
  if (patches.length === 0) return;
  await query(
    `with lifted as (
       update patches p set applied_connection_id = null, applied_source_id = null, applied_at = null, displaced = null
       from jsonb_to_recordset($2::jsonb) as f(says text, stream text, clock text, key text)
       where p.connection_id = f.says and p.stream = f.stream and p.target = $1 and p.clock = f.clock and p.key = f.key
       returning 1
     ) select from lifted`,
    [table.name, jsonText(patches.map(keyOf))],
  );
}

/** The one row that each patch is about, as far as there is exactly one; a query for each column that is looked in. */
async function find(
  query: Query,
  table: Table,
  patches: readonly Kept[],
): Promise<Map<Kept, Pick<Stands, 'ownerId' | 'ownerSourceId'>>> {
  const wishes = patches.flatMap(({ wants, connectionId }) =>
    wants.map((want) => {
      const cut = want.indexOf('=');
      return { want, column: want.slice(0, cut), value: want.slice(cut + 1), says: connectionId };
    }),
  );
  const matches = new Map<string, { ownerId: string; ownerSourceId: string; several: boolean }>();
  for (const column of new Set(wishes.map((wish) => wish.column))) {
    const asked = wishes.filter((wish) => wish.column === column);
    const there = await query<{ n: string; ownerId: string; ownerSourceId: string; several: boolean }>(
      `select w.n, min(t.connection_id) as "ownerId", min(t.source_id) as "ownerSourceId", count(*) > 1 as several
       from unnest($1::text[], $2::text[]) with ordinality as w(value, says, n)
       join connections s on s.id = w.says
       join connections c on c.workspace_id = s.workspace_id and c.id <> s.id
       join "${table.name}" t on t.connection_id = c.id and t."${column}" = w.value and t.deleted_at is null
       group by w.n`,
      [arrayLiteral(asked.map(({ value }) => value)), arrayLiteral(asked.map(({ says }) => says))],
    );
    for (const { n, ...match } of there) {
      const { want, says } = asked[Number(n) - 1]!;
      matches.set(`${says} ${want}`, match);
    }
  }
  const found = new Map<Kept, Pick<Stands, 'ownerId' | 'ownerSourceId'>>();
  for (const patch of patches) {
    const match = patch.wants
      .map((want) => matches.get(`${patch.connectionId} ${want}`))
      .find((one) => one !== undefined);
    if (match && !match.several)
      found.set(patch, { ownerId: match.ownerId, ownerSourceId: match.ownerSourceId });
  }
  return found;
}

import { jsonText } from './array-literal.js';
import { snakeCase, type SqlType, type Table } from './tables/index.js';
import type { Incoming, Query, Stamp } from './upsert.js';

/*
 * Rows on which others fill in columns. A group of columns under one clock holds the newest of what its owner says and what
 * others say; `patches.displaced` keeps the owner's word, so that it is there again when a word of another's leaves the row.
 */

/** What one record says of a row of another stream's, as it is kept. */
export interface Kept {
  readonly connectionId: string;
  readonly stream: string;
  readonly clock: string;
  readonly key: string;
  readonly wants: readonly string[];
  readonly filled: Readonly<Record<string, unknown>>;
  /** What the row's owner says of itself; null where that is not known. */
  readonly displaced: Readonly<Record<string, unknown>> | null;
  /** The row that it stands on. */
  readonly ownerId: string | null;
  readonly ownerSourceId: string | null;
}

/** One that stands on a row. */
export type Stands = Kept & { readonly ownerId: string; readonly ownerSourceId: string };
type Row = Pick<Stands, 'ownerId' | 'ownerSourceId'>;

export const KEPT = `p.connection_id as "connectionId", p.stream, p.clock, p.key, p.wants, p.filled, p.displaced,
  p.applied_connection_id as "ownerId", p.applied_source_id as "ownerSourceId"`;

/** The columns that follow a clock, and the clock itself, by their names in SQL. */
export function groupOf(table: Table, clock: string): { key: string; name: string; sql: SqlType }[] {
  const [own, names] = Object.entries(table.newest).find(([one]) => snakeCase(one) === clock) ?? [clock, []];
  return [own, ...names].map((key) => ({ key, name: snakeCase(key), sql: table.columns[key]!.sql }));
}

/** All that others say of these rows. */
export async function standingOn(query: Query, table: Table, rows: readonly Row[]): Promise<Stands[]> {
  return query<Stands>(
    `select ${KEPT} from (
       select distinct "ownerId", "ownerSourceId" from jsonb_to_recordset($2::jsonb) as r("ownerId" text, "ownerSourceId" text)
     ) r join patches p on p.applied_connection_id = r."ownerId" and p.applied_source_id = r."ownerSourceId"
     where p.target = $1`,
    [table.name, jsonText(rows.map(({ ownerId, ownerSourceId }) => ({ ownerId, ownerSourceId })))],
  );
}

/** What the owner says of its rows now is what they fall back to. */
export async function keepOwnersWord(
  query: Query,
  table: Table,
  stamp: Stamp,
  rows: readonly Incoming[],
): Promise<void> {
  for (const clock of Object.keys(table.newest).map(snakeCase)) {
    const group = groupOf(table, clock);
    const said = rows.map(({ sourceId, row }) => ({
      source_id: sourceId,
      own: Object.fromEntries(group.map(({ key, name }) => [name, row[key] ?? null])),
    }));
    await query(
      `with kept as (
         update patches p set displaced = s.own from jsonb_to_recordset($4::jsonb) as s(source_id text, own jsonb)
         where p.target = $1 and p.clock = $2 and p.applied_connection_id = $3 and p.applied_source_id = s.source_id
           and p.displaced is distinct from s.own
         returning 1
       ) select from kept`,
      [table.name, clock, stamp.connectionId, jsonText(said)],
    );
  }
}

/** Gives the rows where these stood back to their owners' words, and to what others say of them still. */
export async function takeBack(query: Query, table: Table, left: readonly Stands[]): Promise<void> {
  for (const [clock, patches] of byClock(left)) {
    const known = patches.filter(({ displaced }) => displaced !== null);
    if (known.length > 0)
      await write(
        query,
        table,
        clock,
        known.map((patch) => ({ ...patch, said: patch.displaced! })),
        'always',
      );
  }
  if (left.length > 0) await fillAll(query, table, await standingOn(query, table, left));
}

/** The newest of what is said of each row, where the row itself holds nothing newer. */
export async function fillAll(query: Query, table: Table, found: readonly Stands[]): Promise<void> {
  for (const [clock, patches] of byClock(found))
    await write(
      query,
      table,
      clock,
      patches.map((patch) => ({ ...patch, said: patch.filled })),
      'newer',
    );
}

const byClock = (patches: readonly Stands[]): [clock: string, patches: Stands[]][] =>
  [...new Set(patches.map(({ clock }) => clock))].map((clock) => [
    clock,
    patches.filter((patch) => patch.clock === clock),
  ]);

async function write(
  query: Query,
  table: Table,
  clock: string,
  words: readonly (Row & { readonly said: Readonly<Record<string, unknown>> })[],
  which: 'newer' | 'always',
): Promise<void> {
  const group = groupOf(table, clock);
  const list = (prefix: string): string => group.map(({ name }) => `${prefix}"${name}"`).join(', ');
  await query(
    `with said as (
       select distinct on (connection_id, source_id) *
       from jsonb_to_recordset($1::jsonb) as s(connection_id text, source_id text, ${group
         .map(({ name, sql }) => `"${name}" ${sql}`)
         .join(', ')})
       order by connection_id, source_id, "${clock}" desc
     ), filled as (
       update "${table.name}" t set synced_at = now(), ${group
         .map(({ name }) => `"${name}" = said."${name}"`)
         .join(', ')}
       from said
       where t.connection_id = said.connection_id and t.source_id = said.source_id
         ${which === 'newer' ? `and (t."${clock}" is null or t."${clock}" <= said."${clock}")` : ''}
         and (${list('t.')}) is distinct from (${list('said.')})
       returning 1
     ) select from filled`,
    [
      jsonText(
        words.map(({ said, ownerId, ownerSourceId }) => ({
          ...said,
          connection_id: ownerId,
          source_id: ownerSourceId,
        })),
      ),
    ],
  );
}

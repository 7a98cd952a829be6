import { once } from 'node:events';
import type { Response } from 'express';
import { z } from 'zod';
import { seconds } from '#kernel';
import type { Stream } from '#sync';
import type { Table } from '#warehouse/tables';
import {
  columnsOf,
  countByTable,
  freshness,
  pageOfRows,
  searchableColumns,
  tableNamed,
  warehouseTables,
  type RowsAsked,
  type ShownRow,
  type Warehouse,
} from '#warehouse';
import { csvLine } from '../../../desk/csv.js';
import { keptFor } from '../../within.js';
import { instant, shortId } from '../fields.js';
import { paged, pageFrom, placeOf } from '../paging.js';
import { notFound, Problem } from '../problem.js';
import { resource, route, type Call } from '../route.js';
import { connectionsHere } from '../within-workspace.js';
import { shownRow } from './orders.js';

const table = z
  .object({
    name: z.string(),
    rows: z.number(),
    estimated: z.boolean(),
    columns: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        searchable: z
          .boolean()
          .meta({ description: 'an index begins with it: rows are found by it at once' }),
      }),
    ),
    streams: z.array(z.string()).meta({ description: 'what fills it' }),
    freshAt: instant.nullable().meta({ description: 'the newest success of those streams' }),
  })
  .meta({ id: 'WarehouseTable' });

const params = z.object({ table: z.string().max(63) });
const filters = {
  connection: shortId('conn').optional(),
  column: z.string().max(63).optional().meta({ description: 'one that is searchable' }),
  value: z.string().max(500).optional(),
  gone: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'rows that are gone at the platform too' }),
};

const feeds = (stream: Stream, name: string): boolean =>
  stream.into.name === name || stream.children.some(({ into }) => into.name === name);

function tableHere(name: string): Table {
  const found = tableNamed(name);
  if (!found) throw notFound('table');
  return found;
}

type Filters = {
  connection?: string | undefined;
  column?: string | undefined;
  value?: string | undefined;
  gone: string;
};

/** What rows are meant; throws `invalid` for a column that no index begins with, or a value that is none of its type. */
async function asked(
  here: Pick<Call<z.ZodType, z.ZodType, z.ZodType>, 'doors' | 'workspace'>,
  known: Table,
  { connection, column, value, gone }: Filters,
): Promise<Omit<RowsAsked, 'after' | 'limit'>> {
  if ((column === undefined) !== (value === undefined))
    throw new Problem('invalid', 'give a column with its value, or neither');
  if (column !== undefined) {
    const found = (await searchableColumns(here.doors.warehouse)).get(known.name) ?? [];
    const type = columnsOf(known).find(({ name }) => name === column)?.type;
    if (!type || !found.includes(column))
      throw new Problem('invalid', `rows cannot be found by this column; by ${found.join(', ')}`);
    if (!fits(type, value!))
      throw new Problem('invalid', `this value is no ${type}`, {
        errors: [{ field: 'query.value', message: `write it as ${type}` }],
      });
  }
  return {
    workspace: here.workspace,
    connectionId: connection,
    where: column === undefined ? undefined : { column, value: value! },
    withGone: gone === 'true',
  };
}

/** Whether Postgres can read the text as the type: what it cannot would fail the whole query. */
function fits(type: string, value: string): boolean {
  if (type === 'integer') return /^-?\d{1,9}$/.test(value);
  if (type === 'bigint') return /^-?\d{1,18}$/.test(value);
  if (type === 'numeric') return /^-?\d{1,30}(\.\d{1,30})?$/.test(value);
  if (type === 'boolean') return /^(true|false)$/.test(value);
  if (type === 'date') return z.iso.date().safeParse(value).success;
  if (type === 'timestamptz') return z.iso.datetime({ offset: true }).safeParse(value).success;
  return type === 'text';
}

const COUNTS_KEPT = seconds(10);

const countsOf = keptFor(COUNTS_KEPT, (warehouse: Warehouse, ids) =>
  countByTable(warehouse, JSON.parse(ids) as string[]),
);

/** Rows to one read of an export. */
const BATCH = 2000;

export const tables = resource('tables', 'Every table of the warehouse, row by row or as a file.', {
  'GET /tables': route({
    summary: 'Every table with its row count and how fresh it is',
    may: 'viewer',
    shared: true,
    reply: z.object({ items: z.array(table) }),
    handle: async (here) => {
      const { warehouse, platforms } = here.doors;
      const mine = await connectionsHere(here);
      const ids = mine.map(({ id }) => id);
      const [counts, searchable, fresh] = await Promise.all([
        countsOf(warehouse, JSON.stringify(ids), here.now),
        searchableColumns(warehouse),
        freshness(warehouse, here.workspace),
      ]);
      const all = platforms.flatMap((platform) => platform.streams);
      return {
        items: warehouseTables.map((known) => {
          const count = counts.find(({ name }) => name === known.name);
          const streams = all.filter((stream) => feeds(stream, known.name)).map(({ name }) => name);
          const times = fresh.flatMap((row) =>
            streams.includes(row.stream) && row.lastSuccessAt ? [row.lastSuccessAt.getTime()] : [],
          );
          const found = searchable.get(known.name) ?? [];
          return {
            name: known.name,
            rows: count?.rows ?? 0,
            estimated: count?.estimated ?? false,
            columns: columnsOf(known).map((column) => ({
              ...column,
              searchable: found.includes(column.name),
            })),
            streams,
            freshAt: times.length > 0 ? new Date(Math.max(...times)) : null,
          };
        }),
      };
    },
  }),

  'GET /tables/{table}/rows': route({
    summary: 'Rows of a table by their key',
    may: 'viewer',
    shared: true,
    params,
    query: z.strictObject({ ...paged, ...filters }),
    reply: z.object({ items: z.array(shownRow), next: z.string().nullable() }),
    handle: async (here) => {
      const known = tableHere(here.params.table);
      const { limit, after, ...rest } = here.query;
      const rows = await pageOfRows(here.doors.warehouse, known, {
        ...(await asked(here, known, rest)),
        after: placeOf(after, [z.string(), z.string()]),
        limit,
      });
      return pageFrom(rows, limit, (last: ShownRow) => [last.connection_id, last.source_id]);
    },
  }),

  'GET /tables/{table}/csv': route({
    summary: 'The same rows, all of them, as a CSV file',
    may: 'operator',
    params,
    query: z.strictObject(filters),
    reply: { stream: 'text/csv' },
    audit: 'table.export',
    handle: async (here) => {
      const known = tableHere(here.params.table);
      const what = await asked(here, known, here.query);
      here.tell({ subject: known.name, after: here.query });
      const { response } = here;
      response.status(200).type('text/csv; charset=utf-8');
      response.set('Content-Disposition', `attachment; filename="${known.name}.csv"`);
      const rows = await writeCsv(response, known, (after) =>
        pageOfRows(here.doors.warehouse, known, { ...what, after, limit: BATCH }),
      );
      here.tell({ outcome: response.destroyed ? `broke off after ${rows} rows` : `${rows} rows` });
    },
  }),
});

/** Page by page, no faster than the reader takes them; how many rows. */
async function writeCsv(
  response: Response,
  known: Table,
  read: (after: readonly [string, string] | null) => Promise<ShownRow[]>,
): Promise<number> {
  const columns = columnsOf(known);
  const write = async (text: string): Promise<void> => {
    if (!response.write(text) && !response.destroyed)
      await Promise.race([once(response, 'drain'), once(response, 'close')]);
  };
  await write(csvLine(columns.map(({ name }) => ({ value: name, type: 'text' }))));
  let written = 0;
  for (let after: readonly [string, string] | null = null; !response.destroyed;) {
    const rows: ShownRow[] = (await read(after)).slice(0, BATCH);
    await write(
      rows
        .map((row) => csvLine(columns.map(({ name, type }) => ({ value: row[name] ?? null, type }))))
        .join(''),
    );
    written += rows.length;
    const last = rows.at(-1);
    if (rows.length < BATCH || !last) break;
    after = [last.connection_id, last.source_id];
  }
  response.end();
  return written;
}

import { compare as compareDecimals, decimal, sum, type Decimal, type Json } from '#kernel';
import { warehouseTables, type Warehouse } from '#warehouse';
import { snakeCase, type SqlType, type Table } from '#warehouse/tables';

/** A row that the warehouse and the platform do not agree on, or a sum. */
export interface Difference {
  readonly connection: string;
  readonly table: string;
  /** Empty where a sum differs. */
  readonly sourceId: string;
  readonly what: 'missing' | 'extra' | 'different' | 'sum';
  /** What the platform says and what the warehouse holds, column by column; a sum under its currency. */
  readonly columns: Readonly<Record<string, { readonly truth: unknown; readonly warehouse: unknown }>>;
  /** The run that wrote the row last, and the record that it came with. */
  readonly run: string | null;
  readonly record: string | null;
}

/** One account's rows by table and source id, as the simulator tells them; columns it does not tell are not compared. */
export type Truth = Readonly<Record<string, Readonly<Record<string, TruthRow>>>>;
type TruthRow = Readonly<Record<string, Json>>;

type Held = Record<string, unknown> & { readonly source_id: string; readonly run_id: string };

export interface Compared {
  readonly differences: readonly Difference[];
  /** Rows compared, per table. */
  readonly rows: Readonly<Record<string, number>>;
}

/** Compares one connection's rows with the truth, one by one and by the sums of each amount in each currency. */
export async function compareAccount(
  warehouse: Pick<Warehouse, 'query'>,
  connection: { readonly id: string; readonly name: string },
  truth: Truth,
): Promise<Compared> {
  const differences: Difference[] = [];
  const rows: Record<string, number> = {};
  for (const [name, wanted] of Object.entries(truth)) {
    const table = warehouseTables.find((one) => one.name === name);
    if (!table) throw new Error(`the platform tells of a table ${name} that the warehouse does not have`);
    // A day as its text: as an instant it would be one of this machine's time zone.
    const days = [...typesOf(table)].flatMap(([column, type]) =>
      type === 'date' ? [`, "${column}"::text as "${column}"`] : [],
    );
    const held = await warehouse.query<Held>(
      `select *${days.join('')} from "${name}" where connection_id = $1 and deleted_at is null`,
      [connection.id],
    );
    await leaveToOthers(warehouse, connection.id, table, held);
    rows[name] = Object.keys(wanted).length;
    differences.push(
      ...compareRows({ connection: connection.name, table, truth: wanted, held }),
      ...(await compareSums(warehouse, connection, table, Object.values(wanted))),
    );
  }
  return { differences, rows };
}

/** Columns that another connection filled in by a newer word are not this account's to tell: they are taken off the row. */
async function leaveToOthers(
  warehouse: Pick<Warehouse, 'query'>,
  connectionId: string,
  table: Table,
  held: readonly Held[],
): Promise<void> {
  if (Object.keys(table.newest).length === 0) return;
  const filled = await warehouse.query<{ id: string; clock: string }>(
    'select applied_source_id as id, clock from patches where applied_connection_id = $1 and target = $2',
    [connectionId, table.name],
  );
  const groups = new Map(
    Object.entries(table.newest).map(([clock, columns]) => [
      snakeCase(clock),
      [clock, ...columns].map((column) => snakeCase(column)),
    ]),
  );
  const rows = new Map(held.map((row) => [row.source_id, row]));
  for (const { id, clock } of filled)
    for (const column of groups.get(clock) ?? []) Reflect.deleteProperty(rows.get(id) ?? {}, column);
}

/** Row by row and column by column; a column that the row was left without is not compared. */
export function compareRows({
  connection,
  table,
  truth,
  held,
}: {
  readonly connection: string;
  readonly table: Table;
  readonly truth: Readonly<Record<string, TruthRow>>;
  readonly held: readonly Held[];
}): Difference[] {
  const types = typesOf(table);
  const of = (row: Held | undefined, sourceId: string): Omit<Difference, 'what' | 'columns'> => ({
    connection,
    table: table.name,
    sourceId,
    run: row?.run_id ?? null,
    record: row === undefined ? null : table.child ? String(row['parent_source_id']) : sourceId,
  });
  const left = new Map(held.map((row) => [row.source_id, row]));
  const found: Difference[] = [];
  for (const [sourceId, wanted] of Object.entries(truth)) {
    const row = left.get(sourceId);
    left.delete(sourceId);
    if (!row) {
      found.push({ ...of(undefined, sourceId), what: 'missing', columns: {} });
      continue;
    }
    const columns = Object.entries(wanted)
      .filter(
        ([name, value]) => !types.has(name) || (name in row && !same(types.get(name), value, row[name])),
      )
      .map(([name, value]) => [name, { truth: value, warehouse: row[name] }] as const);
    if (columns.length > 0)
      found.push({ ...of(row, sourceId), what: 'different', columns: Object.fromEntries(columns) });
  }
  for (const [sourceId, row] of left) found.push({ ...of(row, sourceId), what: 'extra', columns: {} });
  return found;
}

const amountIn = (row: TruthRow, name: string): readonly Decimal[] =>
  row[name] == null ? [] : [decimal(String(row[name] as string | number))];

/** Every amount added up per currency: here by us, there by Postgres. */
async function compareSums(
  warehouse: Pick<Warehouse, 'query'>,
  connection: { readonly id: string; readonly name: string },
  table: Table,
  truth: readonly TruthRow[],
): Promise<Difference[]> {
  const amounts = [...typesOf(table)].flatMap(([name, type]) =>
    type === 'numeric' && truth.some((row) => name in row) ? [name] : [],
  );
  if (amounts.length === 0) return [];
  const currency = 'currency' in table.columns ? 'currency' : `null::text`;
  const sums = await warehouse.query<Record<string, string | null>>(
    `select ${currency} as currency, ${amounts.map((name) => `sum("${name}") as "${name}"`).join(', ')}
     from "${table.name}" where connection_id = $1 and deleted_at is null group by 1`,
    [connection.id],
  );
  const currencyOf = (row: TruthRow): string | null => (row['currency'] as string | undefined) ?? null;
  const found: Difference[] = [];
  for (const code of new Set([...truth.map(currencyOf), ...sums.map((row) => row['currency'] ?? null)])) {
    const ours = sums.find((row) => (row['currency'] ?? null) === code);
    const theirs = truth.filter((row) => currencyOf(row) === code);
    for (const name of amounts) {
      const wanted = sum(theirs.flatMap((row) => amountIn(row, name)));
      const have = ours?.[name] ?? '0';
      if (compareDecimals(wanted, decimal(have)) === 0) continue;
      found.push({
        connection: connection.name,
        table: table.name,
        sourceId: '',
        what: 'sum',
        columns: { [`${name} ${code ?? ''}`.trim()]: { truth: wanted, warehouse: have } },
        run: null,
        record: null,
      });
    }
  }
  return found;
}

const ENGINE_COLUMNS: readonly (readonly [string, SqlType])[] = [
  ['source_updated_at', 'timestamptz'],
  ['parent_source_id', 'text'],
];

const typesOf = (table: Table): Map<string, SqlType> =>
  new Map([
    ...ENGINE_COLUMNS,
    ...Object.entries(table.columns).map(([name, { sql }]) => [snakeCase(name), sql] as const),
  ]);

/** Postgres keeps an object's fields in an order of its own. */
const inOrder = (json: unknown): string =>
  JSON.stringify(json, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );

function same(type: SqlType | undefined, truth: TruthRow[string] | undefined, value: unknown): boolean {
  if (truth == null || value == null) return (truth ?? null) === (value ?? null);
  if (type === 'jsonb') return inOrder(truth) === inOrder(value);
  if (type === 'timestamptz') return Date.parse(truth as string) === (value as Date).getTime();
  const [wanted, held] = [String(truth as string | number), String(value as string | number)];
  if (type === 'numeric') return compareDecimals(decimal(wanted), decimal(held)) === 0;
  // A column that the platform tells of and the warehouse lacks is another than it should be.
  return type !== undefined && wanted === held;
}

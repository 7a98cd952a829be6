import type { Command } from 'commander';
import { Failure } from '#kernel';
import pg from 'pg';
import { contextOf, withStack } from '../context.js';
import { show } from '../output.js';

/** `sql`: one question to the warehouse, read-only. */
export function sql(command: Command): void {
  command
    .option('--csv', 'comma-separated values with a header')
    .action(async (query: string, options: { csv?: boolean }, command: Command) => {
      const context = contextOf(command);
      await withStack(context, 'sql', async ({ warehouse }) => {
        const { columns, rows } = await ask(warehouse.url, query, context.signal);
        if (context.output.json)
          return context.output.result(
            rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]]))),
          );
        if (options.csv)
          return [columns, ...rows].forEach((row) => context.output.line(row.map(csvCell).join(',')));
        context.output.table(columns, rows);
      });
    });
}

/** Values stay as Postgres spells them: a numeric never becomes a float on its way to the eye. */
const AS_TEXT = { getTypeParser: () => (text: string) => text };

async function ask(
  url: string,
  query: string,
  signal: AbortSignal,
): Promise<{ columns: string[]; rows: (string | null)[][] }> {
  const client = new pg.Client({ connectionString: url, application_name: 'stratus sql' });
  await client.connect();
  const stop = (): void => void client.end();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await client.query('set default_transaction_read_only = on');
    const result = await client.query<(string | null)[]>({ text: query, rowMode: 'array', types: AS_TEXT });
    if (Array.isArray(result))
      throw new Failure(
        'refused',
        'one statement at a time, please: leave out what stands behind the first semicolon',
      );
    return { columns: result.fields.map((field) => field.name), rows: result.rows };
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    const { message, position, hint } = cause as { message: string; position?: string; hint?: string };
    throw new Failure(
      'refused',
      `Postgres says: ${message}${position ? ` (at character ${position})` : ''}${hint ? `; ${hint}` : ''}`,
      { cause },
    );
  } finally {
    signal.removeEventListener('abort', stop);
    await client.end().catch(() => undefined);
  }
}

function csvCell(value: unknown): string {
  const text = show(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

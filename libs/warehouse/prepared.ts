import type pg from 'pg';

/*
 * Statements that Postgres parses and plans once for each of its connections: a page of a few records costs it more to plan
 * than to write. Only what can be carried out in a single way belongs here. A plan that is kept does not see a table
 * grow, so that whatever joins is planned each time.
 */

const names = new Map<string, string>();

/** The statement itself, which every client of `preparing` keeps ready from its first use on. */
export function prepared(sql: string): string {
  if (!names.has(sql)) names.set(sql, `stratus_${String(names.size + 1)}`);
  return sql;
}

/** The same client, for one that sends such statements by name. */
export function preparing(Client: typeof pg.Client): typeof pg.Client {
  return class extends Client {
    // The many shapes of a query are the parent's to tell apart.
    override query(text: unknown, values?: unknown, ...rest: unknown[]): never {
      const name = typeof text === 'string' && Array.isArray(values) ? names.get(text) : undefined;
      const asked = name === undefined ? [text, values, ...rest] : [{ name, text, values }, ...rest];
      return (super.query as (...all: unknown[]) => never).apply(this, asked);
    }
  };
}

import { redactFields } from '#telemetry';
import { DEFAULT_WORKSPACE, jsonText, type Warehouse } from '#warehouse';
import type { Caller } from './callers.js';
import type { Deed } from './route.js';

/** A deed can be undone this long. */
export const UNDO_MINUTES = 10;

const LONGEST = 200;
const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

/** What is known of a deed before it is done. */
export interface Begun {
  readonly caller: Caller | null;
  readonly action: string;
  readonly route: string;
  readonly subject: string | null;
  readonly at: Date;
}

/**
 * The line is written before the deed, as `begun`, and finished after it: what was done is never without its line, even
 * where the console dies in between.
 */
export async function beginDeed(warehouse: Warehouse, begun: Begun, outcome = 'begun'): Promise<string> {
  const { caller } = begun;
  const [row] = await warehouse.query<{ id: string }>(
    `insert into audit_log (workspace_id, at, actor, actor_id, via, action, route, subject, outcome)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
    [
      caller?.workspace ?? DEFAULT_WORKSPACE,
      begun.at,
      cut(caller?.name ?? 'nobody'),
      caller?.userId ?? null,
      caller?.kind ?? null,
      begun.action,
      begun.route,
      begun.subject === null ? null : cut(begun.subject),
      cut(outcome),
    ],
  );
  return row!.id;
}

/** Finishes the line. Before and after go in without secrets; `undo` only where the deed was done. */
export async function endDeed(warehouse: Warehouse, id: string, deed: Deed): Promise<void> {
  await warehouse.query(
    `with ended as (
       update audit_log set outcome = $2, subject = coalesce($3, subject), before = $4::jsonb, after = $5::jsonb,
         undo = $6::jsonb, actor = coalesce($7, actor), workspace_id = coalesce($8, workspace_id)
       where id = $1 returning 1
     ) select from ended`,
    [
      id,
      cut(deed.outcome ?? 'done'),
      deed.subject === undefined ? null : cut(deed.subject),
      clean(deed.before),
      clean(deed.after),
      deed.undo === undefined ? null : jsonText(deed.undo),
      deed.actor === undefined ? null : cut(deed.actor),
      deed.workspace ?? null,
    ],
  );
}

const clean = (value: unknown): string | null =>
  value === undefined || value === null ? null : jsonText(redactFields({ value })['value']);

import { z } from 'zod';
import { earlier, minutes } from '#kernel';
import { UNDO_MINUTES } from '../deeds.js';
import { authorise } from '../callers.js';
import { mountedOf, type Mounted } from '../mount.js';
import { openApiOf } from '../openapi.js';
import { wholeText } from '../fields.js';
import { notFound, Problem } from '../problem.js';
import { resource, route, type Call, type Resource } from '../route.js';

/** What the API does with its own routes: describes them, and takes deeds of theirs back. */
export function own(others: readonly Resource[]) {
  const all = [...others];
  let description: Record<string, unknown> | undefined;
  const self = resource('api', 'The API’s own description, and undo.', {
    'GET /openapi.json': route({
      summary: 'This description, as OpenAPI 3.1',
      may: 'viewer',
      reply: z.record(z.string(), z.unknown()),
      handle: async () => (description ??= openApiOf(all)),
    }),

    'POST /undo/{id}': route({
      summary: `Takes a deed back, within ${UNDO_MINUTES} minutes`,
      description:
        'The id is the `X-Stratus-Undo` of the call’s reply. Needs the role that the deed needed. 409 where the thing has ' +
        'changed since or was taken back already; 410 where it is too late.',
      may: 'operator',
      audit: 'undo',
      params: z.strictObject({ id: wholeText }),
      reply: 'nothing',
      handle: async (call) => undo(call, mountedOf(others)),
    }),
  });
  all.push(self);
  return self;
}

interface Undoable {
  readonly route: string;
  readonly at: Date;
  readonly undo: unknown;
  readonly action: string;
  readonly subject: string | null;
  readonly undoneBy: string | null;
}

type UndoRequest = Call<z.ZodType<{ id: string }>, z.ZodType, z.ZodType>;

async function undo(call: UndoRequest, routes: readonly Mounted[]): Promise<void> {
  const { params, doors, workspace, caller, now, deedId, tell } = call;
  const { warehouse } = doors;
  const [deed] = await warehouse.query<Undoable>(
    `select route, at, undo, action, subject, undone_by as "undoneBy" from audit_log
     where workspace_id = $1 and id = $2 and undo is not null`,
    [workspace, params.id],
  );
  const mounted = routes.find(({ key }) => key === deed?.route);
  if (!deed || !mounted?.route.undo) throw notFound('deed that can be undone');
  tell({ subject: `${deed.action} ${deed.subject ?? ''}`.trim() });
  authorise(caller, mounted.route, mounted.tag);
  if (deed.at < earlier(now, minutes(UNDO_MINUTES)))
    throw new Problem('gone', `this was done more than ${UNDO_MINUTES} minutes ago`);
  const mine = await warehouse.query<{ id: string }>(
    `with mine as (
       update audit_log set undone_by = $2 where id = $1 and undone_by is null returning id
     ) select id from mine`,
    [params.id, deedId],
  );
  if (mine.length === 0) throw new Problem('conflict', 'this was undone already');
  try {
    await mounted.route.undo(call, deed.undo);
  } catch (thrown) {
    await warehouse.query(
      'with again as (update audit_log set undone_by = null where id = $1 and undone_by = $2 returning 1) select from again',
      [params.id, deedId],
    );
    throw thrown;
  }
}

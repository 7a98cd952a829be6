import { z } from 'zod';
import { earlier, hours } from '#kernel';
import { failureTrend, markFailure, membersOf, pageOfFailures, type FailureRow } from '#warehouse';
import { instant, nameIn, shortId, textIn } from '../fields.js';
import { paged, pageFrom, pageOf, placeOf } from '../paging.js';
import { Problem } from '../problem.js';
import { resource, route } from '../route.js';
import { failureHere } from '../within-workspace.js';
import { runKind, runState } from './run-schemas.js';

const state = z.enum(['open', 'resolved', 'ignored']).meta({ id: 'FailureState' });
const kind = z.enum(['throttled', 'transient', 'credential', 'refused', 'config', 'bug', 'record']);

const TREND_HOURS = 24;

const failure = z
  .object({
    fingerprint: z.string(),
    kind,
    platform: z.string(),
    stream: z.string(),
    operation: z.string().nullable(),
    message: z.string().meta({ description: 'what was said, without numbers, ids and values' }),
    state,
    count: z.string().meta({ description: 'how often it was seen' }),
    runs: z.number().meta({ description: 'runs in it now' }),
    records: z.number().meta({ description: 'records of the quarantine in it now' }),
    reopened: z.number(),
    firstSeenAt: instant,
    lastSeenAt: instant,
    example: z.object({
      connectionId: z.string(),
      run: z.string(),
      record: z.string().optional(),
      message: z.string(),
    }),
    resolvedAt: instant.nullable(),
    resolvedBy: z.string().nullable(),
    note: z.string().nullable(),
    assignedTo: z.string().nullable(),
    trend: z
      .array(z.number())
      .length(TREND_HOURS)
      .meta({ description: `how often in each of the last ${TREND_HOURS} hours, the oldest first` }),
  })
  .meta({ id: 'Failure' });

const detail = failure
  .extend({
    members: z.object({
      runs: z.array(
        z.object({
          id: z.string(),
          connection: z.string(),
          stream: z.string(),
          kind: runKind,
          state: runState,
          finishedAt: instant.nullable(),
          failure: z.string().nullable(),
        }),
      ),
      records: z.array(
        z.object({
          id: z.string(),
          connection: z.string(),
          stream: z.string(),
          recordKey: z.string(),
          reason: z.string(),
          lastSeenAt: instant,
        }),
      ),
    }),
  })
  .meta({ id: 'FailureDetail' });

const params = z.object({ fingerprint: z.string().regex(/^[0-9a-f]{16}$/) });
const HOUR = hours(1);

/** One number an hour up to the one that runs. */
async function withTrend<T extends FailureRow>(
  here: { doors: { warehouse: Parameters<typeof failureTrend>[0] }; workspace: string; now: Date },
  rows: readonly T[],
): Promise<(T & { trend: number[] })[]> {
  const last = Math.floor(here.now.getTime() / HOUR);
  const since = earlier(new Date(last * HOUR), hours(TREND_HOURS - 1));
  const fingerprints = rows.map(({ fingerprint }) => fingerprint);
  const seen = await failureTrend(here.doors.warehouse, here.workspace, fingerprints, since);
  return rows.map((row) => {
    const trend = Array.from({ length: TREND_HOURS }, () => 0);
    for (const { fingerprint, hour, count } of seen) {
      const at = TREND_HOURS - 1 - (last - Math.floor(hour.getTime() / HOUR));
      if (fingerprint === row.fingerprint && at >= 0 && at < TREND_HOURS) trend[at] = count;
    }
    return { ...row, trend };
  });
}

export const failures = resource('failures', 'What goes wrong, grouped by cause.', {
  'GET /failures': route({
    summary: 'Failures by cause, what was seen last first',
    may: 'viewer',
    shared: true,
    query: z.strictObject({
      ...paged,
      state: z
        .string()
        .transform((text) => text.split(','))
        .pipe(z.array(state).min(1).max(3))
        .default(['open'])
        .meta({ description: 'one or several, with commas between', example: 'open,ignored' }),
      kind: kind.optional(),
      platform: z.string().max(40).optional(),
      stream: z.string().max(100).optional(),
      connection: shortId('conn').optional(),
      assignedTo: z.string().max(64).optional(),
    }),
    reply: pageOf(failure),
    handle: async (here) => {
      const { query, doors, workspace } = here;
      const rows = await pageOfFailures(doors.warehouse, {
        workspace,
        states: query.state,
        kind: query.kind,
        platform: query.platform,
        stream: query.stream,
        connectionId: query.connection,
        assignedTo: query.assignedTo,
        after: placeOf(query.after, [z.string(), z.string()]),
        limit: query.limit,
      });
      const { items, next } = pageFrom(rows, query.limit, (last) => [last.place, last.fingerprint]);
      return { items: await withTrend(here, items), next };
    },
  }),

  'GET /failures/{fingerprint}': route({
    summary: 'One failure with what is in it now',
    may: 'viewer',
    shared: true,
    params,
    reply: detail,
    handle: async (here) => {
      const row = await failureHere(here, here.params.fingerprint);
      const [members, [told]] = await Promise.all([
        membersOf(here.doors.warehouse, row.fingerprint, 50, here.workspace),
        withTrend(here, [row]),
      ]);
      return { ...told!, members };
    },
  }),

  'PATCH /failures/{fingerprint}': route({
    summary: 'Resolves, ignores or reopens it, says who sees to it, or leaves a note',
    may: 'operator',
    params,
    body: z
      .strictObject({
        state: state.optional(),
        note: textIn(2000).nullable().optional(),
        assignedTo: nameIn().nullable().optional().meta({ description: "a user's name; null for nobody" }),
      })
      .refine((body) => Object.keys(body).length > 0, 'say what is to change'),
    reply: failure,
    audit: 'failure.mark',
    handle: async (here) => {
      const row = await failureHere(here, here.params.fingerprint);
      const { warehouse } = here.doors;
      const { state: to, note, assignedTo } = here.body;
      if (typeof assignedTo === 'string') await mustBeUser(here, assignedTo);
      const said = {
        ...(to === undefined ? {} : { state: to }),
        ...(note === undefined ? {} : { note: note === '' ? null : note }),
        ...(assignedTo === undefined ? {} : { assignedTo }),
      };
      const asked = { by: here.caller.name, at: here.now, toldElsewhere: true } as const;
      await markFailure(warehouse, row.fingerprint, said, asked, here.workspace);
      const fresh = await failureHere(here, row.fingerprint);
      const shown = ({ state, note, assignedTo }: FailureRow) => ({ state, note, assignedTo });
      here.tell({
        subject: `failure ${row.fingerprint} of ${row.stream}`,
        before: shown(row),
        after: shown(fresh),
      });
      return (await withTrend(here, [fresh]))[0]!;
    },
  }),
});

async function mustBeUser(
  { doors, workspace }: { doors: { warehouse: Parameters<typeof failureTrend>[0] }; workspace: string },
  name: string,
): Promise<void> {
  const known = await doors.warehouse.query('select 1 from users where workspace_id = $1 and name = $2', [
    workspace,
    name,
  ]);
  if (known.length === 0)
    throw new Problem('invalid', 'some of what was sent does not fit; nothing was done', {
      errors: [{ field: 'body.assignedTo', message: 'there is no user of that name' }],
    });
}

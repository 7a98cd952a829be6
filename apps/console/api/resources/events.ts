import { z } from 'zod';
import { seconds } from '#kernel';
import { redactText } from '#telemetry';
import type { LiveRun } from '#warehouse';
import { shareOf } from '../../../desk/progress.js';
import { feedOf } from '../../live/feeds.js';
import type { ConsoleOptions } from '../../options.js';
import type { Caller } from '../callers.js';
import { instant } from '../fields.js';
import { Problem } from '../problem.js';
import { forgetReads } from '../shared-reads.js';
import { resource, route } from '../route.js';
import { runKind, runState } from './run-schemas.js';

const liveRun = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    connection: z.string(),
    stream: z.string(),
    kind: runKind,
    state: runState,
    attempt: z.number(),
    worker: z.string().nullable(),
    pages: z.number(),
    records: z.number(),
    moved: z.number(),
    quarantined: z.number(),
    share: z.number().nullable(),
    notBefore: instant.nullable(),
    reason: z.string().nullable(),
    failure: z.string().nullable(),
    queuedAt: instant,
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'LiveRun' });

const liveOut = (run: LiveRun): z.output<typeof liveRun> =>
  liveRun.parse({
    ...run,
    share: shareOf(run, { sourceCount: run.sourceCount === null ? null : Number(run.sourceCount) }),
  });

/** Whether the session or the token lives, in the same workspace and with the same role. */
async function stillMay({ warehouse }: ConsoleOptions, caller: Caller, now: Date): Promise<boolean> {
  const found = await warehouse.query(
    caller.kind === 'session'
      ? `select from sessions s join users u on u.id = s.user_id
         where s.id_hash = $1 and s.expires_at > $2 and u.workspace_id = $3 and u.role = $4`
      : `select from api_tokens t join users u on u.id = t.user_id
         where t.id = $1 and t.expires_at > $2 and t.workspace_id = $3
           and case when t.role = 'viewer' or u.role = 'viewer' then 'viewer'
             when t.role = 'operator' or u.role = 'operator' then 'operator' else 'admin' end = $4`,
    [caller.id, now, caller.workspace, caller.role],
  );
  return found.length > 0;
}

/** So often a page hears that it is still connected, and its session is looked at again. */
const BEAT = seconds(10);
/** Pages of one console that may listen at once. */
const MOST = 1000;
let listening = 0;

export const events = resource('events', 'What changes, as it changes.', {
  'GET /events': route({
    summary: 'Server-sent events: runs as they move, and what to read again',
    description:
      '`hello` first; `runs` with the runs that changed (all open ones at first); `changed` with the subjects to read again: ' +
      'connections, streams, failures, quarantine, alerts, backfills, bulk, workers. Ends when the session does. One connection is ' +
      'enough for all tabs of a browser.',
    may: 'viewer',
    reply: { stream: 'text/event-stream' },
    handle: async ({ response, doors, workspace, now, caller }) => {
      if (listening >= MOST)
        throw new Problem('too-many', 'too many pages listen: close some', { retryAfter: 30 });
      listening += 1;
      response.status(200).set({
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Accel-Buffering': 'no',
      });
      // A reader that does not keep up is let go: it comes back and is told of everything that is open.
      const send = (event: string, data: unknown): void => {
        if (response.writableLength > 1_000_000) return void response.destroy();
        response.write(`event: ${event}\ndata: ${redactText(JSON.stringify(data))}\n\n`);
      };
      response.write('retry: 2000\n');
      send('hello', { at: now.toISOString() });
      const leave = feedOf(doors).join(
        workspace,
        ({ runs, subjects }) => {
          // The page asks at once for what it is told of.
          forgetReads(doors);
          if (runs.length > 0) send('runs', runs.map(liveOut));
          if (subjects.length > 0) send('changed', subjects);
        },
        () => response.end(),
      );
      const beat = setInterval(() => {
        response.write(`: ${BEAT / 1000} s\n\n`);
        stillMay(doors, caller, doors.now()).then(
          (stays) => stays || response.end(),
          () => undefined,
        );
      }, BEAT);
      await new Promise<void>((resolve) => {
        response.on('close', resolve);
        response.on('finish', resolve);
      });
      clearInterval(beat);
      leave();
      listening -= 1;
    },
  }),
});

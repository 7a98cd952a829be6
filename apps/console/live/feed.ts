import { asFailure, earlier, seconds, type Duration } from '#kernel';
import { heartbeats, isAlive, liveMarks, liveRuns, type LiveRun } from '#warehouse';
import type { ConsoleOptions } from '../options.js';

/** What changed, for the pages of one workspace: runs as they are now, and subjects to be read again. */
export interface Change {
  readonly runs: readonly LiveRun[];
  /** `connections`, `streams`, `failures`, `quarantine`, `alerts`, `backfills`, `bulk`, `workers`. */
  readonly subjects: readonly string[];
}

export interface Feed {
  /** Told of every change in the workspace until it is left; the first one holds every open run. */
  join(workspace: string, tell: (change: Change) => void, over?: () => void): () => void;
  /** The console stops: whoever listens is told that it is over. */
  close(): void;
}

const EVERY = seconds(1);
/** Runs that ended while a poll was under way are looked for this far back. */
const OVERLAP = seconds(10);

/**
 * One poll a second for every page of this console, and none while nobody looks. Triggers that notify would queue all
 * of the workers' commits behind one lock; what is read here is a few rows from small indexes.
 */
export function openFeed(
  { warehouse, logger, now }: Pick<ConsoleOptions, 'warehouse' | 'logger' | 'now'>,
  everyMs: Duration = EVERY,
): Feed {
  const members = new Set<{
    workspace: string;
    tell: (change: Change) => void;
    over?: (() => void) | undefined;
    fresh: boolean;
  }>();
  let runs = new Map<string, LiveRun>();
  let marks = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let polling = false;
  let failing = false;
  let closed = false;

  async function poll(): Promise<void> {
    polling = true;
    try {
      const known = runs;
      const open = [...known.values()].filter((run) => run.finishedAt === null).map(({ id }) => id);
      const [found, marked, signs] = await Promise.all([
        liveRuns(warehouse, earlier(now(), OVERLAP), open),
        liveMarks(warehouse),
        heartbeats(warehouse),
      ]);
      failing = false;
      const next = new Map(found.map((run) => [run.id, run]));
      const alive = signs.filter((one) => isAlive(one, now())).map((one) => `${one.process} ${one.leads}`);
      const nextMarks = new Map(marked.map((one) => [`${one.workspace} ${one.subject}`, one.mark]));
      nextMarks.set('* workers', alive.sort().join());
      tellAll({ known, next, before: marks, after: nextMarks });
      [runs, marks] = [next, nextMarks];
    } catch (thrown) {
      if (!failing)
        logger.warn({ error: asFailure(thrown) }, 'live pages stand still: Postgres does not answer');
      failing = true;
    } finally {
      polling = false;
      if (!closed && members.size > 0) timer = setTimeout(() => void poll(), everyMs);
      // Whoever comes next is told of all that is open then.
      else {
        runs = new Map();
        marks = new Map();
      }
    }
  }

  function tellAll(seen: {
    known: ReadonlyMap<string, LiveRun>;
    next: ReadonlyMap<string, LiveRun>;
    before: ReadonlyMap<string, string>;
    after: ReadonlyMap<string, string>;
  }): void {
    const changed = [...seen.next.values()].filter((run) => !sameRun(seen.known.get(run.id), run));
    const subjects = new Map<string, Set<string>>();
    for (const key of new Set([...seen.before.keys(), ...seen.after.keys()])) {
      if (seen.before.size === 0 || seen.before.get(key) === seen.after.get(key)) continue;
      const [workspace = '', subject = ''] = key.split(' ');
      subjects.set(workspace, (subjects.get(workspace) ?? new Set()).add(subject));
    }
    for (const member of members) {
      const mine = (run: LiveRun): boolean => run.workspace === member.workspace;
      const open = [...seen.next.values()].filter((run) => run.finishedAt === null);
      const change = {
        runs: (member.fresh ? open : changed).filter(mine),
        subjects: [...(subjects.get('*') ?? []), ...(subjects.get(member.workspace) ?? [])],
      };
      if (member.fresh || change.runs.length > 0 || change.subjects.length > 0) member.tell(change);
      member.fresh = false;
    }
  }

  return {
    join(workspace, tell, over) {
      const member = { workspace, tell, over, fresh: true };
      members.add(member);
      if (!polling && members.size === 1) {
        clearTimeout(timer);
        void poll();
      }
      return () => {
        members.delete(member);
      };
    },
    close() {
      closed = true;
      clearTimeout(timer);
      for (const { over } of members) over?.();
      members.clear();
    },
  };
}

const sameRun = (a: LiveRun | undefined, b: LiveRun): boolean =>
  a !== undefined && JSON.stringify(a) === JSON.stringify(b);

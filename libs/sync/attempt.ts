import { later } from '#kernel';
import {
  logRun,
  noteStream,
  renewLease,
  type ConnectionRow,
  type Counts,
  type Page,
  type RunRow,
} from '#warehouse';
import type { Platform, Stream } from './define.js';
import type { Door } from './door.js';
import type { Engine } from './engine.js';

/** What one attempt at a run of any kind works with. */
export interface RunDeps {
  readonly engine: Engine;
  readonly platform: Platform;
  readonly stream: Stream;
  readonly connection: ConnectionRow;
  readonly run: RunRow;
  readonly signal: AbortSignal;
  readonly progress: (counts: Counts) => Promise<void>;
  /** Told of the calls that no page accounts for, when the attempt ends without a commit. */
  readonly spent: (calls: number) => void;
}

/** A share of a page, and at least so many records, that do not parse: the API changed, the run stops. */
const STOP_SHARE = 0.2;
const STOP_LEAST = 5;

export const isBroken = (bad: number, records: number): boolean =>
  bad >= Math.max(STOP_LEAST, records * STOP_SHARE);

export interface LeaseKeeper {
  alive(): Promise<void>;
  renewedUntil(until: Date): void;
}

/** Renews the claim while calls are answered and nothing is committed. */
export function leaseKeeper(engine: Engine, run: RunRow): LeaseKeeper {
  let until = run.leaseUntil ?? engine.now();
  return {
    async alive() {
      const now = engine.now();
      if (until.getTime() - now.getTime() > engine.leaseMs / 2) return;
      until = later(now, engine.leaseMs);
      await renewLease(engine.warehouse, run, until);
    },
    renewedUntil(next) {
      until = next;
    },
  };
}

/** What the platform told the operator is kept beside the stream; returns how much is known now. */
export async function keepNotices(
  { engine, connection, stream, run }: RunDeps,
  door: Door,
  known: number,
): Promise<number> {
  if (door.notices.size === known) return known;
  const said = [...door.notices].join('; ');
  await noteStream(engine.warehouse, connection.id, stream.name, said, engine.now());
  await logRun(engine.warehouse, run.id, 'warn', said);
  engine.logger.warn({ stream: stream.name, connection: connection.name, run: run.id }, said);
  return door.notices.size;
}

export const countsOf = (run: RunRow): Counts => ({
  pages: run.pages,
  calls: run.calls,
  records: run.records,
  inserted: run.inserted,
  changed: run.changed,
  same: run.same,
  gone: run.gone,
  quarantined: run.quarantined,
});

export function addCounts(total: Counts, more: Counts): void {
  for (const key of Object.keys(more) as (keyof Counts)[]) total[key] += more[key];
}

/** Which page and attempt brought which records: where a row came from, for whoever asks at this level. */
export function tellPage(
  { logger }: Pick<Engine, 'logger'>,
  run: Pick<RunRow, 'id' | 'attempt' | 'lease'>,
  { pages }: Counts,
  { main }: Pick<Page, 'main'>,
): void {
  const records = main.rows.map(({ sourceId }) => sourceId);
  logger.debug(
    { run: run.id, page: pages, attempt: run.attempt, lease: run.lease, records },
    'page committed',
  );
}

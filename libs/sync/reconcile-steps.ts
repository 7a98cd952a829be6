import { earlier, Failure, later, type Json } from '#kernel';
import {
  beginComparison,
  commitStep,
  compareListed,
  findCheckpoint,
  forgetEnded,
  sumUpListing,
  unlistedRows,
  type Counts,
  type Difference,
  type Drift,
  type ListedId,
  type Step,
} from '#warehouse';
import { fitsInstant, keyMisfitOf } from '#warehouse/tables';
import { askInSize } from './ask.js';
import { openDoor } from './door.js';
import { fetchByIds, type FetchedRecords } from './fetch-by-id.js';
import type { Listed, Listing } from './listing.js';
import {
  addCounts,
  countsOf,
  isBroken,
  keepNotices,
  leaseKeeper,
  tellPage,
  type RunDeps,
} from './attempt.js';

/** Where a comparison stands, kept as the run's place. */
type Standing = {
  /** By the database's clock: rows written since are no matter of this comparison. */
  readonly began: string;
  /** Ids of this page of the list that were fetched already, should it have to be read again. */
  readonly tried: readonly string[];
  /** False once the platform said that it hides a part of its records. */
  readonly whole: boolean;
  readonly phase: 'list' | 'confirm';
  /** The list's own place, or the last row that was asked about. */
  readonly at: Json;
};

/** More unlisted rows than this, and than this share of all: the list is doubted before the rows are. */
const DOUBT_LEAST = 20;
const DOUBT_SHARE = 0.2;

const NO_DRIFT = { missing: 0, older: 0, awaited: 0 };

export interface Comparison {
  readonly counts: Counts;
  readonly drift: Drift;
  /** True when all is compared, false when the deadline came before. */
  walk(deadline: Date): Promise<boolean>;
  takeCalls(): number;
}

export function openComparison(deps: RunDeps, listing: Listing): Comparison {
  const { engine, platform, stream, connection, run, signal } = deps;
  const { warehouse } = engine;
  const door = openDoor(engine, platform, connection, 'backfill', {
    spender: run.stream,
    run: run.id,
  });
  const lease = leaseKeeper(engine, run);
  const ask = { stream, settings: door.settings, signal, alive: () => lease.alive() };
  const counts = countsOf(run);
  const places = new Set<string>();
  let drift = run.drift ?? { ...NO_DRIFT, gone: 0 };
  let size = run.pageSize ?? listing.size.start;
  let fetchSize = listing.fetch.max;
  let noticed = 0;
  /** Of what was fetched by id in this attempt. */
  const read = { bad: 0, records: 0 };

  const nothing = {
    main: { into: stream.into, rows: [] },
    children: stream.children.map(({ into }) => ({ into, rows: [] })),
    bad: [],
    landed: [],
    records: 0,
    patches: [],
    counted: false,
    seen: [],
    drift: NO_DRIFT,
  };

  async function commit(
    standing: Standing,
    step: Partial<Omit<Step, 'absent'>>,
    absent: readonly string[] = [],
  ): Promise<void> {
    const leaseUntil = later(engine.now(), engine.leaseMs);
    const committed = await commitStep(warehouse, run, {
      ...nothing,
      ...step,
      place: standing,
      absent: { ids: absent, began: standing.began },
      calls: door.takeCalls(),
      pageSize: size,
      leaseUntil,
    });
    /* crash point: after-checkpoint. The step and where the comparison stands are committed together: the next attempt
       goes on behind it. */
    lease.renewedUntil(leaseUntil);
    addCounts(counts, committed.counts);
    ({ drift } = committed);
    engine.metrics.page({ stream: stream.name }, committed.counts);
    tellPage(engine, run, counts, { main: step.main ?? nothing.main });
    // For people to look at: the step is committed, and a queue that is away must not undo that.
    await deps.progress(counts).catch((error: unknown) => {
      engine.logger.warn({ run: run.id, error }, 'the queue did not take the progress');
    });
  }

  async function fetched(ids: readonly string[]): Promise<FetchedRecords> {
    const got = await fetchByIds(door, ask, listing, ids, fetchSize);
    fetchSize = got.size;
    noticed = await keepNotices(deps, door, noticed);
    return got;
  }

  /** Everything up to here the live runs have read and will not look at again. */
  async function settledUntil(): Promise<Date | null> {
    if (!stream.cursor) return null;
    const checkpoint = await findCheckpoint(warehouse, connection.id, stream.name);
    return (
      checkpoint && earlier(checkpoint.cursorAt, engine.lookbackOf(stream.name) ?? stream.cursor.lookback)
    );
  }

  async function readList({
    at,
  }: Standing): Promise<{ listed: ListedId[]; next: Json | null; whole: boolean }> {
    const mark = JSON.stringify(at);
    if (places.has(mark))
      throw new Failure(
        'bug',
        `${stream.name}: the platform gave the same place of its list twice (${mark.slice(0, 80)}); stopped instead of reading in circles`,
      );
    places.add(mark);
    const got = await askInSize(door, ask, {
      size,
      min: listing.size.min,
      body: listing.body,
      request: (n) => listing.request({ place: at, size: n, settings: door.settings }),
      what: (n) => `a list of ${n} ids`,
    });
    noticed = await keepNotices(deps, door, noticed);
    const next = listing.next({ body: got.body, place: at, size: got.size });
    size = got.roomy ? Math.min(listing.size.max, got.size * 2) : got.size;
    return { listed: comparable(listing.entries(got.body)), next, whole: listing.whole(got.body) };
  }

  /** One page of the list: what differs is fetched and committed call by call, then the page itself. */
  async function listPage(start: Standing, deadline: Date): Promise<Standing> {
    const page = await readList(start);
    const settled = await settledUntil();
    const tried = new Set(start.tried);
    const left = (await compareListed(warehouse, run, stream.into, page.listed))
      .map(({ at, is }) => ({ ...page.listed[at]!, is }))
      .filter(({ id }) => !tried.has(id));
    for (let here = start; left.length > 0;) {
      signal.throwIfAborted();
      const got = await fetched(left.map(({ id }) => id));
      const asked = left.splice(0, got.asked.length);
      here = { ...here, tried: [...here.tried, ...got.asked] };
      read.bad += got.bad.length;
      read.records += got.records;
      // Of records that fail by the dozen, those that parse are not to be trusted either.
      if (isBroken(read.bad, read.records)) {
        await commit(here, { bad: got.bad });
        throw new Failure(
          'bug',
          `${stream.name}: ${read.bad} of ${read.records} records fetched by id do not parse (${got.bad[0]?.reason ?? ''}): the API changed; the records are in the quarantine`,
        );
      }
      await commit(here, { ...got, drift: driftOf(asked, got, settled) });
      if (left.length > 0 && engine.now() >= deadline) return here;
    }
    const next: Standing = {
      ...start,
      tried: [],
      whole: start.whole && page.whole,
      phase: page.next === null ? 'confirm' : 'list',
      at: page.next ?? '',
    };
    await commit(next, { counted: true, seen: page.listed });
    return next;
  }

  /** A list that is far too short says more of the list than of the rows: nothing is marked gone on its word. */
  async function doubt({ began }: Standing): Promise<void> {
    if (run.acceptedBy !== null) return;
    const { listed, rows, unlisted } = await sumUpListing(warehouse, run, stream.into, began);
    const short = unlisted > DOUBT_LEAST && unlisted > rows * DOUBT_SHARE;
    if (unlisted === 0 || (listed > 0 && !short)) return;
    throw new Failure(
      'refused',
      `${stream.name}: suspiciously short: the platform lists ${listed} records and ${unlisted} of the ${rows} here are not among them; nothing was marked gone. Look at the platform, and if they were deleted there: npx stratus reconcile ${stream.name} --connection ${connection.name} --accept`,
    );
  }

  /** Rows that were not listed are asked for by id: what is answered was left out of the list, the rest is gone. */
  async function confirmRows(standing: Standing): Promise<Standing | null> {
    const { began, at, whole } = standing;
    if (!whole) {
      const said = 'the platform shows this connection a part of its records only; nothing is marked gone';
      engine.logger.warn({ run: run.id, stream: stream.name }, said);
      return null;
    }
    if (at === '') await doubt(standing);
    const rows = await unlistedRows(warehouse, run, stream.into, {
      began,
      after: at as string,
      limit: fetchSize,
    });
    if (rows.length === 0) return null;
    const got = await fetched(rows.map(({ id }) => id));
    const asked = rows.slice(0, got.asked.length);
    const next = { ...standing, at: asked.at(-1)!.id };
    const versions = new Map(got.main.rows.map(({ sourceId, version }) => [sourceId, version]));
    const older = asked.filter(({ id, version }) => {
      const theirs = versions.get(id);
      return theirs && version && theirs > version;
    }).length;
    await commit(next, { ...got, drift: { ...NO_DRIFT, older } }, got.absent);
    return next;
  }

  async function begin(): Promise<Standing> {
    await forgetEnded(warehouse, run);
    const began = await beginComparison(warehouse);
    return { began, phase: 'list', at: null, tried: [], whole: true };
  }

  return {
    get counts() {
      return counts;
    },
    get drift() {
      return drift;
    },
    takeCalls: () => door.takeCalls(),
    async walk(deadline) {
      let standing: Standing | null = run.place === null ? await begin() : (run.place as Standing);
      for (;;) {
        signal.throwIfAborted();
        standing =
          standing.phase === 'list' ? await listPage(standing, deadline) : await confirmRows(standing);
        if (standing === null) return true;
        if (engine.now() >= deadline) return false;
      }
    },
  };
}

/** As the database can compare them; the last word counts on a record that is listed twice. */
function comparable(entries: readonly Listed[]): ListedId[] {
  const byId = new Map(
    entries
      .filter(({ id }) => keyMisfitOf(id) === undefined)
      .map(({ id, version, wireId = id, gone = false }): [string, ListedId] => [
        id,
        { id, wireId, gone, version: version && fitsInstant(version) ? version : null },
      ]),
  );
  return [...byId.values()];
}

/** What of the differences was put right: a record that could not be fetched or parsed is counted elsewhere. */
function driftOf(
  asked: readonly (ListedId & { is: Difference })[],
  got: FetchedRecords,
  settled: Date | null,
): Omit<Drift, 'gone'> {
  const goneThere = new Map(got.main.rows.map(({ sourceId, gone }) => [sourceId, gone]));
  // A row that is gone on both sides is no difference: the list did not say so.
  const put = asked.filter(({ id, is }) => goneThere.has(id) && !(is === 'gone' && goneThere.get(id)));
  const older = put.filter(({ is }) => is === 'older').length;
  const awaited = put.filter(({ version }) => settled && version && version > settled).length;
  return { missing: put.length - older, older, awaited };
}

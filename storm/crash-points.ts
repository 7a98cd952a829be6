import { platforms } from '#catalog';
import { ownDatabase } from '../bench/database.js';
import { KINDS, type Kind } from './crash-kinds.js';
import { drillPlatform, DRILL_PATCHES } from './drill-platform.js';
import { openDrillShops, type DrillShops } from './drill-shop.js';
import { struckAt, undisturbed, type Drilled, type Undisturbed } from './drill.js';
import type { Asked } from './index.js';
import { openLane, type Lane } from './lane.js';
import { CRASH_POINTS, makeTestBuild, type CrashPoint, type Patch } from './test-build.js';

/*
 * `npm run storm -- --crash-points [TEXT …]`: every kind of run on every shape of stream, killed on purpose at every point
 * where that is different, once half way and where a page is the most that is lost also near the end. Its tables must
 * equal the truth, and no more than the page that was in hand may be fetched again. TEXT keeps the kinds whose stream or
 * name holds it.
 */

/** So that a small shop has many pages, and a replay many steps. */
export const SMALL_STEPS: readonly Patch[] = [
  { file: 'libs/connectors/shopify/cost.js', find: 'LARGEST_PAGE = 250', put: 'LARGEST_PAGE = 4' },
  { file: 'libs/connectors/shopify/streams/orders.js', find: 'start: 2', put: 'start: 4' },
  { file: 'libs/connectors/shopify/streams/customers.js', find: 'start: 70', put: 'start: 4' },
  { file: 'libs/connectors/shopify/streams/products.js', find: 'start: 10', put: 'start: 4' },
  { file: 'libs/sync/replay.js', find: 'AT_ONCE = 50', put: 'AT_ONCE = 2' },
];

/** How far the run is when it is struck. */
interface Strike {
  readonly point: CrashPoint;
  readonly share: number;
}

/** A reply that nobody has committed is the most that can be lost: there the end is looked at too. */
export const STRIKES: readonly Strike[] = CRASH_POINTS.flatMap((point) =>
  (point === 'after-fetch' ? [0.5, 0.9] : [0.5]).map((share) => ({ point, share })),
);

export interface Cell {
  readonly kind: Kind;
  readonly strike: Strike;
  readonly known: Undisturbed;
  /** Null where such a run does not come by the point. */
  readonly drilled: Drilled | null;
  /** Why it is red; null where it is not. */
  readonly complaint: string | null;
}

/** Lanes side by side: most of a drill waits for a death to be noticed. */
const LANES = 3;

export async function crashPoints({ servers, rest, say }: Asked): Promise<number> {
  const kinds = KINDS.filter(
    ({ stream, name }) => rest.length === 0 || rest.some((text) => `${stream} ${name}`.includes(text)),
  );
  const build = makeTestBuild({ crashPoints: true, patches: [...DRILL_PATCHES, ...SMALL_STEPS] });
  const shops = await openDrillShops();
  const left = [...kinds];
  const cells: Cell[] = [];
  /** Kinds that came to no end, not even undisturbed. */
  let wrong = 0;
  const line = async (): Promise<void> => {
    const database = await ownDatabase(servers.postgres.url);
    const lane = await openLane({
      root: build.root,
      redisUrl: servers.redis.url,
      databaseUrl: database.url,
      platforms: [...platforms, drillPlatform],
    });
    try {
      for (let kind = left.shift(); kind; kind = left.shift())
        try {
          for await (const cell of drillKind(lane, shops, kind, STRIKES)) {
            cells.push(cell);
            say(told(cell));
          }
        } catch (error) {
          wrong += 1;
          say(`${kind.stream} ${kind.name}: RED: ${error instanceof Error ? error.message : String(error)}`);
        }
    } finally {
      await lane.close();
      await database.drop();
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(LANES, kinds.length) }, line));
  } finally {
    await shops.close();
    build.remove();
  }
  say(tableOf(kinds, cells));
  const red = cells.filter(({ complaint }) => complaint !== null);
  const killed = cells.filter(({ drilled }) => drilled !== null).length;
  say(`${String(killed)} kills, ${String(red.length + wrong)} red`);
  return red.length + wrong === 0 && killed > 0 ? 0 : 1;
}

/** One kind: undisturbed, then struck at each point. */
export async function* drillKind(
  lane: Lane,
  shops: DrillShops,
  kind: Kind,
  strikes: readonly Strike[],
): AsyncGenerator<Cell> {
  const known = await undisturbed(lane, shops, kind);
  for (const strike of strikes) {
    const hits = known.hits.get(strike.point) ?? 0;
    if (hits === 0) {
      const excused = kind.callsNothing === true && strike.point.endsWith('-fetch');
      const complaint = excused ? null : 'it never comes by this point';
      yield { kind, strike, known, drilled: null, complaint };
      continue;
    }
    let drilled: Drilled | null = null;
    let complaint: string | null;
    try {
      drilled = await strikeAt(hits);
      // A busy machine made the undisturbed run come by more often: a time slice more, a page read twice.
      if (!drilled.hit && drilled.hits > 0) drilled = await strikeAt(drilled.hits);
      complaint = complaintAbout(kind, known, drilled);
    } catch (thrown) {
      lane.disarm();
      complaint = thrown instanceof Error ? thrown.message : String(thrown);
    }
    yield { kind, strike, known, drilled, complaint };

    function strikeAt(of: number): Promise<Drilled> {
      return struckAt(lane, shops, kind, strike.point, Math.max(1, Math.ceil(strike.share * of)), known);
    }
  }
}

function complaintAbout(kind: Kind, known: Undisturbed, drilled: Drilled): string | null {
  const { hit, differences, extraCalls, extraNextCalls } = drilled;
  if (!hit) return 'the worker was not killed there';
  if (differences.length > 0)
    return `${String(differences.length)} differences, the first: ${JSON.stringify(differences[0])}`;
  const most = known.pageCalls * (kind.parallel ?? 1);
  if (extraCalls > most)
    return `${String(extraCalls)} calls more than undisturbed, where a page comes to ${String(most)}`;
  if (extraNextCalls > 0) return `the next run made ${String(extraNextCalls)} calls more than undisturbed`;
  return null;
}

const nameOf = ({ point, share }: Strike): string =>
  share === 0.5 ? point : `${point} ${String(share * 100)} %`;

const told = ({ kind, strike, drilled, complaint }: Cell): string =>
  `${kind.stream} ${kind.name}, ${nameOf(strike)}: ${
    complaint === null
      ? drilled === null
        ? 'does not apply'
        : `equal, ${signed(drilled.extraCalls)} calls`
      : `RED: ${complaint}`
  }`;

const signed = (n: number): string => (n > 0 ? `+${String(n)}` : String(n));

/** Kinds by points: calls beyond the undisturbed ones, and how many a page may come to. */
function tableOf(kinds: readonly Kind[], cells: readonly Cell[]): string {
  const head = ['stream', 'kind', 'calls', 'a page', ...STRIKES.map(nameOf)];
  const rows = kinds.map((kind) => {
    const mine = cells.filter((cell) => cell.kind === kind);
    const [first] = mine;
    return [
      kind.stream,
      kind.name,
      String(first?.known.calls ?? ''),
      String((first?.known.pageCalls ?? 0) * (kind.parallel ?? 1)),
      ...STRIKES.map((strike) => {
        const cell = mine.find((one) => one.strike === strike);
        if (!cell) return '?';
        if (cell.complaint !== null) return 'RED';
        return cell.drilled === null ? '–' : signed(cell.drilled.extraCalls);
      }),
    ];
  });
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const show = (row: readonly string[]): string =>
    `| ${row.map((text, column) => text.padEnd(widths[column]!)).join(' | ')} |`;
  return [show(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(show)].join(
    '\n',
  );
}

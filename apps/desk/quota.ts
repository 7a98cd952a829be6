import { platformOf } from '#catalog';
import { localLimiter, type MeterReading } from '#http';
import { earlier, hours } from '#kernel';
import { limitsOf } from '#sync';
import {
  forecast,
  heartbeats,
  isAlive,
  paces,
  usageSince,
  type Budget,
  type ConnectionRow,
  type Forecast,
  type PaceRow,
  type Spent,
  type Wait,
} from '#warehouse';
import type { Desk, MeteredDesk } from './doors.js';
import { openWaits } from './waits.js';

/** One account's budgets: where each stands, who spent them, and when the runs that use them end. */
export interface Quota {
  readonly connectionId: string;
  readonly connection: string;
  readonly platform: string;
  readonly meters: readonly (MeterReading & {
    readonly usedLastHour: number;
    readonly refusedLastHour: number;
  })[];
  readonly spent: readonly Spent[];
  readonly runs: readonly {
    readonly run: string;
    readonly stream: string;
    readonly state: string;
    readonly wait: Wait | null;
    readonly forecast: Forecast;
  }[];
}

export interface Meters {
  /** When the meters were read. */
  readonly asOf: Date;
  /** How the meters came to be known. */
  readonly source: 'shared' | 'worker' | 'limits';
  readonly of: (connection: ConnectionRow) => Promise<readonly MeterReading[]>;
}

/**
 * In a cluster the limiter's store is shared and asked itself. In embedded mode the meters are in the memory of the one
 * process that works, which shows them with its heartbeat; where none ever did, all is there that the limits allow.
 */
export async function metersFor(desk: MeteredDesk, now: Date): Promise<Meters> {
  const limits = ({ platform, settings }: ConnectionRow) => limitsOf(platformOf(platform).limits, settings);
  if (desk.mode === 'cluster') {
    const limiter = desk.limiter();
    return { asOf: now, source: 'shared', of: (one) => limiter.meters(one.id, limits(one), now) };
  }
  const shown = (await heartbeats(desk.warehouse)).find(
    (one) => one.part === 'worker' && one.meters !== null && isAlive(one, now),
  );
  const kept = (shown?.meters ?? {}) as unknown as Readonly<Record<string, readonly Shown[]>>;
  const nobody = localLimiter();
  return {
    asOf: shown?.seenAt ?? now,
    source: shown ? 'worker' : 'limits',
    of: async (one) => kept[one.id]?.map(readBack) ?? nobody.meters(one.id, limits(one), now),
  };
}

/** A reading as JSON keeps it. */
type Shown = Omit<MeterReading, 'closedUntil'> & { readonly closedUntil: string | null };
const readBack = (shown: Shown): MeterReading => ({
  ...shown,
  closedUntil: shown.closedUntil === null ? null : new Date(shown.closedUntil),
});

export async function quotaOf(
  desk: Desk,
  meters: Meters,
  connections: readonly ConnectionRow[],
  now: Date,
): Promise<Quota[]> {
  const [spent, open, pace] = await Promise.all([
    usageSince(desk.warehouse, earlier(now, hours(1))),
    openWaits(desk, now),
    paces(desk.warehouse),
  ]);
  const paceOf = new Map(pace.map((row) => [row.id, row]));
  return Promise.all(
    connections.map(async (connection): Promise<Quota> => {
      const readings = await meters.of(connection);
      const own = spent.filter((one) => one.connectionId === connection.id);
      const runs = open.filter(({ run }) => run.connectionId === connection.id);
      const shared = runs.filter(({ wait }) => wait === null || wait.kind === 'next').length;
      return {
        connectionId: connection.id,
        connection: connection.name,
        platform: connection.platform,
        meters: readings.map((reading) => {
          const used = own.filter((one) => one.limit === reading.limit);
          return {
            ...reading,
            usedLastHour: used.reduce((sum, one) => sum + one.used, 0),
            refusedLastHour: used.reduce((sum, one) => sum + one.refused, 0),
          };
        }),
        spent: own,
        runs: runs.flatMap(({ run, wait }) => {
          const row = paceOf.get(run.id);
          if (!row) return [];
          const budgets = readings.flatMap((reading) => {
            const budget = budgetFor(reading, run.stream, own, Math.max(1, shared));
            return budget ? [budget] : [];
          });
          const { id, stream, state } = run;
          return [{ run: id, stream, state, wait, forecast: slowest(row, wait, budgets, now) }];
        }),
      };
    }),
  );
}

/** What a read may spend of a limit; null where slots are counted, or nobody knows yet what a call costs. */
function budgetFor(
  reading: MeterReading,
  stream: string,
  spent: readonly Spent[],
  shared: number,
): Budget | null {
  if (reading.perSecond === null || reading.perSecond <= 0) return null;
  const own = spent.filter((one) => one.limit === reading.limit && one.spender === stream);
  const calls = own.reduce((sum, one) => sum + one.calls, 0);
  if (calls === 0 && reading.kind === 'cost') return null;
  return {
    pointsPerCall: calls === 0 ? 1 : own.reduce((sum, one) => sum + one.used, 0) / calls,
    available: Math.max(0, reading.available - reading.reservedForWrite),
    perSecond: reading.perSecond,
    shared,
  };
}

/** The limit that holds the run back most decides. */
function slowest(row: PaceRow, wait: Wait | null, budgets: readonly Budget[], now: Date): Forecast {
  const all = [null, ...budgets].map((budget) => forecast(row, wait, budget, now));
  return all.reduce((worst, one) =>
    (one.endsAt?.getTime() ?? 0) > (worst.endsAt?.getTime() ?? 0) ? one : worst,
  );
}

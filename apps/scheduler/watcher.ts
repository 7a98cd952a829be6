import { days, earlier, minutes } from '#kernel';
import {
  explainWait,
  freshness,
  listConnections,
  openAlerts,
  raiseAlert,
  resolveAlert,
  waitFacts,
  type NewAlert,
} from '#warehouse';
import type { Declared } from './declared.js';
import { healIdle, removeOrphans, type Memory } from './heal.js';
import type { SchedulerDoors } from './reconcile.js';
import { troubles, WATCHED } from './troubles.js';

/** What one pass of the watcher found. */
export interface Watched {
  readonly orphans: number;
  readonly healed: number;
  readonly raised: number;
  readonly resolved: number;
}

export interface Watcher {
  /** `dead`: the schedules that this pass of the reconciler found dead. */
  pass(declared: readonly Declared[], dead: readonly string[], now: Date): Promise<Watched>;
}

/** An open alert whose words stay is renewed this often, not at every pass. */
const RENEW = minutes(5);
const REMEMBER_DEATHS = days(1);

/**
 * The leader's second look, after the reconciler: mends what the reconciler cannot see from the rows alone, and calls
 * a person where nothing heals. What it raised it also ends.
 */
export function watcher(doors: SchedulerDoors): Watcher {
  const memory: Memory = { orphans: new Set(), heals: new Map() };
  const deaths = new Map<string, Date[]>();

  function remember(dead: readonly string[], now: Date): void {
    for (const id of dead) deaths.set(id, [...(deaths.get(id) ?? []), now]);
    for (const [id, at] of deaths) {
      const late = at.filter((one) => one > earlier(now, REMEMBER_DEATHS));
      if (late.length === 0) deaths.delete(id);
      else deaths.set(id, late);
    }
  }

  return {
    async pass(declared, dead, now) {
      const { warehouse, queues } = doors;
      remember(dead, now);
      const orphans = await removeOrphans(doors, memory);
      const paused = new Set<string>();
      for (const platform of queues.platforms) if (await queues.isPaused(platform)) paused.add(platform);
      const waits = (await waitFacts(warehouse, now)).map((run) => ({
        run,
        wait: explainWait(run, now, paused),
      }));
      const healed = await healIdle(doors, memory, waits, now);
      const connections = await listConnections(warehouse);
      const wanted = troubles(
        {
          waits,
          declared,
          freshness: await freshness(warehouse),
          madeAt: new Map(connections.map((one) => [one.id, one.createdAt])),
          heals: new Map([...memory.heals].map(([id, { times }]) => [id, times])),
          deaths,
        },
        now,
      );
      return { orphans, healed, ...(await settle(doors, wanted, now)) };
    },
  };
}

/** Open alerts as they should be: new ones raised, others left, those that are over ended. */
async function settle(
  { warehouse, logger }: SchedulerDoors,
  wanted: readonly NewAlert[],
  now: Date,
): Promise<{ raised: number; resolved: number }> {
  const open = (await openAlerts(warehouse)).filter(({ key }) => WATCHED.test(key));
  const keyOf = new Map(open.map((one) => [one.key, one]));
  let raised = 0;
  for (const alert of wanted) {
    const known = keyOf.get(alert.key);
    const same = known?.title === alert.title && known.detail === alert.detail;
    if (same && known.lastAt > earlier(now, RENEW)) continue;
    if (!(await raiseAlert(warehouse, alert, now))) continue;
    raised += 1;
    logger.error({ alert: alert.key }, `${alert.title}: ${alert.detail}`);
  }
  const keys = new Set(wanted.map(({ key }) => key));
  let resolved = 0;
  for (const { key, title } of open) {
    if (keys.has(key) || !(await resolveAlert(warehouse, key, now))) continue;
    resolved += 1;
    logger.info({ alert: key }, `over: ${title}`);
  }
  return { raised, resolved };
}

import { asFailure, type Duration, type Json } from '#kernel';
import type { Logger } from '#telemetry';
import { BEAT_MS, beat, lastBeat, type Heartbeat, type Warehouse } from '#warehouse';

export interface HeartbeatOptions {
  readonly warehouse: Warehouse;
  readonly logger: Logger;
  readonly now: () => Date;
  readonly process: string;
  readonly part: Heartbeat['part'];
  readonly platforms: readonly string[];
  readonly slots: number;
  /** Whether this scheduler leads now. */
  readonly leads?: () => boolean;
  /** What the process's own meters say; null where others can ask them themselves. */
  readonly meters?: () => Promise<Json | null>;
  readonly everyMs?: Duration;
}

export interface Beating {
  /** Something changed that others should see at once. */
  now(): Promise<void>;
  /** Says goodbye, so that nobody waits for this process; gives up after the deadline. */
  close(deadline: Duration): Promise<void>;
}

/** Shows every few seconds that the process is alive. A database that is away is tried again at the next beat. */
export function startHeartbeat(options: HeartbeatOptions): Beating {
  const {
    warehouse,
    logger,
    now,
    process,
    part,
    platforms,
    slots,
    leads,
    meters,
    everyMs = BEAT_MS,
  } = options;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let failing = false;

  const show = async (): Promise<void> => {
    try {
      const said = meters ? await meters().catch(() => null) : null;
      await beat(
        warehouse,
        { process, part, platforms, slots, leads: leads?.() ?? false, meters: said },
        now(),
      );
      failing = false;
    } catch (thrown) {
      if (!failing)
        logger.warn({ error: asFailure(thrown) }, 'no heartbeat: this process looks dead to others');
      failing = true;
    }
  };
  const once = async (): Promise<void> => {
    await show();
    if (!stopped) timer = setTimeout(() => void (beating = once()), everyMs).unref();
  };
  let beating = once();

  return {
    now: show,
    async close(deadline) {
      stopped = true;
      clearTimeout(timer);
      const goodbye = beating
        .then(() => lastBeat(warehouse, { process, part }, now()))
        .catch(() => undefined);
      let late: NodeJS.Timeout | undefined;
      await Promise.race([goodbye, new Promise<void>((resolve) => (late = setTimeout(resolve, deadline)))]);
      clearTimeout(late);
    },
  };
}

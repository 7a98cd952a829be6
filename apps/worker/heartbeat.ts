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
  /** What the process's own meters say; null where others can ask them themselves. */
  readonly meters?: () => Promise<Json | null>;
  readonly everyMs?: Duration;
}

export interface Beating {
  /** Says goodbye, so that nobody waits for this process; gives up after the deadline. */
  close(deadline: Duration): Promise<void>;
}

/** Shows every few seconds that the process is alive. A database that is away is tried again at the next beat. */
export function startHeartbeat(options: HeartbeatOptions): Beating {
  const { warehouse, logger, now, process, part, platforms, slots, meters, everyMs = BEAT_MS } = options;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let failing = false;

  const once = async (): Promise<void> => {
    try {
      const said = meters ? await meters().catch(() => null) : null;
      await beat(warehouse, { process, part, platforms, slots, leads: false, meters: said }, now());
      failing = false;
    } catch (thrown) {
      if (!failing)
        logger.warn({ error: asFailure(thrown) }, 'no heartbeat: this process looks dead to others');
      failing = true;
    }
    if (!stopped) timer = setTimeout(() => void (beating = once()), everyMs).unref();
  };
  let beating = once();

  return {
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

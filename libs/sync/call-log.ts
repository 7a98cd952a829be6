import { asFailure, seconds, type Duration } from '#kernel';
import { redactText, type Logger } from '#telemetry';
import { addCalls, type RunCall, type Warehouse } from '#warehouse';

export interface CallLogOptions {
  readonly warehouse: Warehouse;
  readonly logger: Logger;
  /** How often calls are written down; every second by default. */
  readonly everyMs?: Duration;
  /** Calls kept while Postgres is away. The oldest go first. */
  readonly most?: number;
  /** Of one run so many that went well; those that did not are all kept. */
  readonly perRun?: number;
}

/** Writes down every run's calls, for whoever looks at the run. */
export interface CallLog {
  /** Told of every call when it is answered, or is not; never waits and never throws. */
  note(call: RunCall): void;
  flush(): Promise<void>;
  /** Writes down the rest; gives up after the deadline. */
  close(deadline: Duration): Promise<void>;
}

/** Runs whose calls are counted; more are under way in no process. */
const COUNTED = 1000;
const LONGEST_PATH = 300;

/**
 * Kept in memory and written once a second in one statement, so that no call waits for it. What a killed process had not
 * written is lost with it: the run's own counts are not.
 */
export function keepCalls({
  warehouse,
  logger,
  everyMs = seconds(1),
  most = 5000,
  perRun = 500,
}: CallLogOptions): CallLog {
  let open: RunCall[] = [];
  const fine = new Map<string, number>();
  let writing: Promise<void> | undefined;
  let failing = false;
  const timer = setInterval(() => void flush(), everyMs).unref();

  async function write(): Promise<void> {
    const calls = open;
    open = [];
    try {
      await addCalls(warehouse, calls);
      failing = false;
    } catch (thrown) {
      open = [...calls, ...open].slice(-most);
      if (!failing)
        logger.warn({ error: asFailure(thrown) }, 'calls could not be written down; kept for later');
      failing = true;
    }
  }

  /** One at a time; whoever asks during a write waits for that one and then writes what is left. */
  async function flush(): Promise<void> {
    await writing;
    if (open.length === 0) return;
    writing = write().finally(() => (writing = undefined));
    await writing;
  }

  /** One more that went well; false past as many as are kept. */
  function counts(runId: string): boolean {
    const before = fine.get(runId) ?? 0;
    fine.delete(runId);
    fine.set(runId, before + 1);
    if (fine.size > COUNTED) fine.delete(fine.keys().next().value!);
    return before < perRun;
  }

  return {
    note(call) {
      const wentWell = call.status !== null && call.status < 400;
      if (wentWell && !counts(call.runId)) return;
      open.push({ ...call, path: redactText(call.path).slice(0, LONGEST_PATH) });
      if (open.length > most) open.shift();
    },
    flush,
    async close(deadline) {
      clearInterval(timer);
      let late: NodeJS.Timeout | undefined;
      await Promise.race([flush(), new Promise<void>((resolve) => (late = setTimeout(resolve, deadline)))]);
      clearTimeout(late);
    },
  };
}

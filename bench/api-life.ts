import type { Warehouse } from '#warehouse';

const EVERY_MS = 1000;

/** As a worker and a scheduler would have it while pages look: runs read pages, one ends and one begins, now and then one fails. */
export function goOn(warehouse: Warehouse): { stop(): Promise<void> } {
  let stopped = false;
  let wake = (): void => undefined;
  const alive = async (): Promise<void> => {
    for (let tick = 0; !stopped; tick++) {
      for (const statement of moves(tick)) await warehouse.query(statement);
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, EVERY_MS).unref();
      });
    }
  };
  const going = alive();
  return {
    async stop() {
      stopped = true;
      wake();
      await going;
    },
  };
}

const OLDEST = `(select id from runs where state = 'running' order by started_at, id limit 1)`;

const moves = (tick: number): string[] => [
  `update heartbeats set seen_at = now()`,
  `update runs set pages = pages + 1, records = records + 250, changed = changed + 7, lease_until = now() + interval '1 minute'
   where state = 'running'`,
  `insert into runs (id, connection_id, stream, kind, trigger, state)
   select 'run_live_${tick}', connection_id, stream, 'incremental', 'schedule', 'queued' from runs where id = ${OLDEST}`,
  tick % 5 === 4
    ? `update runs set state = 'failed', finished_at = now(), failure_kind = 'transient', failure = 'the platform answered 500',
         fingerprint = '0000000000000007' where id = ${OLDEST}`
    : `update runs set state = 'succeeded', finished_at = now() where id = ${OLDEST}`,
  ...(tick % 5 === 4
    ? [`update failures set last_seen_at = now(), count = count + 1 where fingerprint = '0000000000000007'`]
    : []),
  `update runs set state = 'running', attempt = 1, worker = 'bench-1', started_at = now(), lease_until = now() + interval '1 minute'
   where id = 'run_live_${tick}'`,
];

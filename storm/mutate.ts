import { setTimeout as wait } from 'node:timers/promises';
import { streamOf } from '#catalog';
import { days, earlier } from '#kernel';
import { openQueues } from '#queue';
import { planBackfill } from '#sync';
import { findBackfill, insertBackfill, warehouseTables, type ConnectionRow } from '#warehouse';
import { beginAudit, findings, losses } from './audit.js';
import { runStorm, type StormResult } from './driver.js';
import { LEASE_MS, type Field } from './field.js';
import type { Asked } from './index.js';
import { MUTATIONS, type Mutation } from './mutations.js';
import { makeTestBuild } from './test-build.js';

/*
 * `npm run storm -- --mutate [NAME …]`: storms of a minute against products that lack one promise each. The storm is worth
 * something where it turns red for at least four seeds of five, and stays green for the product as it is.
 */

const SEEDS = 5;
const ENOUGH = 4;
const MINUTES = 1;
/** A sound product takes a minute or two until all is compared; one that never gets quiet again is not waited for longer. */
const QUIET_MS = 300_000;

export async function mutate({ servers, rest, seed, say }: Asked): Promise<number> {
  const chosen = MUTATIONS.filter(({ name }) => rest.length === 0 || rest.includes(name));
  if (chosen.length === 0) {
    say(`unknown: ${rest.join(', ')}; known: ${MUTATIONS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const rows: string[] = [];
  let missed = 0;
  for (const mutation of chosen) {
    const build = makeTestBuild({ patches: mutation.patches });
    try {
      const control = await storm(mutation, seed, undefined);
      const red: number[] = [];
      for (let i = 0; i < SEEDS; i++) {
        const said = await storm(mutation, seed + i, build.root);
        if (said.length > 0) red.push(seed + i);
      }
      const caught = red.length >= ENOUGH && control.length === 0;
      if (!caught) missed += 1;
      rows.push(
        `| ${mutation.name} | ${mutation.off} | ${String(red.length)} of ${String(SEEDS)} | ${control.length === 0 ? 'green' : 'RED'} | ${caught ? 'caught' : 'MISSED'} |`,
      );
    } finally {
      build.remove();
    }
  }
  say('| mutation | what is off | red | the product itself | |\n|---|---|---|---|---|');
  rows.forEach((row) => say(row));
  return missed === 0 ? 0 : 1;

  async function storm(mutation: Mutation, number: number, root: string | undefined): Promise<string[]> {
    const what = `${root === undefined ? 'the product itself' : `without ${mutation.name}`}, seed ${String(number)}`;
    say(`${what} …`);
    const result = await runStorm({
      seed: number,
      minutes: MINUTES,
      shape: 'short',
      servers,
      plan: mutation.plan({ seed: number, lengthMs: MINUTES * 60_000, leaseMs: LEASE_MS }),
      ...(root === undefined ? {} : { root }),
      ...(mutation.field ? { field: mutation.field } : {}),
      quietMs: QUIET_MS,
      watch: (field, over) => watch(mutation, field, over),
      say: () => undefined,
    });
    const said = complaintsOf(result);
    say(
      `${what}: ${said.length === 0 ? 'green' : `red: ${said[0]!}`} (${String(Math.round(result.tookMs / 1000))} s)`,
    );
    return said;
  }
}

/** Begins what goes on beside the storm; the answer tells what must never have happened and did. */
async function watch(
  { lists, backfills }: Mutation,
  field: Field,
  over: AbortSignal,
): Promise<() => Promise<string[]>> {
  const { warehouse, sandbox, connections } = field;
  await beginAudit(warehouse, warehouseTables);
  if (lists !== undefined)
    for (const { name } of connections)
      await sandbox.knobs({ account: name, lie: { stream: 'orders', pages: lists } });
  const stop = AbortSignal.any([over, AbortSignal.timeout(MINUTES * 60_000)]);
  const beside = backfills ? backfillAll(field, stop) : Promise.resolve();
  // Told when it is asked for, not before.
  beside.catch(() => undefined);
  return async () => {
    await beside;
    return [...(await findings(warehouse)), ...(await losses(warehouse))];
  };
}

/** Past ranges of every account's orders, again and again. */
async function backfillAll(
  { warehouse, servers, queuePrefix, connections }: Field,
  stop: AbortSignal,
): Promise<void> {
  const queues = openQueues({
    store: { kind: 'redis', url: servers.redis.url, prefix: queuePrefix },
    platforms: ['shopify'],
    onError: () => undefined,
  });
  const stream = streamOf('shopify.orders');
  const one = async (connection: ConnectionRow): Promise<void> => {
    while (!stop.aborted) {
      const now = new Date();
      const from = earlier(now, days(120));
      const plan = { stream, from, to: now, slices: 'month', parallel: 3 } as const;
      const { id, slices } = await insertBackfill(
        warehouse,
        {
          connectionId: connection.id,
          stream: stream.name,
          from,
          to: now,
          slice: 'month',
          parallel: plan.parallel,
          requestedBy: 'storm',
          windows: planBackfill(plan, now),
        },
        now,
      );
      const runIds = slices.map((slice) => slice.id);
      await queues.addBackfill('shopify', {
        ...plan,
        id,
        stream: stream.name,
        connection: connection.name,
        runIds,
      });
      while (!stop.aborted && (await findBackfill(warehouse, id, new Date())).state === 'running')
        await wait(100, undefined, { signal: stop }).catch(() => undefined);
    }
  };
  await Promise.all(connections.map(one));
  await queues.close();
}

/** What speaks against the product; what a storm of one kind of fault alone need not meet is no matter here. */
const complaintsOf = ({ differences, complaints }: StormResult): string[] => [
  ...complaints,
  ...differences.map((one) => `${one.table} ${one.sourceId} ${one.what}`),
];

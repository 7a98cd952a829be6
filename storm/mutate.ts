import { setTimeout as wait } from 'node:timers/promises';
import { streamOf } from '#catalog';
import { days, earlier } from '#kernel';
import { openQueues } from '#queue';
import { planBackfill } from '#sync';
import { findBackfill, insertBackfill, warehouseTables, type ConnectionRow } from '#warehouse';
import { beginAudit, bugs, findings, losses } from './audit.js';
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
/** What a sound product may take until all is compared. */
const QUIET_MS = 300_000;
/** A product that takes so many times as long as the sound one did is not waited for any longer; the least that is waited. */
const PATIENCE = { times: 2, leastMs: 90_000 };

export async function mutate({ servers, rest, seed, seeds: count, say }: Asked): Promise<number> {
  const everySeed = rest.includes('--controls');
  const names = rest.filter((word) => word !== '--controls');
  const chosen = MUTATIONS.filter(({ name }) => names.length === 0 || names.includes(name));
  if (chosen.length === 0) {
    say(`unknown: ${names.join(', ')}; known: ${MUTATIONS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  const seeds = Array.from({ length: count ?? SEEDS }, (_, i) => seed + i);
  const rows: string[] = [];
  let missed = 0;
  let quietMs = QUIET_MS;
  for (const mutation of chosen) {
    const build = makeTestBuild({ patches: mutation.patches });
    try {
      const red: number[] = [];
      const soundRed: number[] = [];
      for (const number of seeds) {
        // Told apart by nothing but the mutation: the same seed, the same plan, the same shops.
        const sound =
          number === seed || everySeed ? await storm(mutation, number, { quietMs: QUIET_MS }) : undefined;
        if (sound && sound.said.length > 0) soundRed.push(number);
        if (sound) quietMs = Math.max(PATIENCE.leastMs, PATIENCE.times * sound.quietMs);
        const mutant = await storm(mutation, number, { quietMs, root: build.root });
        if (mutant.said.length > 0) red.push(number);
      }
      const caught = red.length >= Math.min(ENOUGH, seeds.length) && soundRed.length === 0;
      if (!caught) missed += 1;
      const asked = everySeed ? seeds.length : 1;
      rows.push(
        `| ${mutation.name} | ${mutation.off} | ${String(red.length)} of ${String(seeds.length)} | ${String(asked - soundRed.length)} of ${String(asked)} | ${caught ? 'caught' : 'MISSED'} |`,
      );
    } finally {
      build.remove();
    }
  }
  say('| mutation | what is off | red without it | green with it | |\n|---|---|---|---|---|');
  rows.forEach((row) => say(row));
  return missed === 0 ? 0 : 1;

  async function storm(
    mutation: Mutation,
    number: number,
    product: { readonly quietMs: number; readonly root?: string },
  ): Promise<{ said: string[]; quietMs: number }> {
    const what = `${product.root === undefined ? 'the product itself' : `without ${mutation.name}`}, seed ${String(number)}`;
    say(`${what} …`);
    const result = await runStorm({
      seed: number,
      minutes: MINUTES,
      shape: 'short',
      servers,
      plan: mutation.plan({ seed: number, lengthMs: MINUTES * 60_000, leaseMs: LEASE_MS }),
      ...product,
      field: { mixed: false, ...mutation.field },
      ...(mutation.env ? { env: mutation.env } : {}),
      hasty: true,
      watch: (field, over) => watch(mutation, field, over),
      say: () => undefined,
    });
    const said = complaintsOf(result);
    const met = Object.entries(result.met).flatMap(([name, n]) => (n > 0 ? [`${name} ${String(n)}`] : []));
    say(
      `${what}: ${said.length === 0 ? `green; met ${met.join(', ')}` : `red: ${said[0]!}`} (${String(Math.round(result.tookMs / 1000))} s)`,
    );
    return { said, quietMs: result.quietMs };
  }
}

const LOOKS = { writes: findings, losses, bugs } as const;

/** Begins what goes on beside the storm; the answer tells what must never have happened and did. */
async function watch(
  { lists, backfills, watched }: Mutation,
  field: Field,
  over: AbortSignal,
): Promise<() => Promise<string[]>> {
  const { warehouse, sandbox, connections } = field;
  await beginAudit(warehouse, warehouseTables);
  if (lists !== undefined)
    for (const { name } of connections)
      await sandbox.knobs({ account: name, lie: { stream: 'orders', pages: lists } });
  const stop = AbortSignal.any([over, AbortSignal.timeout(MINUTES * 60_000)]);
  const beside = backfills === undefined ? Promise.resolve() : backfillAll(field, backfills, stop);
  // Told when it is asked for, not before.
  beside.catch(() => undefined);
  return async () => {
    if (stop.aborted) await beside;
    const said = [];
    for (const what of watched) said.push(...(await LOOKS[what](warehouse)));
    return said;
  };
}

/** Past ranges of every account's stream, again and again. */
async function backfillAll(
  { warehouse, servers, queuePrefix, connections }: Field,
  name: string,
  stop: AbortSignal,
): Promise<void> {
  const queues = openQueues({
    store: { kind: 'redis', url: servers.redis.url, prefix: queuePrefix },
    platforms: [streamOf(name).platform],
    onError: () => undefined,
  });
  const stream = streamOf(name);
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
      await queues.addBackfill(stream.platform, {
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
  try {
    await Promise.all(connections.map(one));
  } finally {
    await queues.close();
  }
}

/** What speaks against the product; what a storm of one kind of fault alone need not meet is no matter here. */
const complaintsOf = ({ differences, complaints }: StormResult): string[] => [
  ...complaints,
  ...differences.map((one) => `${one.table} ${one.sourceId} ${one.what}`),
];

import { setTimeout as after } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { compareAccount, type Truth } from './compare.js';
import { planEdits } from './edits.js';
import { accountsOf, closingAll, openField, type Field } from './field.js';
import type { Asked } from './index.js';
import { NETWORK_FAULTS, type NetworkFault } from './network-plan.js';
import { settled } from './quiet.js';

const CONNECTIONS = 8;
const EDITS_A_SECOND = 5;
/** A query that Postgres leaves unanswered is given up after two minutes. */
const WHOLE_WITHIN_MS = 5 * 60_000;

const OPTIONS = z.object({
  /** How long each fault lasts. */
  seconds: z.coerce.number().positive().default(20),
  /** Only faults whose name holds this: `blackhole`, `redis up`. */
  only: z.string().default(''),
});

/** What became of one fault. */
export interface Outcome {
  readonly fault: string;
  readonly verdict: 'green' | 'red';
  /** How often the weather did something. */
  readonly struck: number;
  readonly edits: number;
  /** Runs that ended well while it lasted. */
  readonly runs: number;
  readonly rowsCompared: number;
  readonly differences: number;
  /** From the end of the fault until every stream was read and compared. */
  readonly wholeAfterMs: number;
  readonly complaints: readonly string[];
}

/**
 * `--network [--seconds N] [--only TEXT]`: every fault of the network, one after another on one running product, while
 * its shops are edited. After each, the tables must hold what the shops hold.
 */
export async function network(asked: Asked): Promise<number> {
  const { values } = parseArgs({
    args: [...asked.rest],
    options: { seconds: { type: 'string' }, only: { type: 'string' } },
  });
  const { seconds, only } = OPTIONS.parse(values);
  const faults = NETWORK_FAULTS.filter(({ name }) => name.includes(only));
  const outcomes = await closingAll(async (closing) => {
    const field = await openField({ ...asked, connections: CONNECTIONS, orders: 30, every: '10s' }, closing);
    // It is the network that is measured: nobody waits for a quota.
    for (const { name } of field.connections) await field.sandbox.knobs({ account: name, plan: 'sandbox' });
    const first = await whole(field);
    if (first.complaints.length > 0)
      throw new Error(`not whole in fair weather: ${first.complaints.join('; ')}`);
    const done: Outcome[] = [];
    for (const [i, fault] of faults.entries()) {
      const outcome = await strike(field, fault, seconds * 1000, asked.seed * 100 + i);
      done.push(outcome);
      asked.say(line(outcome));
    }
    field.crew.leave();
    return done;
  });
  asked.say(markdown(outcomes, seconds));
  asked.say(JSON.stringify({ network: outcomes, seconds, seed: asked.seed }));
  return outcomes.length > 0 && outcomes.every(({ verdict }) => verdict === 'green') ? 0 : 1;
}

async function strike(field: Field, fault: NetworkFault, lengthMs: number, seed: number): Promise<Outcome> {
  const { links, crew, warehouse } = field;
  const before = crew.complaints.length;
  const edits = planEdits({ seed, lengthMs, aSecond: EDITS_A_SECOND, accounts: await accountsOf(field) });
  const startedAt = new Date();
  links.set(null, fault.target, fault.direction, fault.weather);
  const [made] = await Promise.all([edit(field, edits), after(lengthMs)]);
  const struck = links.struck(fault.target, fault.direction);
  links.set(null, fault.target, fault.direction, null);
  const overAt = new Date();
  const { rowsCompared, differences, complaints, ms } = await whole(field);
  const [runs] = await warehouse.query<{ n: number }>(
    `select count(*)::int as n from runs where state = 'succeeded' and finished_at between $1 and $2`,
    [startedAt, overAt],
  );
  const said = [
    ...complaints,
    ...crew.complaints.slice(before),
    ...(struck === 0 ? ['the weather never met a byte'] : []),
  ];
  return {
    fault: fault.name,
    verdict: said.length === 0 ? 'green' : 'red',
    struck,
    edits: made,
    runs: runs?.n ?? 0,
    rowsCompared,
    differences,
    wholeAfterMs: ms,
    complaints: said,
  };
}

async function truths({ connections, sandbox }: Field): Promise<Map<string, Truth>> {
  const all = new Map<string, Truth>();
  for (const { name } of connections) all.set(name, await sandbox.rows(name));
  return all;
}

async function edit({ sandbox }: Field, edits: ReturnType<typeof planEdits>): Promise<number> {
  const startedAt = performance.now();
  let made = 0;
  for (const one of edits) {
    await after(Math.max(0, startedAt + one.atMs - performance.now()));
    if (await sandbox.edit(one)) made += 1;
  }
  return made;
}

interface Whole {
  readonly rowsCompared: number;
  readonly differences: number;
  readonly complaints: readonly string[];
  readonly ms: number;
}

/** Waits until every stream was read, and compared by its ids, and compares the tables with the truth. */
async function whole(field: Field): Promise<Whole> {
  const { warehouse, connections } = field;
  const began = performance.now();
  const shops = await truths(field);
  const complaints = await settled({ ...field, deadlineMs: WHOLE_WITHIN_MS });
  const ms = Math.round(performance.now() - began);
  let rowsCompared = 0;
  let differences = 0;
  for (const connection of connections) {
    const found = await compareAccount(warehouse, connection, shops.get(connection.name)!);
    rowsCompared += Object.values(found.rows).reduce((total, n) => total + n, 0);
    differences += found.differences.length;
    const [first] = found.differences;
    if (first)
      complaints.push(
        `${first.connection} ${first.table} ${first.sourceId}: ${first.what} ${JSON.stringify(first.columns)}`,
      );
  }
  return { rowsCompared, differences, complaints, ms };
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

const line = (one: Outcome): string =>
  `${one.verdict} ${one.fault}: struck ${String(one.struck)} times, ${String(one.edits)} edits, ${String(one.runs)} runs meanwhile; whole ${seconds(one.wholeAfterMs)} s after, ${String(one.rowsCompared)} rows compared, ${String(one.differences)} differences${one.complaints.map((said) => `; ${said}`).join('')}`;

function markdown(outcomes: readonly Outcome[], lasted: number): string {
  const head = [
    'fault',
    'verdict',
    'struck',
    'edits',
    'runs meanwhile',
    'rows compared',
    'differences',
    'whole after',
  ];
  const rows = outcomes.map((one) => [
    one.fault,
    one.verdict,
    one.struck,
    one.edits,
    one.runs,
    one.rowsCompared,
    one.differences,
    `${seconds(one.wholeAfterMs)} s`,
  ]);
  return [
    `Each fault lasted ${String(lasted)} s.`,
    '',
    ...[head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}

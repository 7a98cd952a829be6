import type { StormResult } from './driver.js';
import { told } from './faults.js';
import { countFaults } from './plan.js';

/** What a storm ends with, for people: the verdict, what went wrong, and the first difference whole. */
export function summary(result: StormResult): string {
  const { met, unmet, complaints, differences, compared } = result;
  const rows = Object.values(compared).reduce((total, n) => total + n, 0);
  return [
    `${result.verdict}: seed ${String(result.seed)}, ${String(result.minutes)} min, ${String(result.connections)} connections, ${String(rows)} rows compared, ${String(differences.length)} differences; ${String(result.edits.made)} edits while reading; quiet after ${seconds(result.quietMs)}, ${seconds(result.tookMs)} in all`,
    `struck: ${pairs(struckOf(result))}`,
    `met: ${pairs(met)}`,
    ...unmet.map((name) => `never met: ${name}`),
    ...complaints,
    ...(differences[0] ? [`first difference: ${first(differences[0])}`] : []),
  ].join('\n');
}

/** How often each fault really struck. */
const struckOf = ({ done }: StormResult): Record<string, number> =>
  countFaults(done.filter(({ hit }) => hit).map(({ fault }) => fault));

const pairs = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, n]) => `${name} ${String(n)}`)
    .join(', ');

const seconds = (ms: number): string => `${(ms / 1000).toFixed(0)} s`;

function first({
  connection,
  table,
  sourceId,
  what,
  columns,
  writtenBy,
}: StormResult['differences'][number]): string {
  const values = Object.entries(columns).map(
    ([name, { truth, warehouse }]) =>
      `${name} is ${JSON.stringify(warehouse)} and should be ${JSON.stringify(truth)}`,
  );
  return `${what} in ${table} of ${connection}${sourceId === '' ? '' : `, source id ${sourceId}`}${
    values.length > 0 ? `: ${values.join(', ')}` : ''
  }${writtenBy === null ? '' : `; written by ${writtenBy}`}`;
}

/** The page that is kept: one line a seed, then each seed's faults and what it met. */
export function markdown(results: readonly StormResult[], at: Date): string {
  const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
    [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  const kinds = [...new Set(results.flatMap((result) => Object.keys(struckOf(result))))].sort();
  const met = [...new Set(results.flatMap((result) => Object.keys(result.met)))];
  const rows = ({ compared }: StormResult): number =>
    Object.values(compared).reduce((total, n) => total + n, 0);
  return `${[
    '# The last long storm',
    `Run on ${at.toISOString().slice(0, 10)} by \`npm run storm\`; how it works is told in [storm.md](storm.md).`,
    table(
      ['seed', 'minutes', 'verdict', 'rows compared', 'differences', 'edits', 'quiet after', 'took'],
      results.map((result) => [
        result.seed,
        result.minutes,
        result.verdict,
        rows(result),
        result.differences.length,
        result.edits.made,
        seconds(result.quietMs),
        seconds(result.tookMs),
      ]),
    ),
    '## How often each fault struck',
    table(
      ['fault', ...results.map(({ seed }) => `seed ${String(seed)}`)],
      kinds.map((kind) => [kind, ...results.map((result) => struckOf(result)[kind] ?? 0)]),
    ),
    '## How often each was met that a storm must meet',
    table(
      ['met', ...results.map(({ seed }) => `seed ${String(seed)}`)],
      met.map((name) => [name, ...results.map((result) => result.met[name] ?? 0)]),
    ),
    ...results
      .filter(({ verdict }) => verdict === 'red')
      .map((result) => `## Seed ${String(result.seed)} is red\n\n\`\`\`\n${summary(result)}\n\`\`\``),
  ].join('\n\n')}\n`;
}

/** The plan as it is printed before a storm. */
export const planLines = (plan: StormResult['plan']): string[] =>
  plan.map(({ atMs, fault }) => `${(atMs / 1000).toFixed(2).padStart(7)} s  ${told(fault)}`);

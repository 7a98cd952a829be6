import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { runStorm, type StormResult } from './driver.js';
import { PLAN } from './faults.js';
import { markdown, planLines, summary } from './report.js';
import type { Servers } from './servers.js';

/** What every way to run a storm is given. */
export interface Asked {
  readonly seed: number;
  /** How many seeds from it on, where somebody said. */
  readonly seeds?: number;
  readonly minutes: number;
  /** What follows the way's own name and is none of the common options. */
  readonly rest: readonly string[];
  readonly servers: Servers;
  readonly say: (line: string) => void;
}

/** Answers the exit code. */
type Way = (asked: Asked) => Promise<number>;

/** One file each; without any of them it is the storm itself. */
const WAYS: Readonly<Record<string, () => Promise<Way>>> = {
  '--network': async () => (await import('./network.js')).network,
  '--lateness': async () => (await import('./lateness.js')).lateness,
  '--restarts': async () => (await import('./restarts.js')).restarts,
  '--takeover': async () => (await import('./takeover.js')).takeover,
  '--crash-points': async () => (await import('./crash-points.js')).crashPoints,
  '--mutate': async () => (await import('./mutate.js')).mutate,
};

const USAGE = `npm run storm -- [--seed S] [--seeds N] [--minutes M] [--short] [--plan FILE] [--report FILE]${Object.keys(
  WAYS,
)
  .map((way) => ` | ${way}`)
  .join('')}`;

const OPTIONS = z.object({
  /** The first seed, and how many from it on. */
  seed: z.coerce.number().int().default(1),
  seeds: z.coerce.number().int().positive().optional(),
  minutes: z.coerce.number().positive().optional(),
  /** Smaller shops, and more of everything a minute. */
  short: z.boolean().default(false),
  /** A file with a plan as JSON, as a report beside the page holds it. */
  plan: z.string().optional(),
  /** Where the page goes; its figures as JSON go beside it. */
  report: z.string().optional(),
});

/** Reads the arguments and runs what they ask for; answers the exit code. */
export async function main(args: readonly string[], servers: Servers): Promise<number> {
  const say = (line: string): void => console.log(line);
  const way = args.find((name) => name in WAYS);
  let options: z.output<typeof OPTIONS>;
  let rest: string[];
  try {
    const { values, tokens } = parseArgs({
      args: args.filter((name) => name !== way),
      options: {
        seed: { type: 'string' },
        seeds: { type: 'string' },
        minutes: { type: 'string' },
        short: { type: 'boolean' },
        plan: { type: 'string' },
        report: { type: 'string' },
      },
      allowPositionals: way !== undefined,
      strict: way === undefined,
      tokens: true,
    });
    options = OPTIONS.parse(values);
    const known = new Set(Object.keys(OPTIONS.shape));
    // In their order: a value that no option here takes looks like a word of its own.
    rest = tokens.flatMap((token) => {
      if (token.kind === 'positional') return [token.value];
      if (token.kind !== 'option' || known.has(token.name)) return [];
      return token.value === undefined ? [token.rawName] : [token.rawName, token.value];
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\nusage: ${USAGE}`);
    return 2;
  }
  const minutes = options.minutes ?? (options.short ? 1 : 10);
  if (way !== undefined) {
    const { seed, seeds } = options;
    return (await WAYS[way]!())({
      seed,
      ...(seeds === undefined ? {} : { seeds }),
      minutes,
      rest,
      servers,
      say,
    });
  }
  const plan =
    options.plan === undefined ? undefined : PLAN.parse(JSON.parse(readFileSync(options.plan, 'utf8')));
  const results: StormResult[] = [];
  for (let seed = options.seed; seed < options.seed + (options.seeds ?? 1); seed++) {
    const result = await runStorm({
      seed,
      minutes,
      shape: options.short ? 'short' : 'long',
      ...(plan === undefined ? {} : { plan }),
      servers,
      say,
      planned: (all) => planLines(all).forEach(say),
    });
    results.push(result);
    say(summary(result));
    if (options.report !== undefined) write(options.report, results);
  }
  return results.every(({ verdict }) => verdict === 'green') ? 0 : 1;
}

/** After each seed, so that one that is stopped leaves what was measured. */
function write(file: string, results: readonly StormResult[]): void {
  writeFileSync(file, markdown(results, new Date()));
  writeFileSync(file.replace(/(\.md)?$/, '.json'), `${JSON.stringify(results, null, 1)}\n`);
}

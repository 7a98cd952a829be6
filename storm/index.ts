import type { Servers } from './servers.js';

/** What every way to run a storm is given. */
export interface Asked {
  readonly seed: number;
  readonly minutes: number;
  /** What follows the way's own name and is none of the common options. */
  readonly rest: readonly string[];
  readonly servers: Servers;
  readonly say: (line: string) => void;
}

/** Answers the exit code. */
type Way = (asked: Asked) => Promise<number>;

/** One file each; without any of them it is the storm itself. */
const WAYS: Readonly<Record<string, () => Promise<Way>>> = {};

export const USAGE = `npm run storm -- [--seed S] [--minutes M] [--plan P]${Object.keys(WAYS)
  .map((way) => ` | ${way}`)
  .join('')}`;

/** Reads the arguments and runs what they ask for; answers the exit code. */
export async function main(args: readonly string[], servers: Servers): Promise<number> {
  const say = (line: string): void => console.log(line);
  const rest: string[] = [];
  const given = { '--seed': 1, '--minutes': 10 };
  for (let i = 0; i < args.length; i++) {
    const name = args[i]!;
    if (name in given) given[name as keyof typeof given] = Number(args[++i]);
    else rest.push(name);
  }
  const asked = { seed: given['--seed'], minutes: given['--minutes'], servers, say };
  const way = rest.find((name) => name in WAYS);
  if (!Number.isInteger(asked.seed) || !(asked.minutes > 0) || way === undefined) {
    console.error(`usage: ${USAGE}`);
    return 2;
  }
  return (await WAYS[way]!())({ ...asked, rest: rest.filter((name) => name !== way) });
}

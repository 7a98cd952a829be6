import type { Call, Reply, Simulator } from '../apps/sandbox/simulator.js';

/** What is wrong with a call or with its reply by the platform's own description of both; empty where nothing is. */
export type Description = (call: Call, reply: Reply) => readonly string[];

/** Looks at all that a simulator is asked and answers, before the sandbox's weather is upon it. */
export interface Witness {
  /** How many calls of each operation were looked at. */
  readonly seen: ReadonlyMap<string, number>;
  readonly wrong: readonly string[];
  /** To be false while records are broken on purpose. */
  heeds: boolean;
}

/** Of many alike the first few say enough. */
const MOST = 20;

/** From now on every call that the simulator is given, and each answer, is held to the description, where there is one. */
export function witness(simulator: Pick<Simulator, 'handle'>, describe: Description = () => []): Witness {
  const seen = new Map<string, number>();
  const wrong: string[] = [];
  const at: Witness = { seen, wrong, heeds: true };
  const handle = simulator.handle.bind(simulator);
  simulator.handle = async (call) => {
    const reply = await handle(call);
    const { operation } = reply.note;
    seen.set(operation, (seen.get(operation) ?? 0) + 1);
    if (at.heeds && wrong.length < MOST)
      wrong.push(...describe(call, reply).map((said) => `${operation} (${reply.status}): ${said}`));
    return reply;
  };
  return at;
}

/** A reply's body as the JSON that it is; throws where it is none. */
export const jsonOf = ({ body }: Reply): unknown => JSON.parse(body.toString());

/** A call's query by name; a name that comes twice is its last. */
export const queryOf = ({ query }: Call): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(query));

/** What an object holds that is not among the names, and what it lacks of those that it needs. */
export function wrongNames(value: unknown, names: readonly string[], needed = names): string[] {
  if (typeof value !== 'object' || value === null) return [`${JSON.stringify(value)} is no object`];
  return [
    ...Object.keys(value).flatMap((name) => (names.includes(name) ? [] : [`.${name}: not described`])),
    ...needed.flatMap((name) => (name in value ? [] : [`.${name}: missing`])),
  ];
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { ROOT } from './imports.js';

/*
 * A connector is data and pure functions: the engine alone turns pages, waits, tries again and locks. So its files hold
 * no statement that repeats, nothing that waits, and no word of timers or locks; its simulator and tests may.
 */

const CONNECTORS = 'libs/connectors';

const files = readdirSync(join(ROOT, CONNECTORS), { recursive: true, encoding: 'utf8' })
  .map((path) => `${CONNECTORS}/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|\/(?:simulator|testing)\//.test(path));

const TIMERS = /^(?:setTimeout|setInterval|setImmediate|queueMicrotask|Promise|Mutex|Semaphore|Worker)$/;

const LOOP = /^(?:For|ForIn|ForOf|While|DoWhile)Statement$/;
const WAIT = /^(?:Await|Yield)Expression$/;

interface Node {
  readonly type: string;
  readonly start: number;
  readonly name?: unknown;
  readonly async?: unknown;
}

function whatIs({ type, name, async }: Node): string | undefined {
  if (LOOP.test(type)) return 'a loop';
  if (WAIT.test(type)) return 'a wait';
  if (async === true) return 'a function that waits';
  return type === 'Identifier' && TIMERS.test(String(name)) ? String(name) : undefined;
}

/** Every node below and with this one. */
function nodesOf(value: unknown): Node[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'type' in value && typeof value.type === 'string' ? [value as Node] : [];
  return [...own, ...Object.values(value).flatMap(nodesOf)];
}

/** `path:line a loop`, for everything that is the engine's. */
function engineWork(path: string, text: string): string[] {
  const { program, errors } = parseSync(path, text);
  if (errors[0]) throw new Error(`${path} does not parse: ${errors[0].message}`);
  return nodesOf(program).flatMap((node) => {
    const what = whatIs(node);
    return what === undefined ? [] : [`${path}:${text.slice(0, node.start).split('\n').length} ${what}`];
  });
}

describe('connectors', () => {
  it('hold nothing that repeats, waits or locks', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.flatMap((path) => engineWork(path, readFileSync(join(ROOT, path), 'utf8')))).toEqual([]);
  });

  it.each([
    ['for (const one of all) see(one);', 'a loop'],
    ['while (more()) next();', 'a loop'],
    ['do next(); while (more());', 'a loop'],
    ['export async function read() {}', 'a function that waits'],
    ['const page = await read();', 'a wait'],
    ['setTimeout(again, 1000);', 'setTimeout'],
    ['const both = Promise.all(pages);', 'Promise'],
  ])('are told of %s', (text, what) => {
    expect(engineWork('libs/connectors/xero/a.ts', text)).toContain(`libs/connectors/xero/a.ts:1 ${what}`);
  });

  it('have streams of a screen each: the median file is under 60 lines', () => {
    const lengths = files
      .filter((path) => path.includes('/streams/'))
      .map((path) => readFileSync(join(ROOT, path), 'utf8').trimEnd().split('\n').length)
      .sort((a, b) => a - b);
    expect(lengths.length).toBeGreaterThanOrEqual(28);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(60);
  });
});

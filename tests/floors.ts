import { target, type SourceFile } from './imports.js';

const FLOORS: Readonly<Record<string, number>> = {
  kernel: 0,
  telemetry: 1,
  shop: 1,
  warehouse: 2,
  queue: 2,
  http: 2,
  sync: 3,
  finance: 4,
  alerts: 4,
  writeback: 4,
  catalog: 5,
};
const CONNECTORS = 4;
const APPS = 6;

/** They run the whole product, and may look at all of it. */
const MEASURES = ['bench', 'storm'];

/** What a connector may take from us; everything else is the engine's. */
const FOR_CONNECTORS = ['libs/kernel/index.ts', 'libs/sync/index.ts', 'libs/warehouse/tables/index.ts'];

/** Side entrances of a lib, besides its index.ts. */
const ENTRANCES = /^libs\/(?:[^/]+|warehouse\/tables|connectors\/[^/]+(?:\/simulator)?)\/index\.ts$/;

const isTest = (path: string): boolean =>
  /\.test(?:-d)?\.ts$/.test(path) ||
  path.startsWith('tests/') ||
  /\/(?:testing|contract|hostile)\//.test(path);

/** The lib, connector, app or other top folder that a file belongs to. */
function unitOf(path: string): string {
  const [top = '', second = '', third = ''] = path.split('/');
  if (top === 'libs') return second === 'connectors' ? `libs/connectors/${third}` : `libs/${second}`;
  return top === 'apps' ? `apps/${second}` : top;
}

function floorOf(unit: string): number {
  const [top, name = ''] = unit.split('/');
  if (top === 'migrations') return 2;
  if (top !== 'libs') return APPS;
  return name === 'connectors' ? CONNECTORS : (FLOORS[name] ?? APPS);
}

/** They hold data and pure functions, of which nothing may depend on the moment of the call. */
const isPure = (path: string): boolean => /^libs\/(?:kernel|connectors)\//.test(path) && !isTest(path);

/** One sentence for every import that goes where it may not, and for what a file may not read or offer. */
export function climbs(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => [
    ...file.imports.flatMap(({ specifier, line }) => {
      const to = target(file.path, specifier);
      const complaint = to === undefined ? undefined : complaintAbout(file.path, specifier, to);
      return complaint ? [`${file.path}:${line} ${complaint}`] : packageComplaint(file.path, specifier, line);
    }),
    ...at(
      file,
      file.path.startsWith('libs/') && !isTest(file.path) ? file.environment : [],
      'reads process.env; only config/env.ts does: take the value as an argument',
    ),
    ...at(
      file,
      isPure(file.path) ? file.clock : [],
      'reads the clock; this code is pure: take the time as an argument (now: Date)',
    ),
    ...at(
      file,
      file.exportsOfAll,
      'exports all of another module; re-export by name, so that what a lib offers can be read in its index.ts',
    ),
  ]);
}

const at = ({ path }: SourceFile, lines: readonly number[], complaint: string): string[] =>
  lines.map((line) => `${path}:${line} ${complaint}`);

function complaintAbout(from: string, specifier: string, to: string): string | undefined {
  const [here, there] = [unitOf(from), unitOf(to)];
  const inSimulator = /^libs\/connectors\/[^/]+\/simulator\//;
  const leavesForSimulator = inSimulator.test(to) && !inSimulator.test(from);
  if (leavesForSimulator && !isTest(from) && here !== 'apps/sandbox' && !MEASURES.includes(here)) {
    return `imports ${specifier}; a simulator is for apps/sandbox, bench, storm and tests alone`;
  }
  if (here === there) return undefined;
  if (isTest(from)) {
    // Tests may look anywhere below, and at the plumbing in tests/, but a lib's files stay its own.
    if (there === 'tests' || here === 'tests') return undefined;
  } else if (there === 'tests' && here !== 'storm') {
    return `imports ${specifier}; only tests and the storm do`;
  }
  if (there === 'config') {
    return here.startsWith('apps/') || MEASURES.includes(here) || here === 'scripts' || isTest(from)
      ? undefined
      : `imports ${specifier}; configuration is parsed in apps and handed down as plain values`;
  }
  if (
    there.startsWith('apps/') &&
    !here.startsWith('apps/') &&
    ![...MEASURES, 'examples'].includes(here) &&
    !isTest(from)
  ) {
    return `imports ${specifier}; nothing below the apps knows an app`;
  }
  if (there.startsWith('libs/') && !ENTRANCES.test(to)) {
    return `imports ${specifier}; cross into ${there} through its index.ts (#${there.slice('libs/'.length)})`;
  }
  if (there === 'libs/shop' && here.startsWith('libs/') && !inSimulator.test(from) && !isTest(from))
    return `imports ${specifier}; the made-up shop is for simulators alone`;
  if (here.startsWith('libs/connectors/') && !isTest(from) && there !== 'libs/shop')
    return connectorComplaint(specifier, to, there);
  const [low, high] = [floorOf(here), floorOf(there)];
  if (high > low && !isTest(from)) {
    return `climbs from floor ${low} (${here}) to floor ${high} (${there}) by importing ${specifier}; imports only go down`;
  }
  const neighbours =
    low === high && low === CONNECTORS && there.startsWith('libs/') && here.startsWith('libs/');
  if (neighbours && !isTest(from))
    return `imports its neighbour ${there}; floor ${low} holds no import sideways`;
  return undefined;
}

function connectorComplaint(specifier: string, to: string, there: string): string | undefined {
  if (FOR_CONNECTORS.includes(to)) return undefined;
  if (there.startsWith('libs/connectors/')) return `imports ${specifier}; connectors never import each other`;
  return `imports ${specifier}; a connector takes only #kernel, #sync and #warehouse/tables from us`;
}

const ENGINE_PACKAGES = /^(?:typeorm|bullmq|bottleneck|ioredis|axios|axios-retry|pg|express)$/;

function packageComplaint(path: string, specifier: string, line: number): string[] {
  const connector = path.startsWith('libs/connectors/') && !path.includes('/simulator') && !isTest(path);
  return connector && ENGINE_PACKAGES.test(specifier)
    ? [
        `${path}:${line} imports ${specifier}; a connector holds data and pure functions, the engine holds every door`,
      ]
    : [];
}

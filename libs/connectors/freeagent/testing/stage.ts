import { NO_PARENT, type CallSpec, type Parent, type Place, type Stream, type Window } from '#sync';
import { DEMO_ACCESS, FreeAgentSimulator } from '#simulators/freeagent';
import { freeagent } from '../platform.js';
import { exactly } from './fixture.js';
import { tradeOf } from './trade.js';

type Reply = Parameters<typeof freeagent.meter>[0];

export const NOW = new Date('2026-11-21T10:00:00Z');
export const settings = { environment: 'production' as const };
export const credentials = { ...DEMO_ACCESS };
const WIDE = { perMinute: 1_000_000, perHour: 1_000_000, refreshesPerMinute: 1_000_000 };

/** A company in memory, with limits that are never felt unless a test sets them. */
export function stage(sales = 40) {
  const clock = { now: NOW };
  const simulator = new FreeAgentSimulator({
    accounts: [{ name: 'demo', trade: () => tradeOf(sales, NOW) }],
    anchor: NOW,
    now: () => clock.now.getTime(),
  });
  simulator.knobs('demo', { limits: WIDE });
  return { clock, simulator };
}

type Stage = Pick<ReturnType<typeof stage>, 'simulator'>;

/** As the network would bring it, numbers as the engine reads them. */
export async function ask(
  { simulator }: Stage,
  spec: CallSpec,
  { signedBy = credentials, headers = {} }: { signedBy?: unknown; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const query = Object.entries(spec.query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  const signed = signedBy === null ? {} : freeagent.auth.sign(signedBy);
  const all = { 'user-agent': 'Stratus', ...signed, ...spec.headers, ...headers };
  const { status, body, ...reply } = await simulator.handle({
    method: spec.method ?? 'GET',
    path: `/demo${spec.path}`,
    query: new URLSearchParams(query).toString(),
    headers: Object.fromEntries(Object.entries(all).map(([name, value]) => [name.toLowerCase(), value])),
    body: Buffer.from(spec.form ? new URLSearchParams(spec.form).toString() : ''),
  });
  const isJson = reply.headers['content-type']?.includes('json');
  return {
    status,
    headers: reply.headers,
    body: isJson ? exactly(JSON.parse(body)) : body || null,
    ms: 0,
    attempts: 1,
  };
}

async function parentsOf(at: Stage, { each }: Stream, window: Window): Promise<readonly Parent[]> {
  if (!each) return [NO_PARENT];
  if (!each.list) return each.among!(settings);
  const reply = await ask(at, each.list.request({ window, place: null, settings }));
  return each.list.parents(each.list.body.parse(reply.body));
}

/** Every page of a stream in a window, all parents; told of each page before the next is asked. */
export async function readAll(
  at: Stage,
  stream: Stream,
  {
    from = null,
    to = NOW,
    size = stream.size.start,
    between = () => undefined,
  }: Partial<Window> & { size?: number; between?: (page: number) => void } = {},
): Promise<{ records: unknown[]; calls: number }> {
  const window = { from, to };
  const records: unknown[] = [];
  let calls = 0;
  for (const parent of await parentsOf(at, stream, window)) {
    let place: Place | null = null;
    do {
      const reply = await ask(at, stream.request({ window, parent, place, size, settings }));
      if (reply.status !== 200) throw new Error(`${stream.name}: ${reply.status}`);
      const page = { window, parent, place, size, headers: reply.headers };
      const body = stream.body.parse(reply.body);
      const wire = stream.records(body, page);
      records.push(...wire.map((one) => stream.schema.parse(one)));
      between(++calls);
      place = stream.next({ ...page, body, records: wire });
    } while (place !== null);
  }
  return { records, calls };
}

import type { CallSpec, Place, Stream, Window } from '#sync';
import { NO_PARENT } from '#sync';
import { DEMO_ACCESS, ShipBobSimulator, type AccountOptions } from '#simulators/shipbob';
import { shipbob } from '../platform.js';
import { tradeOf } from './trade.js';

type Reply = Parameters<typeof shipbob.meter>[0];

export const NOW = new Date('2026-11-21T10:00:00Z');
export const settings = { apiVersion: '2026-01', environment: 'production' as const };
export const credentials = { accessToken: DEMO_ACCESS.accessToken };

/** An account in memory, called as the engine would call it, without a network between. */
export function stage({ sales = 40, ...options }: Partial<AccountOptions> & { sales?: number } = {}) {
  const clock = { now: NOW };
  const simulator = new ShipBobSimulator({
    accounts: [{ name: 'demo', trade: () => tradeOf(sales, NOW), perMinute: 1_000_000, ...options }],
    now: () => clock.now.getTime(),
  });
  return { clock, simulator };
}

/** As the network would bring it, but for numbers: `exactly` reads those. */
export async function ask(
  { simulator }: Pick<ReturnType<typeof stage>, 'simulator'>,
  spec: CallSpec,
  signedBy: unknown = credentials,
): Promise<Reply> {
  const query = Object.entries(spec.query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  const signed = Object.entries(signedBy === null ? {} : shipbob.auth.sign(signedBy));
  const { status, headers, body } = await simulator.handle({
    method: spec.method ?? 'GET',
    path: `/demo${spec.path}`,
    query: new URLSearchParams(query).toString(),
    headers: {
      'user-agent': 'Stratus',
      ...(spec.form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
      ...Object.fromEntries(signed.map(([name, value]) => [name.toLowerCase(), value])),
    },
    body: Buffer.from(spec.form ? new URLSearchParams(spec.form).toString() : ''),
  });
  const isJson = headers['content-type']?.includes('json');
  return { status, headers, body: isJson ? JSON.parse(body) : body || null, ms: 0, attempts: 1 };
}

/** Numbers as their texts, as the engine reads ShipBob's replies. */
export const exactly = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body), (_, value: unknown) =>
    typeof value === 'number' ? String(value) : value,
  );

/** Every page of a stream in a window, with what stands beside it. */
export async function readAll(
  at: Pick<ReturnType<typeof stage>, 'simulator'>,
  stream: Stream,
  { from = null, to = NOW, size = stream.size.start }: Partial<Window> & { size?: number } = {},
): Promise<{ records: unknown[]; calls: number }> {
  const records: unknown[] = [];
  let [calls, place]: [number, Place | null] = [0, null];
  do {
    const window = { from, to };
    const reply = await ask(at, stream.request({ window, place, size, settings }));
    if (reply.status !== 200) throw new Error(`${stream.name}: ${reply.status}`);
    calls++;
    const body = stream.body.parse(exactly(reply.body));
    const page = { window, parent: NO_PARENT, place, size, headers: reply.headers };
    let wire = stream.records(body, page);
    const beside = stream.beside?.request({ records: wire, place: null, settings });
    if (beside) {
      const more = stream.beside!.body.parse(exactly((await ask(at, beside)).body));
      wire = stream.beside!.merge(wire, more);
      calls++;
    }
    records.push(...wire.map((one) => stream.schema.parse(one)));
    place = stream.next({ ...page, body, records: wire });
  } while (place !== null);
  return { records, calls };
}

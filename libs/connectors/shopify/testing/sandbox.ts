import type { CallSpec, Place, Stream, Window } from '#sync';
import { ShopifySimulator, type ShopOptions } from '#simulators/shopify';
import { shopify } from '../platform.js';

type Reply = Parameters<typeof shopify.meter>[0];

export const NOW = new Date('2026-11-21T10:00:00Z');
export const settings = { shop: 'demo', apiVersion: '2026-10' };

/** Open nothing but the shop below. */
export const KEYS = {
  accessToken: 'shpat_static',
  clientId: 'client',
  clientSecret: 'client-secret',
  expiring: { accessToken: 'shpat_first', refreshToken: 'shprt_first' },
};

/** A shop in memory, called as the engine would call it, without a network between. */
export function sandbox(options: Partial<ShopOptions> = {}) {
  const clock = { now: NOW };
  const simulator = new ShopifySimulator({
    shops: [
      { name: 'demo', source: { kind: 'built-in', seed: 7, orders: 300 }, credentials: KEYS, ...options },
    ],
    anchor: NOW,
    now: () => clock.now.getTime(),
  });

  async function call(spec: CallSpec, credentials?: unknown): Promise<Reply> {
    const form = spec.form && new URLSearchParams(spec.form).toString();
    const reply = await simulator.handle({
      method: spec.method ?? 'GET',
      path: `/demo${spec.path}`,
      headers: {
        'content-type': form === undefined ? 'application/json' : 'application/x-www-form-urlencoded',
        ...Object.fromEntries(
          Object.entries(credentials === undefined ? {} : shopify.auth.sign(credentials)).map(
            ([name, value]) => [name.toLowerCase(), value],
          ),
        ),
      },
      body: Buffer.from(form ?? JSON.stringify(spec.json)),
    });
    return {
      status: reply.status,
      headers: reply.headers,
      body: JSON.parse(String(reply.body)),
      ms: 0,
      attempts: 1,
    };
  }
  return { simulator, clock, call };
}

async function withBeside(
  { beside }: Stream,
  page: readonly unknown[],
  send: (spec: CallSpec) => Promise<unknown>,
): Promise<readonly unknown[]> {
  let records = page;
  for (let place: Place | null = null; beside;) {
    const spec = beside.request({ records, place, settings });
    if (spec === null) break;
    const body = beside.body.parse(await send(spec));
    records = beside.merge(records, body);
    place = beside.next({ body, records, place });
    if (place === null) break;
  }
  return records;
}

/** Every page of a stream, with what stands beside it, each record followed to its end. */
export async function readAll(
  stream: Stream,
  query: { window: Window; size: number; send: (spec: CallSpec) => Promise<unknown> },
): Promise<{ records: unknown[]; pages: number }> {
  const { window, size, send } = query;
  const records: unknown[] = [];
  let pages = 0;
  let place: Place | null = null;
  do {
    const body = stream.body.parse(await send(stream.request({ window, place, size, settings })));
    for (const wire of await withBeside(stream, stream.records(body), send)) {
      let record = stream.schema.parse(wire);
      for (const follow of stream.follow)
        for (let more = follow.next(record); more !== null; more = follow.next(record))
          record = follow.merge(record, await send(follow.request({ record, place: more, settings })));
      records.push(record);
    }
    place = stream.next({ body, place, size });
    pages++;
  } while (place !== null);
  return { records, pages };
}

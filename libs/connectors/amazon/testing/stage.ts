import { gunzipSync } from 'node:zlib';
import { NO_PARENT, type CallSpec, type Parent, type Place, type Stream, type Window } from '#sync';
import { AmazonSimulator, DEMO_ACCESS } from '#simulators/amazon';
import { amazon } from '../platform.js';
import { AmazonSettings } from '../settings.js';
import { readExact } from './exact.js';
import { tradeOf } from './trade.js';

type Reply = Parameters<typeof amazon.meter>[0];

export const NOW = new Date('2026-11-21T10:00:00Z');
export const HOME = 'A1F83G8C2ARO7P';
export const BESIDE = 'A28R8C7NBKEWEA';
export const settings = AmazonSettings.parse({ region: 'eu', marketplaceIds: [HOME, BESIDE] });

/** An account in memory, called as the engine would call it, without a network between. */
export function stage(sales = 240, currency = 'GBP') {
  const clock = { now: NOW };
  const simulator = new AmazonSimulator({
    accounts: [{ name: 'demo', trade: () => tradeOf(sales, NOW, currency) }],
    anchor: NOW,
    now: () => clock.now.getTime(),
  });
  let token: string | undefined;

  async function send(spec: CallSpec, headers: Readonly<Record<string, string>>): Promise<Reply> {
    const reply = await bare(spec, headers);
    return { ...reply, body: readExact(reply.body.toString()), ms: 0, attempts: 1 };
  }

  function bare(spec: CallSpec, headers: Readonly<Record<string, string>>) {
    const query = Object.entries(spec.query ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    );
    return simulator.handle({
      method: spec.method ?? 'GET',
      path: `/demo${spec.path}`,
      query: new URLSearchParams(query).toString(),
      headers: { host: 'localhost:1', ...headers },
      body: Buffer.from(
        spec.form ? new URLSearchParams(spec.form).toString() : spec.json ? JSON.stringify(spec.json) : '',
      ),
    });
  }

  const auth = (accessToken: string) => amazon.auth.sign({ ...DEMO_ACCESS, accessToken });

  /** A new token for the seller's authorisation; the reply's body. */
  const grant = async (more: Partial<typeof DEMO_ACCESS> = {}): Promise<Reply> =>
    send(amazon.auth.renew({ settings, credentials: { ...DEMO_ACCESS, ...more } })!, {});

  async function renew(): Promise<string> {
    token = ((await grant()).body as { access_token: string }).access_token;
    return token;
  }

  async function ask(spec: CallSpec): Promise<Reply> {
    token ??= await renew();
    return send(spec, auth(token));
  }

  /** The reply as it stands on the wire. */
  async function raw(spec: CallSpec): ReturnType<typeof bare> {
    return bare(spec, auth(token ?? (await renew())));
  }

  /** The file at an address the account gave out. */
  async function fetchFile(url: string): Promise<{ status: number; text: string }> {
    const at = new URL(url);
    const { status, body } = await simulator.handle({
      method: 'GET',
      path: at.pathname.replace('/amazon', ''),
      query: at.search.slice(1),
      headers: {},
      body: Buffer.alloc(0),
    });
    const bytes = Buffer.from(body);
    return { status, text: (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString() };
  }

  return {
    clock,
    simulator,
    send,
    ask,
    raw,
    grant,
    renew,
    fetchFile,
    turn: (knobs: object) => simulator.knobs('demo', knobs),
  };
}

export type Stage = ReturnType<typeof stage>;

/** Every page of a stream in a window, of one parent; a page may be empty and not the last. */
export async function readAll(
  at: Stage,
  stream: Stream,
  { parent = NO_PARENT, size = stream.size.start, ...window }: Window & { parent?: Parent; size?: number },
): Promise<{ records: unknown[]; pages: number }> {
  const records: unknown[] = [];
  let [pages, place]: [number, Place | null] = [0, null];
  do {
    const reply = await at.ask(stream.request({ window, parent, place, size, settings }));
    if (reply.status !== 200)
      throw new Error(`${stream.name}: ${reply.status} ${JSON.stringify(reply.body)}`);
    const body = stream.body.parse(reply.body);
    const page = { window, parent, place, size, headers: reply.headers };
    const wire = stream.records(body, page);
    records.push(...wire.map((one) => stream.schema.parse(one)));
    place = stream.next({ ...page, body, records: wire });
    pages++;
  } while (place !== null);
  return { records, pages };
}

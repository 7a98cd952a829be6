import { ShopifySimulator, type SimulatorOptions } from '../simulator.js';
import type { ShopOptions } from '../shop.js';
import { DEMO_ACCESS } from '../tokens.js';

export const ANCHOR = new Date('2026-11-21T00:00:00Z');

/** A clock that a test sets. */
export interface Hand {
  ms: number;
}

export interface Asked {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  // A reply can be anything; each test says what it expects of it.
  // oxlint-disable-next-line typescript/no-explicit-any -- replies are looked into freely; expect() checks them
  readonly body: any;
  readonly outcome: string;
  readonly points: number | undefined;
}

export interface Desk {
  readonly simulator: ShopifySimulator;
  readonly hand: Hand;
  query(
    text: string,
    variables?: object,
    more?: { token?: string; version?: string; linger?: () => Promise<void> },
  ): Promise<Asked>;
  call(method: string, path: string, body?: string, headers?: Record<string, string>): Promise<Asked>;
}

/** A simulator of one made-up shop, asked in this process. */
export function openDesk(
  shop: Partial<ShopOptions> & { orders?: number } = {},
  more: Partial<SimulatorOptions> = {},
): Desk {
  const { orders = 60, ...rest } = shop;
  const hand: Hand = { ms: ANCHOR.getTime() };
  const simulator = new ShopifySimulator({
    shops: [
      { name: 'demo', source: { kind: 'built-in', seed: 7, orders }, maxQueryCost: 1_000_000, ...rest },
    ],
    anchor: ANCHOR,
    now: () => hand.ms,
    ...more,
  });
  const send = async (
    method: string,
    path: string,
    body: string,
    headers: Record<string, string>,
    linger?: () => Promise<void>,
  ): Promise<Asked> => {
    const reply = await simulator.handle({
      method,
      path,
      headers,
      body: Buffer.from(body),
      ...(linger ? { linger } : {}),
    });
    return {
      status: reply.status,
      headers: reply.headers,
      body: JSON.parse(String(reply.body)),
      outcome: reply.note.outcome,
      points: reply.note.points,
    };
  };
  return {
    simulator,
    hand,
    call: (method, path, body = '', headers = {}) => send(method, path, body, headers),
    query: (text, variables = {}, { token = DEMO_ACCESS.accessToken, version = '2026-10', linger } = {}) =>
      send(
        'POST',
        `/demo/admin/api/${version}/graphql.json`,
        JSON.stringify({ query: text, variables }),
        { 'content-type': 'application/json', 'x-shopify-access-token': token },
        linger,
      ),
  };
}

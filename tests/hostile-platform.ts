import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

/** What a hostile shop answers to the nth query of its orders. */
export type Answer = (response: ServerResponse, n: number) => void | Promise<void>;

export interface HostilePlatform {
  readonly url: string;
  /** Queries of orders that each shop was asked. */
  readonly asked: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

/** A server on which every shop, the first part of a path, answers its queries in its own bad way. */
export async function startHostilePlatform(
  shops: Readonly<Record<string, Answer>>,
): Promise<HostilePlatform> {
  const asked = new Map<string, number>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const shop = request.url!.split('/')[1]!;
    const query = await textOf(request);
    if (query.includes('OrdersCount')) return void response.end(COUNT);
    const n = (asked.get(shop) ?? 0) + 1;
    asked.set(shop, n);
    await shops[shop]!(response, n);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request.setEncoding('utf8') as AsyncIterable<string>) text += piece;
  return text;
}

/** It does not know how many there are. */
const COUNT = '{"data":{"counted":null,"currentAppInstallation":{"accessScopes":[]}}}';

const FIXTURE = new URL('../libs/connectors/shopify/fixtures/orders-same-sku-twice.json', import.meta.url);
const { nodes } = (
  JSON.parse(readFileSync(FIXTURE, 'utf8')) as { data: { orders: { nodes: Record<string, unknown>[] } } }
).data.orders;

/** The nth order as the wire says it, right in every field; its lines are its own. */
export function order(n: number, more: object = {}): string {
  const lines = (nodes[0]!['lineItems'] as { nodes: object[] }).nodes.map((line, i) => ({
    ...line,
    id: `gid://shopify/LineItem/${n * 1000 + i}`,
  }));
  return JSON.stringify({
    ...nodes[0],
    id: `gid://shopify/Order/${n}`,
    lineItems: { nodes: lines, pageInfo: { hasNextPage: false, endCursor: null } },
    ...more,
  });
}

/** A budget that binds nobody: what hurts is the reply. */
const COST =
  '"extensions":{"cost":{"requestedQueryCost":1,"actualQueryCost":1,"throttleStatus":{"maximumAvailable":1000000,"currentlyAvailable":1000000,"restoreRate":1000000}}}';

/** A page of orders, the text of each as given; it goes on where a cursor is given. */
export const page = (orders: readonly string[], next: string | null = null): string =>
  `{"data":{"orders":{"pageInfo":${pageInfo(next)},"nodes":[${orders.join()}]}},${COST}}`;

/** A further page of one order's lines, with none on it. */
export const noLines = (n: number, next: string): string =>
  `{"data":{"order":{"id":"gid://shopify/Order/${n}","lineItems":{"nodes":[],"pageInfo":${pageInfo(next)}}}},${COST}}`;

const pageInfo = (next: string | null): string =>
  JSON.stringify({ hasNextPage: next !== null, endCursor: next });

export const says =
  (body: string | Buffer, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };

/** The bytes of the whole reply, head included; then the connection ends. */
export const saysRaw =
  (reply: string): Answer =>
  (response) => {
    response.socket!.end(reply);
  };

/** So many megabytes of blanks in a two-hundredth of that. */
export function bomb(megabytes: number): Buffer {
  const packed = gzipSync(Buffer.alloc(1024 * 1024, ' '), { level: 9 });
  return Buffer.concat(Array.from({ length: megabytes }, () => packed));
}

/** Sends as fast as it is read, until nobody reads. */
export const endless: Answer = async (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const piece = Buffer.alloc(256 * 1024, ' ');
  response.setMaxListeners(0);
  while (!response.destroyed)
    if (!response.write(piece)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
};

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { HttpRequest } from '#http';
import { openListDoor } from '../tests/fake-listing.js';
import { FakeShop, type Thing } from '../tests/fake-platform.js';
import type { Truth } from './compare.js';

/** Shops of the fake platform on one local port, each below its own name. */
export interface DrillShops {
  readonly url: string;
  /** Its replies take `replyMs`. */
  open(name: string, things: readonly Thing[], replyMs?: number): FakeShop;
  close(): Promise<void>;
}

export async function openDrillShops(): Promise<DrillShops> {
  const shops = new Map<string, { readonly shop: FakeShop; readonly replyMs: number }>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://shops');
    const [, name = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(url.pathname) ?? [];
    const found = shops.get(name);
    void body(request).then(async (text) => {
      const called: HttpRequest = {
        method: request.method as HttpRequest['method'],
        url: `http://shop${path}`,
        query: Object.fromEntries(url.searchParams),
        headers: { 'x-token': String(request.headers['x-token']) },
        ...(text === '' ? {} : { form: Object.fromEntries(new URLSearchParams(text)) }),
        idempotent: true,
      };
      const reply = found
        ? await found.shop.send(called, new AbortController().signal)
        : { status: 404, headers: {}, body: null };
      if (found && found.replyMs > 0) await wait(found.replyMs);
      response.writeHead(reply.status, { ...reply.headers, 'content-type': 'application/json' });
      response.end(JSON.stringify(reply.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    open(name, things, replyMs = 0) {
      const shop = new FakeShop();
      shop.things = [...things];
      shop.bounded = true;
      openListDoor(shop);
      shops.set(name, { shop, replyMs });
      return shop;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function body(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request.setEncoding('utf8') as AsyncIterable<string>) text += piece;
  return text;
}

/**
 * Every row that the shop's things make: what a faithful copy holds, by code of its own. A stream without a clock
 * (`dated` false) knows no instant of change.
 */
export function rowsOfThings({ things }: FakeShop, dated: boolean): Truth {
  const rows: Record<'test_things' | 'test_parts', Record<string, Truth[string][string]>> = {
    test_things: {},
    test_parts: {},
  };
  for (const thing of things as Thing[]) {
    if (thing.gone) continue;
    rows.test_things[thing.id] = {
      source_updated_at: dated ? thing.updatedAt : null,
      name: thing.name,
      qty: thing.qty,
      price: thing.price,
    };
    for (const part of [...thing.parts, ...(thing.more ?? [])])
      rows.test_parts[part] = {
        source_updated_at: dated ? thing.updatedAt : null,
        parent_source_id: thing.id,
        name: part,
      };
  }
  return rows;
}

import { z } from 'zod';
import type { HttpRequest, Reply } from '#http';
import { listing, type Listing, type Stream } from '#sync';
import { fakeStream, type FakeShop, type Thing } from './fake-platform.js';

const Ids = z.object({
  ids: z.array(z.object({ id: z.string(), at: z.string().nullable(), gone: z.boolean().optional() })),
  next: z.string().nullable(),
  whole: z.boolean(),
});
const Things = z.object({ things: z.array(z.looseObject({ id: z.string() })) });

/** Things by id: four to a page of the list, three to a call. */
export const fakeListing: Listing = listing({
  size: { start: 4, min: 1, max: 4 },
  request: ({ place, size }) => ({
    path: '/ids',
    query: { after: (place as string | null) ?? '', size },
    operation: 'ids',
  }),
  body: Ids,
  entries: ({ ids }) =>
    ids.map(({ id, at, gone }) => ({
      id,
      version: at === null ? null : new Date(at),
      ...(gone === undefined ? {} : { gone }),
    })),
  next: ({ body }) => body.next,
  whole: (body) => body.whole,
  fetch: {
    max: 3,
    request: ({ ids }) => ({ path: '/by-id', query: { ids: ids.join(' ') }, operation: 'by-id' }),
    body: Things,
    records: ({ things }) => things.map((one) => ({ id: one.id, payload: one })),
  },
});

export const listedStream: Stream = { ...fakeStream('fake.things'), listing: fakeListing };

/** The list's own door beside a FakeShop's pages, and ways to make it lie. */
export interface ListDoor {
  /** Ids the list leaves out, though they can be fetched. */
  hidden: Set<string>;
  /** Ids the list holds, though nobody can fetch them. */
  lost: Set<string>;
  whole: boolean;
  tellsGone: boolean;
  /** Called before each answer of the list or by id. */
  before: (request: HttpRequest) => Reply | undefined;
  /** Ids of each call by ids. */
  readonly fetches: string[][];
  readonly pages: string[];
}

export function openListDoor(shop: FakeShop): ListDoor {
  const door: ListDoor = {
    hidden: new Set(),
    lost: new Set(),
    whole: true,
    tellsGone: false,
    before: () => undefined,
    fetches: [],
    pages: [],
  };
  const list = ({ query = {} }: HttpRequest): Reply => {
    door.pages.push(String(query['after']));
    const left = (shop.things as Thing[])
      .filter(({ id }) => !door.hidden.has(id) && id > String(query['after']))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const page = left.slice(0, Number(query['size']));
    return shop.reply(200, {
      ids: page.map(({ id, updatedAt, gone }) => ({
        id,
        at: updatedAt,
        ...(door.tellsGone ? { gone } : {}),
      })),
      next: left.length > page.length ? page.at(-1)!.id : null,
      whole: door.whole,
    });
  };
  const byId = ({ query = {} }: HttpRequest): Reply => {
    const ids = String(query['ids']).split(' ');
    door.fetches.push(ids);
    const things = (shop.things as Thing[]).filter(({ id }) => ids.includes(id) && !door.lost.has(id));
    return shop.reply(200, {
      things: things.map(({ more, ...one }) => ({ ...one, rest: more && more.length > 0 ? 0 : null })),
    });
  };
  shop.script = (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== '/ids' && pathname !== '/by-id') return undefined;
    return door.before(request) ?? (pathname === '/ids' ? list(request) : byId(request));
  };
  return door;
}

import { minutes } from '#kernel';
import { defineTable, exact, instant, text } from '#warehouse/tables';
import { z } from 'zod';
import type { PageQuery } from './call-spec.js';
import { children, definePlatform, defineStream } from './define.js';
import { onto } from './onto.js';
import { wireDecimal, wireInstant } from './wire.js';

/* What must not compile. Each expected error stands above one mistake in a stream that is otherwise right. */

interface Settings {
  readonly region: string;
}

const things = defineTable('things', { name: text(), price: exact(), madeAt: instant().orNull });

const Thing = z.object({
  id: z.string(),
  name: z.string(),
  price: wireDecimal,
  madeAt: wireInstant,
  count: z.number(),
});
type Thing = z.output<typeof Thing>;

const right = {
  name: 'demo.things',
  title: 'Things',
  every: minutes(5),
  size: { start: 10, min: 1, max: 100 },
  request: ({ size, settings }: PageQuery<Settings>) => ({
    path: `/${settings.region}/things`,
    query: { size },
    operation: 'things',
  }),
  body: z.object({ things: z.array(z.unknown()) }),
  records: (body: { things: readonly unknown[] }) => body.things,
  next: () => null,
  schema: Thing,
  key: (thing: Thing) => thing.id,
  into: things,
} as const;

const cursor = {
  of: (thing: Thing) => thing.madeAt,
  order: 'ascending',
  lookback: minutes(5),
  startAt: null,
} as const;

export const sound = defineStream({
  ...right,
  cursor,
  map: (thing) => ({ name: thing.name, price: thing.price, madeAt: thing.madeAt }),
});

// @ts-expect-error a misspelled column
defineStream({ ...right, map: (thing) => ({ nmae: thing.name, price: thing.price, madeAt: null }) });

// @ts-expect-error a column that is missing: absent is null, said out loud
defineStream({ ...right, map: (thing) => ({ name: thing.name, price: thing.price }) });

// @ts-expect-error a float for money
defineStream({ ...right, map: (thing) => ({ name: thing.name, price: thing.count, madeAt: null }) });

// @ts-expect-error a plain text for money: only a parsed decimal is exact
defineStream({ ...right, map: (thing) => ({ name: thing.name, price: thing.name, madeAt: null }) });

// @ts-expect-error null where the table takes none
defineStream({ ...right, map: (thing) => ({ name: null, price: thing.price, madeAt: null }) });

// @ts-expect-error a field the wire lacks
defineStream({ ...right, map: (thing) => ({ name: thing.nickname, price: thing.price, madeAt: null }) });

defineStream({
  ...right,
  // @ts-expect-error a cursor that is no instant
  cursor: { ...cursor, of: (thing: Thing) => thing.name },
  map: (thing) => ({ name: thing.name, price: thing.price, madeAt: null }),
});

defineStream({
  ...right,
  // @ts-expect-error a name without its platform
  name: 'things',
  map: (thing) => ({ name: thing.name, price: thing.price, madeAt: null }),
});

defineStream({
  ...right,
  // @ts-expect-error a setting the platform does not have
  request: ({ settings }: PageQuery<Settings>) => ({ path: `/${settings.tenant}`, operation: 'things' }),
  map: (thing) => ({ name: thing.name, price: thing.price, madeAt: null }),
});

defineStream({
  ...right,
  // @ts-expect-error records that are looked for where the body has none
  records: (body) => body.data,
  map: (thing) => ({ name: thing.name, price: thing.price, madeAt: null }),
});

children({
  into: things,
  of: (thing: Thing) => [thing],
  key: (child) => child.id,
  // @ts-expect-error a misspelled column of a child
  map: (child) => ({ nmae: child.name, price: child.price, madeAt: null }),
});

definePlatform({
  name: 'demo',
  title: 'Demo',
  settings: z.object({ region: z.string() }),
  credentials: z.object({ token: z.string() }),
  baseUrl: ({ region }) => `https://${region}.example.test`,
  hosts: [/^[a-z]+\.example\.test$/],
  auth: {
    // @ts-expect-error a credential the platform does not keep
    sign: (credentials) => ({ authorization: credentials.password }),
    expiresAt: () => null,
    renew: () => null,
    renewed: ({ credentials }) => credentials,
  },
  limits: [],
  probe: { request: () => ({ path: '/', operation: 'probe' }), says: () => 'demo' },
  streams: [sound],
});

const tracked = defineTable(
  'tracked',
  { carrier: text(), trackedAt: instant().orNull, price: exact() },
  { newest: { trackedAt: ['carrier'] }, foundBy: ['carrier'] },
);

// @ts-expect-error a clock that is no instant
defineTable('mistaken', { carrier: text(), price: exact() }, { newest: { price: ['carrier'] } });

// @ts-expect-error a group that names a column which the table lacks
defineTable('mistaken', { carrier: text(), trackedAt: instant() }, { newest: { trackedAt: ['parcel'] } });

const soundly = {
  into: tracked,
  clock: 'trackedAt',
  match: (thing: Thing) => [{ column: 'sourceId', value: thing.id } as const],
  at: (thing: Thing) => thing.madeAt,
} as const;

defineStream({
  ...right,
  onto: [onto({ ...soundly, map: (thing) => ({ carrier: thing.name }) })],
  map: (thing) => ({ name: thing.name, price: thing.price, madeAt: null }),
});

// @ts-expect-error a misspelled column of the group
onto({ ...soundly, map: (thing) => ({ carier: thing.name }) });

// @ts-expect-error a column of the group that is missing
onto({ ...soundly, map: () => ({}) });

// @ts-expect-error a clock that the table has no group under
onto({ ...soundly, clock: 'price', map: (thing: Thing) => ({ carrier: thing.name }) });

import { z } from 'zod';
import type { HttpRequest, Reply, Sender } from '#http';
import { Failure, minutes, type Json } from '#kernel';
import { definePlatform, defineStream, listing, wireInstant, type Place, type Platform } from '#sync';
import { defineTable, integer } from '#warehouse/tables';

/** How a list is walked: after the last record's place in it, by how many were read, or by id whatever changed when. */
export type Style = 'cursor' | 'offset' | 'unordered';

export interface Shape {
  readonly style: Style;
  readonly size: number;
  readonly listStyle: 'id' | 'offset';
  readonly listSize: number;
  readonly fetchMax: number;
}

const table = defineTable('paging_records', { n: integer() });

export const TABLE_SQL = `create table paging_records (
  connection_id text not null, source_id text not null, n integer not null, source_updated_at timestamptz,
  first_seen_at timestamptz not null default now(), synced_at timestamptz not null default now(),
  deleted_at timestamptz, run_id text not null, payload_hash text not null, primary key (connection_id, source_id))`;

const Wire = z.object({ id: z.string(), at: wireInstant, n: z.int() });
const Page = z.object({ records: z.array(z.unknown()), next: z.json() });
const Ids = z.object({ ids: z.array(z.object({ id: z.string(), at: wireInstant })), next: z.json() });
const Found = z.object({ records: z.array(z.looseObject({ id: z.string() })) });

const asText = (place: Place | null): string | undefined =>
  place === null ? undefined : JSON.stringify(place);

/** A platform of one stream, built for nothing but walking lists that move. */
export function pagedPlatform({ style, size, listStyle, listSize, fetchMax }: Shape): Platform {
  const stream = defineStream({
    name: 'paged.records',
    title: 'Records',
    every: minutes(10),
    size: { start: size, min: size, max: size },
    request: ({ window, place, size: count }) => ({
      path: '/records',
      operation: 'records',
      query: {
        style,
        from: window.from?.toISOString(),
        to: window.to.toISOString(),
        place: asText(place),
        count,
      },
    }),
    body: Page,
    records: (body) => body.records,
    next: ({ body }) => body.next,
    schema: Wire,
    key: (record) => record.id,
    cursor: {
      of: (record) => record.at,
      order: style === 'unordered' ? 'unordered' : 'ascending',
      lookback: minutes(5),
      startAt: null,
    },
    listing: listing({
      size: { start: listSize, min: listSize, max: listSize },
      request: ({ place, size: count }) => ({
        path: '/ids',
        operation: 'ids',
        query: { style: listStyle, place: asText(place), count },
      }),
      body: Ids,
      entries: ({ ids }) => ids.map(({ id, at }) => ({ id, version: at })),
      next: ({ body }) => body.next,
      fetch: {
        max: fetchMax,
        request: ({ ids }) => ({ path: '/by-id', operation: 'by-id', query: { ids: ids.join(' ') } }),
        body: Found,
        records: ({ records }) => records.map((one) => ({ id: one.id, payload: one })),
      },
    }),
    into: table,
    map: (record) => ({ n: record.n }),
  });
  return definePlatform({
    name: 'paged',
    title: 'Paged',
    settings: z.object({}),
    credentials: z.object({}),
    baseUrl: () => 'https://paged.example',
    hosts: [/^paged\.example$/],
    auth: {
      sign: () => ({}),
      expiresAt: () => null,
      renew: () => null,
      renewed: ({ credentials }) => credentials,
    },
    limits: [],
    probe: { request: () => ({ path: '/probe', operation: 'probe' }), says: () => 'paged' },
    streams: [stream],
  });
}

/** What happens at the source when it is asked for the n-th time from now on. */
export interface Happening {
  readonly call: number;
  readonly what: 'insert' | 'late' | 'edit' | 'delete' | 'restore' | 'fail' | 'kill';
  /** Which record, counted around; for `late`, also how many seconds behind its time it comes. */
  readonly which: number;
}

export interface SourceRecord {
  readonly id: string;
  readonly at: number;
  readonly n: number;
}

const SECOND = 1000;

/** The source of one case: a list that its own people change while it is read. Its clock may differ from ours. */
export class PagedSource implements Sender {
  readonly records = new Map<string, SourceRecord>();
  calls = 0;
  /** Calls by id since it was last set. */
  fetches = 0;
  /** Ends the attempt that is under way. */
  kill: () => void = () => undefined;
  /** Deleted once and there again. */
  readonly restored = new Set<string>();
  private readonly deleted: SourceRecord[] = [];
  private made = 0;
  private left: Happening[] = [];

  constructor(
    private readonly clock: { now: Date },
    private readonly skewMs: number,
    initial: readonly number[],
  ) {
    for (const secondsAgo of initial) this.put(this.newId(), this.time() - secondsAgo * SECOND);
  }

  /** What will happen, beside what was still to happen. */
  plan(happenings: readonly Happening[]): void {
    const more = happenings.map((one) => ({ ...one, call: one.call + this.calls }));
    this.left = [...this.left, ...more].sort((a, b) => a.call - b.call);
  }

  send(request: HttpRequest, signal: AbortSignal): Promise<Reply> {
    return Promise.resolve().then(() => {
      signal.throwIfAborted();
      this.calls += 1;
      this.clock.now = new Date(this.clock.now.getTime() + 400);
      this.happen((one) => one.call <= this.calls);
      signal.throwIfAborted();
      const { pathname } = new URL(request.url);
      const query = request.query ?? {};
      const body =
        pathname === '/records' ? this.page(query) : pathname === '/ids' ? this.ids(query) : this.byId(query);
      return { status: 200, headers: {}, body, ms: 1, attempts: 1 };
    });
  }

  close(): void {
    // Nothing to close.
  }

  /** All that was still to happen; faults are over. */
  settle(): void {
    this.happen(() => true, false);
  }

  private happen(due: (one: Happening) => boolean, faults = true): void {
    while (this.left[0] && due(this.left[0])) this.apply(this.left.shift()!, faults);
  }

  private apply({ what, which }: Happening, faults: boolean): void {
    const ids = [...this.records.keys()];
    const id = ids[which % Math.max(1, ids.length)];
    if (what === 'insert') this.put(this.newId(), this.time());
    else if (what === 'late') this.put(this.newId(), this.time() - which * SECOND);
    else if (what === 'edit' && id !== undefined)
      this.put(id, Math.max(this.time(), this.records.get(id)!.at + SECOND));
    else if (what === 'delete' && id !== undefined) this.remove(id);
    else if (what === 'restore') this.restore(which);
    else if (what === 'fail' && faults) throw new Failure('transient', 'the source is away');
    else if (what === 'kill' && faults) this.kill();
  }

  private remove(id: string): void {
    this.deleted.push(this.records.get(id)!);
    this.records.delete(id);
  }

  /** As it was, or touched by being brought back. */
  private restore(which: number): void {
    const [one] = this.deleted.splice(which % Math.max(1, this.deleted.length), 1);
    if (!one) return;
    this.restored.add(one.id);
    this.records.set(one.id, one);
    if (which % 2 === 0) this.put(one.id, Math.max(this.time(), one.at + SECOND));
  }

  /** Whole seconds, as most platforms keep them: versions tie. */
  private time(): number {
    return Math.floor((this.clock.now.getTime() + this.skewMs) / SECOND) * SECOND;
  }

  /** Never the same twice; in no order that has to do with time. */
  private newId(): string {
    this.made += 1;
    return `r${String((this.made * 7919) % 100_003).padStart(6, '0')}`;
  }

  private put(id: string, at: number): void {
    this.records.set(id, { id, at, n: (this.records.get(id)?.n ?? 0) + 1 });
  }

  private page(query: NonNullable<HttpRequest['query']>): Json {
    const from = query['from'] === undefined ? -Infinity : Date.parse(String(query['from']));
    const to = Date.parse(String(query['to']));
    const inside = [...this.records.values()].filter(({ at }) => at >= from && at <= to);
    const byTime = query['style'] !== 'unordered';
    const { page, next } = cut(
      inside,
      ({ id, at }) => (byTime ? `${new Date(at).toISOString()} ${id}` : id),
      query,
    );
    return { records: page.map(wire), next };
  }

  private ids(query: NonNullable<HttpRequest['query']>): Json {
    const { page, next } = cut([...this.records.values()], ({ id }) => id, query);
    return { ids: page.map(({ id, at }) => ({ id, at: new Date(at).toISOString() })), next };
  }

  private byId(query: NonNullable<HttpRequest['query']>): Json {
    this.fetches += 1;
    const ids = String(query['ids']).split(' ');
    return { records: ids.flatMap((id) => (this.records.has(id) ? [wire(this.records.get(id)!)] : [])) };
  }
}

const wire = ({ id, at, n }: SourceRecord): { id: string; at: string; n: number } => ({
  id,
  at: new Date(at).toISOString(),
  n,
});

/** One page of a sorted list: behind the place's key, or behind so many records. */
function cut(
  records: SourceRecord[],
  keyOf: (record: SourceRecord) => string,
  query: NonNullable<HttpRequest['query']>,
): { page: SourceRecord[]; next: Json } {
  const place =
    query['place'] === undefined ? null : (JSON.parse(String(query['place'])) as { at: string | number });
  const count = Number(query['count']);
  const sorted = records.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  if (query['style'] === 'offset') {
    const start = Number(place?.at ?? 0);
    const end = start + count;
    return { page: sorted.slice(start, end), next: end < sorted.length ? { at: end } : null };
  }
  const after = String(place?.at ?? '');
  const left = sorted.filter((one) => keyOf(one) > after);
  const page = left.slice(0, count);
  return { page, next: left.length > count ? { at: keyOf(page.at(-1)!) } : null };
}

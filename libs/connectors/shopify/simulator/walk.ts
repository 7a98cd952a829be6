import { GraphQLError } from 'graphql';
import { hash } from '#shop';
import type { Search } from './search.js';
import { type Listed, type SortedList, type SortValue } from './sorted.js';

/** Arguments every connection takes. */
export interface PageArgs {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
  readonly reverse?: boolean | null;
}

/** The platform refuses to page past this many objects of one query. */
const DEPTH_LIMIT = 25_000;
const PAGE_LIMIT = 250;
/** All of a list inside a record: what a bulk operation asks for. No other query could pay for it. */
export const EVERY = 2 ** 31 - 1;

export type Refusal = 'depth' | 'cursor' | 'page-size';

const refuse = (message: string, code: string, refusal: Refusal): GraphQLError =>
  new GraphQLError(message, { extensions: { code, refusal } });

interface Cursor {
  readonly value: SortValue;
  readonly seq: number;
  /** Objects walked up to and with this one. */
  readonly depth: number;
}

function writeCursor(scope: number, { value, seq, depth }: Cursor): string {
  return Buffer.from(JSON.stringify([scope, value, seq, depth])).toString('base64');
}

function readCursor(scope: number, text: string): Cursor {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
    if (Array.isArray(parts) && parts[0] === scope) {
      const [, value, seq, depth] = parts as [number, SortValue, number, number];
      return { value, seq, depth };
    }
  } catch {
    // Not one of ours: refused below like a cursor of another query.
  }
  throw refuse('Invalid cursor for current pagination sort.', 'BAD_REQUEST', 'cursor');
}

/** How many records are asked for, and from which end. */
function sizeOf(args: PageArgs): { size: number; backward: boolean } {
  const first = args.first ?? undefined;
  const last = args.last ?? undefined;
  if (first === undefined && last === undefined)
    throw refuse('you must provide one of first or last', 'BAD_REQUEST', 'page-size');
  if (first !== undefined && last !== undefined)
    throw refuse('providing both first and last is not supported', 'BAD_REQUEST', 'page-size');
  const backward = first === undefined;
  if (backward && (args.before === null || args.before === undefined))
    throw refuse('using last without before is not supported', 'BAD_REQUEST', 'page-size');
  const name = backward ? 'last' : 'first';
  const size = (backward ? last : first)!;
  if (size < 0) throw refuse(`${name} must be a non-negative integer`, 'BAD_REQUEST', 'page-size');
  if (size > PAGE_LIMIT && size !== EVERY)
    throw refuse(`${name} cannot exceed ${PAGE_LIMIT}`, 'BAD_REQUEST', 'page-size');
  return { size, backward };
}

/** One page, in the schema's three views of it; cursors are written only when asked for. */
export class Page<T> {
  constructor(
    readonly nodes: readonly T[],
    readonly hasNextPage: boolean,
    readonly hasPreviousPage: boolean,
    private readonly cursorOf: (node: T, at: number) => string,
  ) {}
  get edges(): readonly { cursor: string; node: T }[] {
    return this.nodes.map((node, at) => ({ node, cursor: this.cursorOf(node, at) }));
  }
  /** The page itself: it has the fields of the schema's `PageInfo` too. */
  get pageInfo(): this {
    return this;
  }
  get startCursor(): string | null {
    return this.nodes.length === 0 ? null : this.cursorOf(this.nodes[0]!, 0);
  }
  get endCursor(): string | null {
    const last = this.nodes.length - 1;
    return last < 0 ? null : this.cursorOf(this.nodes[last]!, last);
  }
}

export interface Walk<T extends Listed> {
  readonly list: SortedList<T>;
  readonly search: Search<T>;
  readonly sortKey: string;
  /** Root field and its query text: what a cursor belongs to, with the sort. */
  readonly scope: string;
  readonly args: PageArgs;
  /** Walked without end: a bulk operation's. */
  readonly deep?: boolean;
}

/**
 * A page of a list by key, not by number: the next page starts after the last record's sort value and id, so a
 * record that is edited meanwhile moves to its new place and nothing else shifts.
 */
export function walk<T extends Listed>({ list, search, sortKey, scope, args, deep }: Walk<T>): Page<T> {
  const { size, backward } = sizeOf(args);
  const reverse = args.reverse === true;
  const bound = hash(`${scope}|${sortKey}|${reverse}`);
  const token = backward ? args.before : args.after;
  const from = token === null || token === undefined ? undefined : readCursor(bound, token);
  const depth = deep ? 0 : (from?.depth ?? 0);
  if (!backward && depth >= DEPTH_LIMIT)
    throw refuse(
      `Paginating past ${DEPTH_LIMIT} objects of one query is not supported. Narrow the query, for example by time.`,
      'BAD_REQUEST',
      'depth',
    );

  const records = list.all();
  const range = search.bounds.get(sortKey);
  const descending = reverse !== backward;
  const low = range && range.low > -Infinity ? list.lowerBound(range.low, -1) : 0;
  const high = range && range.high < Infinity ? list.lowerBound(range.high, Infinity) : records.length;
  const wanted = backward ? size : Math.min(size, DEPTH_LIMIT - depth);
  const nodes: T[] = [];
  let more = false;
  const take = (record: T): boolean => {
    if (!search.all && !search.matches(record)) return true;
    if (nodes.length === wanted) {
      more = true;
      return false;
    }
    nodes.push(record);
    return true;
  };
  if (descending) {
    const start = from ? Math.min(high, list.lowerBound(from.value, from.seq)) : high;
    for (let i = start - 1; i >= low; i--) if (!take(records[i]!)) break;
  } else {
    const start = from ? Math.max(low, list.lowerBound(from.value, from.seq + 1)) : low;
    for (let i = start; i < high; i++) if (!take(records[i]!)) break;
  }
  if (backward) nodes.reverse();
  const cursorOf = (record: T, at: number): string =>
    writeCursor(bound, {
      value: list.valueOf(record),
      seq: record.seq,
      depth: backward ? 0 : depth + at + 1,
    });
  return new Page(nodes, backward ? true : more, backward ? more : from !== undefined, cursorOf);
}

/** A page of a record's own short list (line items, refunded lines …), in its own order. */
export function pageOf<T>(records: readonly T[], args: PageArgs, scope: string): Page<T> {
  const { size, backward } = sizeOf(args);
  const list = args.reverse === true ? [...records].reverse() : records;
  const bound = hash(`${scope}|${args.reverse === true}`);
  const cursorOf = (at: number): string => writeCursor(bound, { value: 0, seq: at, depth: 0 });
  if (backward) {
    const end = Math.min(list.length, readCursor(bound, args.before!).seq);
    const start = Math.max(0, end - size);
    return new Page(list.slice(start, end), end < list.length, start > 0, (_, at) => cursorOf(start + at));
  }
  const start = args.after === null || args.after === undefined ? 0 : readCursor(bound, args.after).seq + 1;
  const nodes = start === 0 && size >= list.length ? list : list.slice(start, start + size);
  return new Page(nodes, start + nodes.length < list.length, start > 0, (_, at) => cursorOf(start + at));
}

/** How many records match, and `added` that are a lie, up to a limit: past it the platform only says "at least". */
export function countOf<T extends Listed>(
  records: Iterable<T>,
  search: Search<T>,
  limit: number | null | undefined,
  added = 0,
): { count: number; precision: string } {
  let count = added;
  for (const record of records) if (search.matches(record)) count++;
  count = Math.max(0, count);
  if (limit === null || limit === undefined || count <= limit) return { count, precision: 'EXACT' };
  return { count: limit + 1, precision: 'AT_LEAST' };
}

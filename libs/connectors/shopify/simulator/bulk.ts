import { createHmac } from 'node:crypto';
import type { GraphQLSchema } from 'graphql';
import { bulkQuery, type BulkQuery } from './bulk-query.js';
import { writePage } from './bulk-write.js';
import type { QueryCache } from './compile.js';
import { LineFile } from './line-file.js';
import type { RequestContext } from './resolvers.js';
import { compileSearch, type SearchFields } from './search.js';

/*
 * Bulk operations of one shop: begun, written while they are looked at, and served as files that anybody may fetch who
 * has the link. Their lists move while they are read, as the platform's do.
 */

/** How operations go, until it is turned again. */
interface BulkKnobs {
  /** At once. */
  readonly slots: number;
  /** How long one takes at least. */
  readonly seconds: number;
  /** How they end; what was written until the middle is then its partial data. */
  readonly ends: 'COMPLETED' | 'FAILED' | 'CANCELED';
  /** False where children stand apart from their records though they were asked for below them. */
  readonly grouped: boolean;
  /** Lines that are counted and lack at the file's end. */
  readonly lost: number;
}

type BulkTurn = { readonly [K in keyof BulkKnobs]?: BulkKnobs[K] | undefined } & {
  readonly links?: 'expire' | undefined;
};

const PLAIN_BULKS: BulkKnobs = { slots: 5, seconds: 2, ends: 'COMPLETED', grouped: true, lost: 0 };

const KEPT_MS = 7 * 86_400_000;
const PAGE = 250;
/** Pages that are written each time somebody looks. */
const STRIDE = 40;

type Status = 'CREATED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELED' | 'EXPIRED';

interface Operation {
  readonly number: number;
  readonly query: string;
  readonly plan: BulkQuery;
  readonly grouped: boolean;
  readonly createdMs: number;
  readonly file: LineFile;
  status: Status;
  errorCode: 'ACCESS_DENIED' | 'INTERNAL_SERVER_ERROR' | null;
  completedMs: number | null;
  roots: number;
  objects: number;
  after: string | null;
}

const FIELDS: SearchFields<Operation> = {
  default: { kind: 'words', of: () => '' },
  created_at: { kind: 'time', of: ({ createdMs }) => createdMs },
  status: { kind: 'words', of: ({ status }) => status },
  operation_type: { kind: 'words', of: () => 'query' },
  id: { kind: 'id', of: ({ number }) => String(number) },
};

const isOpen = ({ status }: Operation): boolean => status === 'CREATED' || status === 'RUNNING';
const instant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** What a request sees of them, and may do. */
export interface BulkView {
  begin(query: string, grouped: boolean): object;
  find(id: string): object | null;
  list(query: string | null | undefined): readonly object[];
}

/** Whose operations they are, and what runs their queries. */
export interface Desk {
  readonly shop: string;
  readonly schema: GraphQLSchema;
  readonly queries: QueryCache;
}

export class BulkDesk {
  knobs = PLAIN_BULKS;
  private readonly operations: Operation[] = [];
  /** Links given out before this one was counted up open nothing. */
  private linkage = 1;

  constructor(private readonly at: Desk) {}

  turn({ links, ...knobs }: BulkTurn): BulkKnobs {
    if (links !== undefined) this.linkage += 1;
    const turned = Object.entries(knobs).filter(([, value]) => value !== undefined);
    this.knobs = { ...this.knobs, ...Object.fromEntries(turned) };
    return this.knobs;
  }

  view(context: Omit<RequestContext, 'bulk'>, origin: string): BulkView {
    const wire = (operation: Operation): object => this.onWire(operation, origin);
    const whole = { ...context, bulk: NO_BULKS, deep: true };
    return {
      begin: (query, grouped) => this.begin(query, grouped, whole, wire),
      find: (id) => {
        const operation = this.operations.find(({ number }) => id === gidOf(number));
        if (operation) this.advance(operation, whole, STRIDE);
        return operation ? wire(operation) : null;
      },
      list: (query) => {
        for (const operation of this.operations) this.advance(operation, whole, STRIDE);
        const { matches } = compileSearch(query, FIELDS, context.nowMs);
        return this.operations.filter(matches).reverse().map(wire);
      },
    };
  }

  /** A file, or what the store says of the link. */
  file(number: number, given: URLSearchParams, nowMs: number): LineFile | { code: string } {
    const operation = this.operations.find((one) => one.number === number);
    const expires = given.get('X-Goog-Expires') ?? '';
    if (!operation || given.get('X-Goog-Signature') !== this.signature(number, expires))
      return { code: operation ? 'ExpiredToken' : 'NoSuchKey' };
    return Number(expires) < nowMs ? { code: 'ExpiredToken' } : operation.file;
  }

  private begin(
    query: string,
    grouped: boolean,
    context: RequestContext,
    wire: (operation: Operation) => object,
  ): object {
    const refused = (code: string, message: string): object => ({
      bulkOperation: null,
      userErrors: [{ code, field: ['query'], message }],
    });
    for (const one of this.operations) this.advance(one, context, Infinity);
    const plan = bulkQuery(this.at.schema, query);
    if ('refused' in plan) return refused('INVALID', `Invalid bulk query: ${plan.refused}`);
    if (this.operations.filter(isOpen).length >= this.knobs.slots)
      return refused('LIMIT_REACHED', 'Bulk operations limit reached. Please try again later.');
    const operation: Operation = {
      number: this.operations.length + 1,
      query,
      plan,
      grouped: grouped && this.knobs.grouped,
      createdMs: context.nowMs,
      file: new LineFile(),
      status: 'CREATED',
      errorCode: null,
      completedMs: null,
      roots: 0,
      objects: 0,
      after: null,
    };
    this.operations.push(operation);
    return { bulkOperation: wire(operation), userErrors: [] };
  }

  /** Writes on, where the operation has taken its time; at most so many pages. */
  private advance(operation: Operation, context: RequestContext, pages: number): void {
    const { nowMs } = context;
    if (operation.completedMs !== null && nowMs > operation.completedMs + KEPT_MS)
      operation.status = 'EXPIRED';
    if (!isOpen(operation)) return;
    operation.status = 'RUNNING';
    if (nowMs < operation.createdMs + this.knobs.seconds * 1000) return;
    const { ends } = this.knobs;
    for (let written = 0; written < pages && isOpen(operation); written++) {
      const more = this.write(operation, context);
      if (!isOpen(operation)) break;
      if (ends !== 'COMPLETED') this.end(operation, ends, nowMs);
      else if (!more) this.end(operation, 'COMPLETED', nowMs);
    }
  }

  private write(operation: Operation, context: RequestContext): boolean {
    const compiled = this.at.queries.get(operation.plan.text, undefined);
    if ('errors' in compiled || compiled.needs.some(({ scope }) => !context.scopes.has(scope))) {
      operation.errorCode = 'ACCESS_DENIED';
      this.end(operation, 'FAILED', context.nowMs);
      return false;
    }
    const { data } = compiled.run(context, { first: PAGE, after: operation.after });
    context.corrupt?.(data as Record<string, unknown>);
    const page = writePage(
      operation.file,
      operation.plan,
      data as Record<string, unknown>,
      operation.grouped,
    );
    operation.roots += page.roots;
    operation.objects += page.objects;
    operation.after = page.after;
    return page.after !== null;
  }

  private end(operation: Operation, status: Status, nowMs: number): void {
    operation.status = status;
    operation.completedMs = nowMs;
    if (status === 'FAILED') operation.errorCode ??= 'INTERNAL_SERVER_ERROR';
    operation.file.drop(this.knobs.lost);
  }

  private onWire(operation: Operation, origin: string): object {
    const { number, status, completedMs, file, query } = operation;
    const has = (of: boolean): string | null =>
      of && file.bytes > 0 ? this.link(number, completedMs ?? 0, origin) : null;
    const isDone = status === 'COMPLETED';
    return {
      id: gidOf(number),
      status,
      query,
      type: 'QUERY',
      errorCode: operation.errorCode,
      createdAt: instant(operation.createdMs),
      completedAt: isDone && completedMs !== null ? instant(completedMs) : null,
      objectCount: String(operation.objects),
      rootObjectCount: String(operation.roots),
      fileSize: isDone ? String(file.bytes) : null,
      url: has(isDone),
      partialDataUrl: has(status === 'FAILED' || status === 'CANCELED'),
    };
  }

  private link(number: number, completedMs: number, origin: string): string {
    const expires = String(completedMs + KEPT_MS);
    return `${origin}/bulk/${number}.jsonl?X-Goog-Expires=${expires}&X-Goog-Signature=${this.signature(number, expires)}`;
  }

  private signature(number: number, expires: string): string {
    return createHmac('sha256', `bulk/${this.at.shop}/${this.linkage}`)
      .update(`${number}\n${expires}`)
      .digest('hex')
      .slice(0, 32);
  }
}

const gidOf = (number: number): string => `gid://shopify/BulkOperation/${number}`;

/** Inside an operation there are none. */
export const NO_BULKS: BulkView = { begin: () => ({}), find: () => null, list: () => [] };

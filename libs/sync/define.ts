import type { Decimal, Duration, Failure } from '#kernel';
import type { LimitSpec, Level, Reply } from '#http';
import type { RowOf, Table } from '#warehouse/tables';
import { z } from 'zod';
import type { Beside } from './beside.js';
import type {
  BroughtQuery,
  Consent,
  ConsentPage,
  ConsentQuery,
  ExchangeQuery,
  GrantQuery,
} from './consent.js';
import type { CallSpec, PageQuery, PageRead, PageSize, Place, Window } from './call-spec.js';
import type { Cursor } from './cursor.js';
import type { Download } from './download.js';
import type { Each } from './each.js';
import type { History } from './history.js';
import { withLimits } from './limits.js';
import type { Listing } from './listing.js';
import type { Onto, OntoOf } from './onto.js';

/** What one call says of a window: how many records the platform counts there, and what they add up to. */
export interface Counted {
  /** Null where the platform gives no exact figure. */
  readonly count: number | null;
  readonly sum?: Decimal | null;
  /** Why the platform hides a part of its records from us: what was not served is then not gone. */
  readonly hidden?: string | null;
}

/** The platform's own count of a window, asked once when everything was read: proof that nothing is missing. */
export interface CensusSpec<Settings, T extends Table> {
  readonly request: (query: { window: Window; settings: Settings }) => CallSpec;
  /** Throws what zod throws where the reply does not parse. */
  readonly says: (body: unknown) => Counted;
  /** The column that `sum` adds up. */
  readonly sums?: NumericColumns<T>;
  /** The span that is really counted; by default the window with both ends cut to the cursor's grain. */
  readonly span?: (window: Window) => Window;
  /** True where the platform counts records that say of themselves that they are gone; false by default. */
  readonly countsGone?: boolean;
}

/** Names of the columns that can be added up exactly. */
type NumericColumns<T extends Table> = {
  [K in keyof T['columns'] & string]: T['columns'][K]['sql'] extends 'numeric' ? K : never;
}[keyof T['columns'] & string];

/** Children of a record, written to their own table and marked gone when the record no longer lists them. */
export interface ChildrenSpec<R> {
  readonly into: Table;
  readonly rows: (record: R) => readonly { key: string; row: Record<string, unknown> }[];
}

/** Rows of a child table from one record; the row type is checked against the table. */
export function children<R, C, T extends Table>(spec: {
  into: T;
  of: (record: R) => readonly C[];
  key: (child: C) => string;
  map: (child: C, record: R) => RowOf<T>;
}): ChildrenSpec<R> {
  return {
    into: spec.into,
    rows: (record) =>
      spec.of(record).map((child) => ({ key: spec.key(child), row: spec.map(child, record) })),
  };
}

/** More of one record, behind further calls: nested lists longer than their first page. */
export interface FollowSpec<R, Settings> {
  /** The next place inside the record, or null when it is whole. */
  readonly next: (record: R) => Place | null;
  readonly request: (query: { record: R; place: Place; settings: Settings }) => CallSpec;
  /** The reply's body parsed and added to the record. Throws what zod throws where it does not parse. */
  readonly merge: (record: R, body: unknown) => R;
}

/** The page just read, with its reply's headers and its records as the wire holds them. */
export interface NextQuery<B> extends PageRead {
  readonly body: B;
  readonly records: readonly unknown[];
}

export interface StreamSpec<Settings, B extends z.ZodType, S extends z.ZodType, T extends Table> {
  /** `platform.stream`, for ever: queues and checkpoints hold it. */
  readonly name: `${string}.${string}`;
  readonly title: string;
  /** Default cadence. */
  readonly every: Duration;
  readonly size: PageSize;
  /** Absent for streams that are read in one go. */
  readonly each?: Each;
  readonly request: (query: PageQuery<Settings>) => CallSpec;
  /** Absent where the reply holds the records itself; else `request` asks for the address of a document. */
  readonly download?: Download;
  /** The reply, or the parsed document, around the records. */
  readonly body: B;
  /** What a record lacks and its page knows (its parent's id) is added here: so the quarantine keeps it too. */
  readonly records: (body: z.output<B>, page: PageRead) => readonly unknown[];
  /**
   * Where not everything that is listed makes a record (orders, few of which have a refund): the instants of what is
   * listed. The checkpoint follows them as it follows the records' own, or the window would grow until the next record.
   */
  readonly listedAt?: (body: z.output<B>) => readonly Date[];
  /** Absent where the page's records are whole. */
  readonly beside?: Beside;
  /** Pure: from the page just read to the next place of the same parent and span, or null. Absent for lists of one page. */
  readonly next?: (page: NextQuery<z.output<B>>) => Place | null;
  /** One record as the wire says it: instants, dates and decimals, not bare strings. */
  readonly schema: S;
  /** The platform's own stable id. */
  readonly key: (record: z.output<S>) => string;
  /** The same id as the wire spells it, read before anything is known of the record; by default its `id`, where it is one. */
  readonly rawKey?: (payload: unknown) => string | null;
  /** Absent for streams that cannot be asked for changes: every run is a refresh. */
  readonly cursor?: Cursor<z.output<S>>;
  /** Absent where the platform cannot count. */
  readonly census?: CensusSpec<Settings, T>;
  /** Absent where the platform writes no files of its past: all is read page by page. */
  readonly history?: History;
  /** True where another stream fills the same table with more: what this one is not served is not gone. */
  readonly part?: boolean;
  readonly follow?: readonly FollowSpec<z.output<S>, Settings>[];
  /**
   * Absent where ids cannot be listed cheaply: then both sides are never compared by id. It speaks for the whole table:
   * another stream may fill that only with records that this one lists too, or they would look deleted.
   */
  readonly listing?: Listing;
  readonly gone?: (record: z.output<S>) => boolean;
  /**
   * What does not add up in a record that parses (a total that its parts do not make), in words; null where all does. Such
   * a record is kept out like one that does not parse, and the run ends red, as every run does that meets it again.
   */
  readonly proof?: (record: z.output<S>) => string | null;
  readonly into: T;
  readonly map: (record: z.output<S>) => RowOf<T>;
  readonly children?: readonly ChildrenSpec<z.output<S>>[];
  /** Columns this stream fills in on rows of others; made by `onto`. */
  readonly onto?: readonly OntoOf<z.output<S>>[];
}

/** A cursor as the engine sees it. */
interface StreamCursor extends Omit<Cursor<unknown>, 'of' | 'version'> {
  of(record: unknown): Date;
  version?(record: unknown): Date | null;
}

/**
 * A stream as the engine sees it. Methods are bivariant in their record, so that streams of every shape fit one
 * list; `defineStream` has checked the pieces against each other before.
 */
export interface Stream {
  readonly name: string;
  readonly platform: string;
  readonly title: string;
  readonly every: Duration;
  readonly size: PageSize;
  readonly body: z.ZodType;
  readonly schema: z.ZodType;
  readonly into: Table;
  readonly children: readonly {
    readonly into: Table;
    rows(record: unknown): readonly { key: string; row: Record<string, unknown> }[];
  }[];
  readonly follow: readonly {
    next(record: unknown): Place | null;
    request(query: { record: unknown; place: Place; settings: unknown }): CallSpec;
    merge(record: unknown, body: unknown): unknown;
  }[];
  readonly each: Each | undefined;
  readonly beside: Beside | undefined;
  readonly download: Download | undefined;
  readonly onto: readonly Onto[];
  readonly cursor: StreamCursor | undefined;
  readonly census:
    | {
        request(query: { window: Window; settings: unknown }): CallSpec;
        says(body: unknown): Counted;
        readonly sums?: string;
        span?(window: Window): Window;
        readonly countsGone?: boolean;
      }
    | undefined;
  readonly listing: Listing | undefined;
  readonly history: History | undefined;
  readonly part: boolean;
  // The engine gives everything; who tries out one page of a stream without parents may leave out what that ignores.
  request(query: Omit<PageQuery<unknown>, 'parent'> & Partial<Pick<PageQuery<unknown>, 'parent'>>): CallSpec;
  records(body: unknown, page?: PageRead): readonly unknown[];
  listedAt(body: unknown): readonly Date[];
  next(page: Pick<NextQuery<unknown>, 'body' | 'place' | 'size'> & Partial<NextQuery<unknown>>): Place | null;
  key(record: unknown): string;
  rawKey(payload: unknown): string | null;
  gone(record: unknown): boolean;
  readonly proof: ((record: unknown) => string | null) | undefined;
  map(record: unknown): Record<string, unknown>;
}

/**
 * The payload's own `id`, where it is one by the record's schema: records that were spoilt alike, to an id of 7 each,
 * are not the same record.
 */
function idBy(schema: z.ZodType): (payload: unknown) => string | null {
  const own = schema instanceof z.ZodObject ? (schema.shape['id'] as z.ZodType | undefined) : undefined;
  return (payload) => {
    if (typeof payload !== 'object' || payload === null || !('id' in payload)) return null;
    const { id } = payload;
    if (typeof id !== 'string' && typeof id !== 'number') return null;
    return own === undefined || own.safeParse(id).success ? String(id) : null;
  };
}

/** Checks a stream's pieces against each other at compile time and hands the engine one plain value. */
export function defineStream<Settings, B extends z.ZodType, S extends z.ZodType, T extends Table>(
  spec: StreamSpec<Settings, B, S, T>,
): Stream {
  const platform = spec.name.slice(0, spec.name.indexOf('.'));
  refuseMisbuilt(spec);
  const stream = {
    children: [],
    follow: [],
    onto: [],
    next: () => null,
    listedAt: () => [],
    gone: () => false,
    part: false,
    rawKey: idBy(spec.schema),
    ...spec,
    platform,
    cursor: spec.cursor,
    census: spec.census,
    listing: spec.listing,
    history: spec.history,
    each: spec.each,
    beside: spec.beside,
    download: spec.download,
    proof: spec.proof,
  };
  return stream as unknown as Stream;
}

/** What the compiler cannot see of a stream's shapes. */
function refuseMisbuilt({
  name,
  cursor,
  each,
  download,
  history,
  census,
  into,
}: Pick<Stream, 'name' | 'into'> &
  Partial<Pick<Stream, 'each' | 'download' | 'history'>> & {
    readonly cursor?: object;
    readonly census?: object;
  }): void {
  const { maxSpan, startAt, reach, replaces, order } = (cursor ?? {}) as Partial<StreamCursor>;
  const refuse = (why: string): never => {
    throw new TypeError(`stream ${name}: ${why}`);
  };
  if (maxSpan !== undefined && !startAt && reach === undefined)
    refuse('maxSpan needs startAt or reach: a window without a beginning cannot be cut');
  if (download !== undefined && each?.list === undefined) refuse('download needs each: eachListed(…)');
  if (history && (!census || !cursor || each || maxSpan !== undefined))
    refuse('history needs a cursor and a census, which tells whether it pays, and no legs');
  if (replaces !== undefined && !(replaces in into.columns))
    refuse(`replaces: ${into.name} has no column ${replaces}`);
  if (replaces !== undefined && order !== 'unordered') refuse('replaces is for an unordered list');
}

/** How calls are signed and how a token is renewed; every function is pure. */
export interface Auth<Settings, Credentials> {
  /** Headers that carry the credentials. */
  readonly sign: (credentials: Credentials) => Readonly<Record<string, string>>;
  /** When the credentials in hand die; in the past for those never granted yet, null for those that never die. */
  readonly expiresAt: (credentials: Credentials) => Date | null;
  /**
   * They are renewed from this long before that, or up to half as much again: each connection has a moment of its own,
   * so that accounts connected together are not renewed together. 0 by default: once they are dead.
   */
  readonly aheadMs?: Duration;
  /** The call that renews them; null where nothing can be renewed and the operator must reconnect. */
  readonly renew: (query: { settings: Settings; credentials: Credentials }) => CallSpec | null;
  /** The credentials after that call's reply: saved before they are used. */
  readonly renewed: (query: { credentials: Credentials; body: unknown; now: Date }) => Credentials;
  /**
   * How long a refresh token that was used is still taken, should the reply have been lost: a renewal that was cut
   * short can be repeated. Absent where it is taken once only, so that a lost reply loses the connection.
   */
  readonly grace?: Duration | 'until-used';
  /** What renewals are metered under; the platform's own limits by default. */
  readonly limits?: readonly LimitSpec[];
  /** Absent where there is no page to go to: credentials are entered. */
  readonly consent?: Consent<Settings, Credentials>;
}

export interface Scopes {
  readonly granted: readonly string[];
  readonly missing: readonly string[];
}

export interface PlatformSpec<Settings extends z.ZodType, Credentials extends z.ZodType> {
  readonly name: string;
  readonly title: string;
  /** What a connection must know besides secrets: shop, region, version. */
  readonly settings: Settings;
  /** What is sealed. */
  readonly credentials: Credentials;
  readonly baseUrl: (settings: z.output<Settings>) => string;
  /** The platform's own hosts; calls go nowhere else unless the connection names another base url. */
  readonly hosts: readonly RegExp[];
  /**
   * `exact` where the platform sends money as JSON numbers: every number of every reply is then read as its exact decimal
   * text (`12.10` → `'12.10'`, `1e3` → `'1000'`), ids and counts too: `wireDecimal`, `wireInteger`, `wireId` read
   * those. By default numbers of up to 15 digits are JavaScript's.
   */
  readonly json?: 'exact';
  readonly auth: Auth<z.output<Settings>, z.output<Credentials>>;
  readonly limits: readonly LimitSpec[];
  /** What the platform's reply says of its own meter. */
  readonly meter?: (reply: Reply) => { charged?: number; level?: Level };
  /**
   * Only what differs from the default table: a Failure, null for "this is fine", undefined for the default. Three more
   * kinds of no: `Unavailable` (not in this account), `PlaceLost` (its page token died), `PageDepth` (no page further).
   */
  readonly classify?: (reply: Reply, now: Date, operation?: string) => Failure | null | undefined;
  /** True where the platform refused a page for its size: the engine halves it and asks again. */
  readonly tooLarge?: (reply: Reply) => boolean;
  /** True where the reply shows room for twice the size. */
  readonly roomy?: (reply: Reply) => boolean;
  /** Something an operator should know though the call went well: a version that fell forward. */
  readonly notice?: (reply: Reply, settings: z.output<Settings>) => string | null;
  /** One cheap call that proves a connection, and what it says in a few words. */
  readonly probe: {
    readonly request: (settings: z.output<Settings>) => CallSpec;
    readonly says: (body: unknown) => string;
    /** Further calls that prove what streams need, where the first does not tell: which are refused is said. */
    readonly also?: (query: { settings: z.output<Settings>; now: Date }) => readonly CallSpec[];
    /** What the account granted, and what streams ask for in vain; absent where the platform does not tell. */
    readonly scopes?: (body: unknown) => Scopes;
  };
  /** `SHOPIFY_SHOP` and its like, as the requirement documents name them, to a connection. */
  readonly fromEnv?: (
    env: Readonly<Record<string, string | undefined>>,
  ) => { name: string; settings: z.input<Settings>; credentials: z.input<Credentials> } | null;
  readonly streams: readonly Stream[];
}

/** A platform as the engine sees it; `definePlatform` has checked its pieces. */
export interface Platform {
  readonly name: string;
  readonly title: string;
  readonly settings: z.ZodType;
  readonly credentials: z.ZodType;
  readonly hosts: readonly RegExp[];
  readonly json: 'exact' | undefined;
  readonly limits: readonly LimitSpec[];
  readonly streams: readonly Stream[];
  readonly auth: {
    sign(credentials: unknown): Readonly<Record<string, string>>;
    expiresAt(credentials: unknown): Date | null;
    readonly aheadMs: Duration;
    renew(query: { settings: unknown; credentials: unknown }): CallSpec | null;
    renewed(query: { credentials: unknown; body: unknown; now: Date }): unknown;
    readonly grace?: Duration | 'until-used';
    readonly limits?: readonly LimitSpec[];
    readonly consent?: {
      page(query: ConsentQuery): ConsentPage;
      forged?(query: BroughtQuery): string | null;
      exchange(query: ExchangeQuery): CallSpec;
      granted(query: GrantQuery): unknown;
    };
  };
  readonly probe: {
    request(settings: unknown): CallSpec;
    says(body: unknown): string;
    also?(query: { settings: unknown; now: Date }): readonly CallSpec[];
    scopes?(body: unknown): Scopes;
  };
  baseUrl(settings: unknown): string;
  meter(reply: Reply): { charged?: number; level?: Level };
  classify(reply: Reply, now: Date, operation?: string): Failure | null | undefined;
  tooLarge(reply: Reply): boolean;
  roomy(reply: Reply): boolean;
  notice(reply: Reply, settings: unknown): string | null;
  fromEnv(
    env: Readonly<Record<string, string | undefined>>,
  ): { name: string; settings: unknown; credentials: unknown } | null;
}

export function definePlatform<S extends z.ZodType, C extends z.ZodType>(spec: PlatformSpec<S, C>): Platform {
  for (const stream of spec.streams)
    if (stream.platform !== spec.name)
      throw new TypeError(`stream ${stream.name} does not belong to ${spec.name}`);
  const platform = {
    meter: () => ({}),
    classify: () => undefined,
    tooLarge: () => false,
    roomy: () => false,
    notice: () => null,
    fromEnv: () => null,
    json: undefined,
    ...spec,
    settings: withLimits(spec.settings, spec.limits),
    auth: { aheadMs: 0, ...spec.auth },
  };
  return platform as unknown as Platform;
}

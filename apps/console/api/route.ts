import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Role } from '#warehouse';
import type { ConsoleOptions } from '../options.js';
import type { Caller } from './callers.js';

/**
 * A route is data: what it takes and gives as zod schemas, who may call it, and one function. The same declaration
 * mounts it, validates it, describes it in the OpenAPI and types the pages' calls.
 *
 * Words: a *call* is one request that passed every check; a *deed* is the line of the audit log that a changing call
 * leaves; an *undo* takes a deed back within ten minutes.
 */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** `GET /runs/{id}`: the method and the path below `/api/v1`, as OpenAPI writes it. It is the route's name everywhere. */
export type RouteKey = `${Method} /${string}`;

/** Who may call: everybody, or who is signed in (or shows a token) with at least that role. */
export type Access = 'anyone' | Role;

/** A reply that the handler writes to the response itself: a file, or server-sent events. */
export interface Stream {
  readonly stream: string;
}

/** A reply without JSON. `redirect` sends the browser to the path or URL that the handler gives. */
export type Bare = 'nothing' | 'redirect';

export type Reply = z.ZodType | Stream | Bare;

/** What the handler gives back for a reply: before it is checked and written as JSON. */
export type Given<R extends Reply> = R extends z.ZodType
  ? z.input<R>
  : R extends 'redirect'
    ? string
    : R extends Stream
      ? void
      : void;

/** What a changing call says of itself for the audit log, bit by bit; what is said last counts. */
export interface Deed {
  /** What it was done to: a name or an id that an operator knows. By default the path's ids. */
  readonly subject?: string;
  /** The thing before and after, small and plain; secrets are redacted by their fields' names, but leave them out. */
  readonly before?: unknown;
  readonly after?: unknown;
  /** What `undo` needs to take it back: plain JSON. Without it the deed cannot be undone. */
  readonly undo?: unknown;
  /** How it went, where 'done' says too little. */
  readonly outcome?: string;
  /** Only where nobody is signed in: who tried, and in which workspace. */
  readonly actor?: string;
  readonly workspace?: string;
}

export interface Call<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  readonly body: z.output<B>;
  /** Who calls; throws where the route is open to anyone and nobody is signed in. */
  readonly caller: Caller;
  readonly maybeCaller: Caller | null;
  /** The caller's workspace. Every query carries it: another workspace's things are "not found". */
  readonly workspace: string;
  readonly now: Date;
  readonly doors: ConsoleOptions;
  /** The id of the deed's line in the audit log; null where none is written before. */
  readonly deedId: string | null;
  /** Fills in the line of the audit log. */
  readonly tell: (deed: Deed) => void;
  readonly request: Request;
  readonly response: Response;
}

export interface RouteSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends Reply> {
  /** One line for the reader of the API's description. */
  readonly summary: string;
  readonly description?: string;
  readonly may: Access;
  /** For people alone: no token may, whatever its role, so that a token cannot make another or change who may what. */
  readonly people?: true;
  /** Ids in the path, strings all. What does not fit is "not found". */
  readonly params?: P;
  readonly query?: Q;
  /** JSON, up to `bodyLimit`. */
  readonly body?: B;
  /** By default '100kb'. */
  readonly bodyLimit?: string;
  readonly reply: R;
  /** 200 by default, 204 for `nothing`, 303 for `redirect`. */
  readonly status?: 200 | 201 | 202;
  /**
   * The deed's name in the audit log, such as `connection.pause`. Every method but GET has one, or `changes: false`; a
   * GET has one where it changes something after all.
   */
  readonly audit?: string;
  /** `false` for a POST that only asks (a preview, a test): no deed is written. It is CSRF-safe all the same. */
  readonly changes?: false;
  /**
   * Of a GET: what it answers depends on the workspace, the path and the query alone, not on who asks. Calls that ask for
   * the same at the same moment are answered by one read.
   */
  readonly shared?: true;
  /** The reply holds a secret that is shown once: a repeat with the same `Idempotency-Key` does not get it again. */
  readonly once?: true;
  /** Takes the deed back; `data` is what `tell({ undo })` kept. Throws `conflict` where the thing has changed since. */
  readonly undo?: (call: UndoCall, data: unknown) => Promise<void>;
  readonly handle: (call: Call<P, Q, B>) => Promise<Given<R>>;
}

/** What an undo is given: the same doors, in the deed's own workspace. */
export type UndoCall = Pick<
  Call<z.ZodType, z.ZodType, z.ZodType>,
  'caller' | 'workspace' | 'now' | 'doors' | 'deedId' | 'tell'
>;

/** A route as the registry sees it. */
export interface Route extends Omit<
  RouteSpec<z.ZodType, z.ZodType, z.ZodType, Reply>,
  'handle' | 'params' | 'query' | 'body'
> {
  readonly params?: z.ZodType | undefined;
  readonly query?: z.ZodType | undefined;
  readonly body?: z.ZodType | undefined;
  // A method, so that routes with calls of every shape fit one list; `route` has checked them before.
  handle(call: unknown): Promise<unknown>;
}

/** The declared schemas, kept for the types of the pages' calls. */
export interface Declared<
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends Reply,
> extends Route {
  readonly shape?: { readonly params: P; readonly query: Q; readonly body: B; readonly reply: R };
}

/** Checks a route's pieces against each other at compile time. */
export function route<
  R extends Reply,
  P extends z.ZodType = z.ZodType<Record<string, never>>,
  Q extends z.ZodType = z.ZodType<Record<string, never>>,
  B extends z.ZodType = z.ZodType<undefined>,
>(spec: RouteSpec<P, Q, B, R>): Declared<P, Q, B, R> {
  return spec as unknown as Declared<P, Q, B, R>;
}

/** One resource's routes: a file each, under one heading of the description. */
export interface Resource<Routes extends Record<RouteKey, Route> = Record<RouteKey, Route>> {
  readonly tag: string;
  readonly about: string;
  readonly routes: Routes;
}

export const resource = <const Routes extends Record<RouteKey, Route>>(
  tag: string,
  about: string,
  routes: Routes,
): Resource<Routes> => ({ tag, about, routes });

/** Whether a call of the route changes something and so leaves a deed. */
export const changes = (route: Route): boolean => route.audit !== undefined;

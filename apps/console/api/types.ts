import type { z } from 'zod';
import type { api } from './api.js';
import type { Declared } from './route.js';

/** The API's types for the pages, by the route's name (`GET /runs/{id}`): import them with `import type` alone. */
type Resources = (typeof api)[number];
type Merged<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;

export type Api = Merged<Resources['routes']>;
export type RouteName = keyof Api;

type Shape<K extends RouteName> =
  Api[K] extends Declared<infer P, infer Q, infer B, infer R>
    ? { params: P; query: Q; body: B; reply: R }
    : never;

export type ParamsOf<K extends RouteName> = z.input<Shape<K>['params']>;
export type QueryOf<K extends RouteName> = z.input<Shape<K>['query']>;
export type BodyOf<K extends RouteName> = z.input<Shape<K>['body']>;
/** What the caller reads: instants are texts. `undefined` for calls that answer nothing. */
export type ReplyOf<K extends RouteName> = Shape<K>['reply'] extends z.ZodType
  ? z.output<Shape<K>['reply']>
  : undefined;

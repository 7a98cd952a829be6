import express, { type ErrorRequestHandler, type Router } from 'express';
import type { ConsoleOptions } from '../options.js';
import { answerCall } from './answer.js';
import { Problem, problemOf, sendProblem } from './problem.js';
import type { Resource, Route } from './route.js';

export const API_PATH = '/api/v1';

/** A route with its name and the resource it belongs to. */
export interface Mounted {
  /** `GET /runs/{id}` */
  readonly key: string;
  readonly method: string;
  /** As OpenAPI writes it, below `/api/v1`. */
  readonly path: string;
  readonly tag: string;
  readonly route: Route;
}

/** The routes one by one; throws where one changes something and would leave no line in the audit log. */
export function mountedOf(resources: readonly Resource[]): Mounted[] {
  return resources.flatMap(({ tag, routes }) =>
    Object.entries(routes).map(([key, route]): Mounted => {
      const [method = '', path = ''] = key.split(' ');
      if (method !== 'GET' && !route.audit && route.changes !== false)
        throw new TypeError(`${key} changes something and names no deed: give it audit, or changes: false`);
      if (route.undo && !route.audit) throw new TypeError(`${key} can be undone but leaves no deed`);
      return { key, method, path, tag, route };
    }),
  );
}

/**
 * Every declared route under `/api/v1`, and nothing else: an unknown address is a 404 that says so, a known one with
 * another method a 405. Each call passes the same steps in the same order, whatever the resource (see `answer.ts`).
 */
export function mountApi(options: ConsoleOptions, resources: readonly Resource[]): Router {
  const router = express.Router({ caseSensitive: true, strict: true });
  const byPath = new Map<string, Mounted[]>();
  for (const one of mountedOf(resources)) byPath.set(one.path, [...(byPath.get(one.path) ?? []), one]);
  for (const [path, routes] of [...byPath].sort(([a], [b]) => (inOrder(a) < inOrder(b) ? -1 : 1)))
    router.all(path.replace(/\{(\w+)\}/g, ':$1'), async (request, response) => {
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      const found = routes.find((one) => one.method === method);
      if (found) return answerCall(options, found, request, response);
      response.set('Allow', routes.map((one) => one.method).join(', '));
      sendProblem(response, new Problem('method-not-allowed', `${request.method} is not possible here`));
    });
  router.use((_request, response) =>
    sendProblem(response, new Problem('not-found', 'there is nothing at this address; see /docs')),
  );
  const onError: ErrorRequestHandler = (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    sendProblem(response, problemOf(error, request, options.logger));
  };
  router.use(onError);
  return router;
}

/** A fixed segment before a parameter: `/runs/summary` is no run. `~` comes after every letter. */
const inOrder = (path: string): string => path.replace(/\{\w+\}/g, '~');

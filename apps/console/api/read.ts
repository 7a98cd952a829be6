import express, { type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import { Problem, type FieldError } from './problem.js';
import type { Route } from './route.js';

const readers = new Map<string, RequestHandler>();

/** Reads a JSON body of at most that size, and no other kind: a form of another site is not JSON. */
function readerOf(limit: string): RequestHandler {
  let reader = readers.get(limit);
  if (!reader) readers.set(limit, (reader = express.json({ limit, strict: true, type: 'application/json' })));
  return reader;
}

/** The request's parts as the route's schemas give them; throws `invalid` with every field that does not fit. */
export async function readRequest(
  route: Route,
  request: Request,
  response: Response,
): Promise<{ params: unknown; query: unknown; body: unknown }> {
  const params = (route.params ?? NONE).safeParse(storable({ ...request.params }));
  if (!params.success) throw new Problem('not-found', 'there is nothing at this address');
  const query = parsed('query', route.query ?? NONE, { ...request.query });
  return { params: params.data, query, body: await readBody(route, request, response) };
}

const NONE = z.strictObject({});

async function readBody(route: Route, request: Request, response: Response): Promise<unknown> {
  const sends =
    request.get('Transfer-Encoding') !== undefined || Number(request.get('Content-Length') ?? 0) > 0;
  if (!route.body) {
    if (sends && !request.is('application/json'))
      throw new Problem('not-json', 'this call takes no body; send none');
    return undefined;
  }
  if (sends && !request.is('application/json'))
    throw new Problem('not-json', 'send JSON with Content-Type: application/json');
  await new Promise<void>((resolve, reject) => {
    readerOf(route.bodyLimit ?? '100kb')(request, response, (error?: unknown) =>
      error ? reject(error instanceof Error ? error : new Error('the body cannot be read')) : resolve(),
    );
  });
  return parsed('body', route.body, request.body as unknown);
}

function parsed(part: string, schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(storable(value));
  if (result.success) return result.data;
  throw new Problem('invalid', 'some of what was sent does not fit; nothing was done', {
    errors: result.error.issues.slice(0, 50).map((issue): FieldError => ({
      field: [part, ...issue.path.map(String)].join('.').slice(0, 200),
      message: issue.message.slice(0, 300),
    })),
  });
}

const DEEPEST = 64;

/** Refuses what no store of ours can hold, before any schema looks: the null character, and nesting without end. */
function storable<T>(value: T, depth = 0): T {
  if (depth > DEEPEST) throw new Problem('invalid', `this nests deeper than ${DEEPEST} levels`);
  if (typeof value === 'string' && value.includes('\0'))
    throw new Problem('invalid', 'a text holds the null character, which cannot be stored');
  if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) {
      storable(key, depth);
      storable(one as unknown, depth + 1);
    }
  return value;
}

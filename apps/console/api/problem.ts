import type { Request, Response } from 'express';
import { z } from 'zod';
import { Failure } from '#kernel';
import { redactText, type Logger } from '#telemetry';
import { isLostStore } from '../lost-store.js';

/** Every refusal of the API, by its kind. The kind is stable and what a script looks at; the detail is for people. */
const STATUS = {
  invalid: 400,
  'not-signed-in': 401,
  'needs-code': 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  gone: 410,
  'too-large': 413,
  'not-json': 415,
  unusable: 422,
  'too-many': 429,
  broken: 500,
  'platform-refused': 502,
  unavailable: 503,
} as const;

export type ProblemKind = keyof typeof STATUS;

const TITLE: Readonly<Record<ProblemKind, string>> = {
  invalid: 'The request does not fit',
  'not-signed-in': 'Nobody is signed in',
  'needs-code': 'The second factor is missing',
  forbidden: 'Not allowed',
  'not-found': 'Not found',
  'method-not-allowed': 'Not possible at this address',
  conflict: 'Not in this state',
  gone: 'Too late',
  'too-large': 'Too large',
  'not-json': 'Not JSON',
  unusable: 'Cannot be used',
  'too-many': 'Too many attempts',
  broken: 'Something went wrong here',
  'platform-refused': 'The platform refused',
  unavailable: 'Not available now',
};

/** What was wrong with one field of the request: `body.name`, and why. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** Thrown by a handler: becomes the reply. The detail says what is wrong and what to do, and holds no secret. */
export class Problem extends Error {
  readonly status: number;
  constructor(
    readonly kind: ProblemKind,
    detail: string,
    readonly more: { readonly errors?: readonly FieldError[]; readonly retryAfter?: number } = {},
  ) {
    super(detail);
    this.status = STATUS[kind];
  }
}

export const notFound = (what: string): Problem => new Problem('not-found', `there is no ${what} here`);

/** The JSON of a refusal (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'urn:stratus:problem:<kind>: what a program looks at' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong and what to do, for a person' }),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

export function sendProblem(response: Response, problem: Problem): void {
  const { kind, status, message, more } = problem;
  if (more.retryAfter !== undefined) response.set('Retry-After', String(more.retryAfter));
  if (status === 401) response.set('WWW-Authenticate', 'Bearer realm="stratus"');
  response
    .status(status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `urn:stratus:problem:${kind}`,
        title: TITLE[kind],
        status,
        detail: redactText(message),
        ...(more.errors ? { errors: more.errors } : {}),
      }),
    );
}

/** Whatever was thrown, as a refusal; what is our own fault is logged and told in one sentence. */
export function problemOf(thrown: unknown, request: Request, logger: Logger): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof Failure) {
    const known = ofFailure(thrown);
    if (known) return known;
  }
  const status = statusOf(thrown);
  if (status === 413) return new Problem('too-large', 'send less, or in parts');
  if (status === 415) return new Problem('not-json', 'send JSON with Content-Type: application/json');
  if (status !== undefined) return new Problem('invalid', 'this request cannot be read');
  if (isBadValue(thrown)) {
    logger.warn(
      { error: thrown, path: request.path },
      'a value of a request could not be stored or compared',
    );
    return new Problem('invalid', 'a value that was sent is none that could be here');
  }
  if (typeof thrown === 'object' && thrown !== null && isLostStore(thrown)) {
    logger.warn({ error: thrown, path: request.path }, 'a store did not answer a request');
    return new Problem('unavailable', 'a store does not answer: see /api/system/health, then try again', {
      retryAfter: 5,
    });
  }
  logger.error({ error: thrown, method: request.method, path: request.path }, 'a request failed');
  return new Problem('broken', 'the log of the console says what');
}

function ofFailure(failure: Failure): Problem | null {
  switch (failure.kind) {
    case 'refused':
      return new Problem('conflict', failure.message);
    case 'config':
    case 'credential':
      return new Problem('unusable', failure.message);
    case 'throttled':
    case 'transient':
      return new Problem('unavailable', failure.message, {
        retryAfter: 5,
      });
    default:
      return null;
  }
}

/** What Postgres says of a value that is none of its type (class 22): a cursor or a number that nobody was given. */
const isBadValue = (thrown: unknown): boolean =>
  typeof thrown === 'object' &&
  thrown !== null &&
  'code' in thrown &&
  /^22[0-9A-Z]{3}$/.test(String(thrown.code));

/** The status of what Express or its body parser threw at the caller's request. */
function statusOf(thrown: unknown): number | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('status' in thrown)) return undefined;
  const { status } = thrown;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

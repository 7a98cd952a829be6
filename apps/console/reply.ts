import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { STATUS_CODES } from 'node:http';
import { redactText, type Logger } from '#telemetry';
import type { Html } from './html.js';
import { isLostStore } from './lost-store.js';
import { messagePage } from './pages/message.js';

export function sendPage(response: Response, page: Html, status = 200): void {
  response.status(status).type('html').send(page.text);
}

/** A refusal in the form the caller reads: a page for people, `{ error }` for programs. */
export function refuse(request: Request, response: Response, status: number, why: string): void {
  if (wantsPage(request))
    return sendPage(response, messagePage(STATUS_CODES[status] ?? 'Refused', why), status);
  response.status(status).json({ error: why });
}

function wantsPage(request: Request): boolean {
  if (/^\/(?:api|metrics|queues\/api)(?:\/|$)/i.test(request.originalUrl.split('?')[0]!)) return false;
  return request.accepts(['json', 'html']) === 'html';
}

export const notFound: RequestHandler = (request, response) =>
  refuse(request, response, 404, 'there is nothing at this address');

/** The last handler: says little, logs the rest, and no stack leaves the process. */
export const onError =
  (logger: Logger): ErrorRequestHandler =>
  (error: unknown, request, response, next) => {
    const status = statusOf(error);
    if (status >= 500)
      logger.error({ error, method: request.method, path: request.path }, 'a request failed');
    if (response.headersSent) return next(error);
    refuse(request, response, status, SAYS[status] ?? 'this request cannot be read');
  };

const SAYS: Readonly<Record<number, string>> = {
  413: 'this request is too large',
  500: 'something went wrong here; the log of the console says what',
  503: 'a store does not answer: see /api/system/health, then try again',
};

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 500;
  if ('status' in error && typeof error.status === 'number' && error.status >= 400 && error.status < 500)
    return error.status;
  return isLostStore(error) ? 503 : 500;
}

/** What Bull Board's handlers throw, without what could be a secret in it. */
export function boardError(
  error: Error,
  logger: Logger,
): { status: 500; body: { error: { key: 'ERRORS.INTERNAL_SERVER_ERROR' }; message: string } } {
  logger.error({ error }, 'Bull Board failed');
  return {
    status: 500,
    body: { error: { key: 'ERRORS.INTERNAL_SERVER_ERROR' }, message: redactText(error.message) },
  };
}

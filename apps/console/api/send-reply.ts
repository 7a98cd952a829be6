import type { Response } from 'express';
import { z } from 'zod';
import type { Route } from './route.js';

/** What a reply's status is when all went well. */
export const statusOf = ({ reply, status }: Route): number =>
  reply === 'nothing' ? 204 : reply === 'redirect' ? 303 : (status ?? 200);

/**
 * The reply as JSON, or null where there is none. Only what the schema declares leaves the process: a column that a query
 * gave too many stays here, and a value that does not fit is our own fault and told as such.
 */
export function bodyOf({ reply }: Route, given: unknown, response: Response): string | null {
  if (reply instanceof z.ZodType) {
    const parsed = reply.safeParse(given);
    if (parsed.success) return JSON.stringify(parsed.data);
    throw new Error(`a reply does not fit its description: ${z.prettifyError(parsed.error).slice(0, 500)}`);
  }
  if (reply === 'redirect') response.set('Location', String(given));
  return null;
}

export function sendBody(response: Response, status: number, body: string | null): void {
  response.status(status);
  if (body === null) response.end();
  else response.type('application/json').send(body);
}

import type { CookieOptions, Request, RequestHandler, Response } from 'express';
import { seconds } from '#kernel';
import type { Role } from '#warehouse';
import type { ConsoleOptions } from './options.js';
import { refuse } from './reply.js';
import { findSession, sameSecret, type SignedIn } from './sessions.js';
import { within } from './within.js';

/** What a role may, as a number: each may what those below it may. */
export const RANK: Readonly<Record<Role, number>> = { viewer: 0, operator: 1, admin: 2 };
const PATIENCE = seconds(5);

const signed = new WeakMap<Request, SignedIn>();

export const maybeSignedIn = (request: Request): SignedIn | undefined => signed.get(request);

/** Who sent the request; only behind `mustSignIn`. */
export function signedIn(request: Request): SignedIn {
  const session = signed.get(request);
  if (!session) throw new Error('this route is missing its gate: nobody is signed in');
  return session;
}

export const may = (request: Request, role: Role): boolean => RANK[signedIn(request).role] >= RANK[role];

/** Browsers accept a `__Host-` cookie only with Secure, for this host alone: no neighbour can plant one. */
export const sessionCookie = ({ secureCookies }: ConsoleOptions): string =>
  secureCookies ? '__Host-stratus-session' : 'stratus-session';

export const cookieOptions = ({ secureCookies }: ConsoleOptions): CookieOptions => ({
  httpOnly: true,
  sameSite: 'lax',
  secure: secureCookies,
  path: '/',
});

/** The cookie that Bull Board's client copies into the header `X-XSRF-TOKEN` of every call it makes. */
export function giveBoardToken(options: ConsoleOptions, request: Request, response: Response): void {
  const { csrf } = signedIn(request);
  if (readCookie(request, BOARD_COOKIE) === csrf) return;
  response.cookie(BOARD_COOKIE, csrf, {
    ...cookieOptions(options),
    httpOnly: false,
    sameSite: 'strict',
    path: BOARD_PATH,
  });
}

export const BOARD_PATH = '/queues';
export const BOARD_COOKIE = 'XSRF-TOKEN';

/** Finds out who sent the request; lets everybody through. */
export function readSession(options: ConsoleOptions): RequestHandler {
  const cookie = sessionCookie(options);
  return async (request, _response, next) => {
    const id = readCookie(request, cookie);
    if (id) {
      const session = await within(PATIENCE, findSession(options.warehouse, id, options.now()));
      if (session) signed.set(request, session);
    }
    next();
  };
}

/** Stops who is not signed in: a page leads to the sign-in, everything else is refused. */
export const mustSignIn: RequestHandler = (request, response, next) => {
  if (signed.has(request)) return next();
  if (isPage(request))
    return response.redirect(303, `/sign-in?next=${encodeURIComponent(request.originalUrl)}`);
  refuse(request, response, 401, 'sign in first');
};

function isPage(request: Request): boolean {
  const api = /^\/(?:api|queues\/(?:api|static))(?:\/|$)/i.test(request.path);
  return ['GET', 'HEAD'].includes(request.method) && !api && request.accepts(['html', 'json']) === 'html';
}

/** Refuses a call that changes something unless it shows the session's token: in the header or the form. */
export function showsToken(request: Request): boolean {
  const body = request.body as Record<string, unknown> | undefined;
  const given = request.get('X-XSRF-TOKEN') ?? body?.['csrf'];
  return typeof given === 'string' && sameSecret(given, signedIn(request).csrf);
}

export const NO_TOKEN =
  'this page is older than your sign-in, or the call came from another site; load the page again';

export const mustShowToken: RequestHandler = (request, response, next) => {
  if (showsToken(request)) return next();
  refuse(request, response, 403, NO_TOKEN);
};

export const needs = (role: Role): string => `this needs the role ${role}; ask an admin`;

/**
 * A form sent here by another site: a browser says so itself. Guards the sign-in, which has no session yet and so no
 * token; without it another site could sign a person in as somebody else.
 */
export const mustBeOurs: RequestHandler = (request, response, next) => {
  const from = request.get('Sec-Fetch-Site');
  if (from === undefined || from === 'same-origin' || from === 'none') return next();
  refuse(request, response, 403, 'this form came from another site');
};

function readCookie(request: Request, name: string): string | undefined {
  for (const pair of request.get('Cookie')?.split(';') ?? []) {
    const [key, ...value] = pair.trim().split('=');
    if (key === name) return value.join('=');
  }
  return undefined;
}

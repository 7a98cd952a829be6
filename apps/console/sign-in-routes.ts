import express, { type Router } from 'express';
import { audit } from './audit.js';
import {
  BOARD_COOKIE,
  BOARD_PATH,
  cookieOptions,
  maybeSignedIn,
  mustBeOurs,
  mustShowToken,
  mustSignIn,
  sessionCookie,
  signedIn,
} from './gate.js';
import { nextPath } from './next-path.js';
import type { ConsoleOptions } from './options.js';
import { signInPage } from './pages/sign-in.js';
import { sendPage } from './reply.js';
import { closeSession, openSession } from './sessions.js';
import type { SignInLimit } from './sign-in-limit.js';
import { verifyUser } from './users.js';

/** The few fields of our forms, and nothing larger. */
export const readForm = express.urlencoded({ extended: false, limit: '4kb', parameterLimit: 10 });

/** A field that was sent once as text; the empty text otherwise. */
export function field(body: unknown, name: string): string {
  const value = (body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value : '';
}

export function signInRoutes(options: ConsoleOptions, limit: SignInLimit): Router {
  const { warehouse, now } = options;
  const router = express.Router();

  router.get('/sign-in', (request, response) => {
    const next = nextPath(request.query['next']);
    if (maybeSignedIn(request)) return response.redirect(303, next);
    sendPage(response, signInPage({ next }));
  });

  router.post('/sign-in', mustBeOurs, readForm, async (request, response) => {
    const name = field(request.body, 'name').trim();
    const next = nextPath(field(request.body, 'next'));
    const address = request.ip ?? 'unknown';
    const note = (outcome: string): Promise<void> =>
      audit(warehouse, {
        at: now(),
        actor: name || '(no name)',
        action: 'sign-in',
        subject: address,
        outcome,
      });

    const wait = limit.enter(name, address);
    if (wait) {
      response.set('Retry-After', String(wait.retryAfter));
      const error = `Too many attempts. Try again in ${Math.ceil(wait.retryAfter / 60)} min.`;
      return sendPage(response, signInPage({ next, name, error }), 429);
    }
    const user = await verifyUser(warehouse, name, field(request.body, 'password').slice(0, 1000));
    if (!user) {
      await note('refused');
      const error = 'This name and password do not belong together.';
      return sendPage(response, signInPage({ next, name, error }), 401);
    }
    limit.succeeded(name, address);
    const old = maybeSignedIn(request);
    if (old) await closeSession(warehouse, old.idHash);
    const session = await openSession(warehouse, user.id, now());
    await note('done');
    response.cookie(sessionCookie(options), session.id, {
      ...cookieOptions(options),
      expires: session.expiresAt,
    });
    response.redirect(303, next);
  });

  router.post('/sign-out', mustSignIn, readForm, mustShowToken, async (request, response) => {
    const { idHash, name } = signedIn(request);
    await closeSession(warehouse, idHash);
    await audit(warehouse, { at: now(), actor: name, action: 'sign-out', subject: null, outcome: 'done' });
    response.clearCookie(sessionCookie(options), cookieOptions(options));
    response.clearCookie(BOARD_COOKIE, { ...cookieOptions(options), path: BOARD_PATH });
    response.redirect(303, '/sign-in');
  });

  return router;
}

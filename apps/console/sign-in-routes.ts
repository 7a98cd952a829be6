import express, { type Router } from 'express';
import { audit } from './audit.js';
import { DEFAULT_WORKSPACE, type Warehouse } from '#warehouse';
import { maybeSignedIn, mustBeOurs, mustShowToken, mustSignIn, signedIn } from './gate.js';
import { auditSignIn, giveSession, takeSession } from './give-session.js';
import { nextPath } from './next-path.js';
import type { ConsoleOptions } from './options.js';
import { signInPage } from './pages/sign-in.js';
import { sendPage } from './reply.js';
import { closeSession } from './sessions.js';
import { signIn, type SignedInNow } from './sign-in.js';
import { isShared } from './workspaces.js';

/** The few fields of our forms, and nothing larger. */
const readForm = express.urlencoded({ extended: false, limit: '4kb', parameterLimit: 10 });

/** A field that was sent once as text; the empty text otherwise. */
function field(body: unknown, name: string): string {
  const value = (body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value : '';
}

export function signInRoutes(options: ConsoleOptions): Router {
  const { warehouse, now } = options;
  const router = express.Router();

  router.get('/sign-in', async (request, response) => {
    const next = nextPath(request.query['next']);
    if (maybeSignedIn(request)) return response.redirect(303, next);
    const workspace = await askedFor(warehouse, DEFAULT_WORKSPACE);
    sendPage(response, signInPage({ next, workspace }));
  });

  router.post('/sign-in', mustBeOurs, readForm, async (request, response) => {
    const name = field(request.body, 'name').trim();
    const next = nextPath(field(request.body, 'next'));
    const workspace = field(request.body, 'workspace').trim() || DEFAULT_WORKSPACE;
    const done = await signIn(options, {
      name,
      workspace,
      password: field(request.body, 'password'),
      code: field(request.body, 'code').trim() || undefined,
      address: request.ip ?? 'unknown',
    });
    await auditSignIn(options, request, { name, workspace, done });
    if (done.came === 'in') {
      await giveSession(options, request, response, done.session);
      return response.redirect(303, next);
    }
    if (done.came === 'wait') response.set('Retry-After', String(done.retryAfter));
    const again = { next, name, workspace: await askedFor(warehouse, workspace), code: done.came === 'code' };
    sendPage(
      response,
      signInPage({ ...again, error: WHY[done.came](done) }),
      done.came === 'wait' ? 429 : 401,
    );
  });

  router.post('/sign-out', mustSignIn, readForm, mustShowToken, async (request, response) => {
    const { idHash, name, workspace } = signedIn(request);
    await closeSession(warehouse, idHash);
    await audit(warehouse, {
      at: now(),
      actor: name,
      action: 'sign-out',
      subject: null,
      outcome: 'done',
      workspace,
    });
    takeSession(options, response);
    response.redirect(303, '/sign-in');
  });

  return router;
}

const WHY = {
  wait: ({ retryAfter }: { retryAfter: number }) =>
    `Too many attempts. Try again in ${Math.ceil(retryAfter / 60)} min.`,
  wrong: () => 'This name and password do not belong together.',
  code: ({ wrong }: { wrong: boolean }) =>
    wrong
      ? 'These digits are not right, or were used before.'
      : 'Enter your password again, and the digits of your authenticator.',
} as { readonly [K in 'wait' | 'wrong' | 'code']: (done: SignedInNow) => string };

/** What the form says of the workspace: nothing where there is one alone. */
async function askedFor(warehouse: Warehouse, workspace: string): Promise<string | undefined> {
  return (await isShared(warehouse)) ? workspace : undefined;
}

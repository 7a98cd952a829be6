import express, { type Response, type Router } from 'express';
import { asFailure } from '#kernel';
import { audit } from './audit.js';
import { mustShowToken, signedIn } from './gate.js';
import type { ConsoleOptions } from './options.js';
import { accountPage } from './pages/account.js';
import { sendPage } from './reply.js';
import type { SignedIn } from './sessions.js';
import { field, readForm } from './sign-in-routes.js';
import { userKey, type SignInLimit } from './sign-in-limit.js';
import { setPassword, verifyUser } from './users.js';

/** `GET /account` and the new password. A wrong present password counts like a failed sign-in. */
export function accountRoutes(options: ConsoleOptions, limit: SignInLimit): Router {
  const { warehouse, now, mode } = options;
  const router = express.Router();

  router.get('/account', (request, response) => {
    sendPage(response, accountPage(signedIn(request), { mode }));
  });

  router.post('/account/password', readForm, mustShowToken, async (request, response) => {
    const user = signedIn(request);
    const fresh = field(request.body, 'fresh');
    const wrong = await refusal(user, field(request.body, 'current'), fresh, field(request.body, 'again'));
    if (!wrong) {
      try {
        await setPassword(warehouse, user.name, fresh, {
          keepSession: user.idHash,
          workspace: user.workspace,
        });
      } catch (thrown) {
        const failure = asFailure(thrown);
        if (failure.kind !== 'refused') throw thrown;
        return answer(response, user, { status: 400, error: failure.message });
      }
    }
    await answer(response, user, wrong);
  });

  async function refusal(
    user: SignedIn,
    current: string,
    fresh: string,
    again: string,
  ): Promise<{ status: number; error: string } | null> {
    if (fresh !== again) return { status: 400, error: 'The two new passwords differ.' };
    const key = `session ${user.idHash}`;
    if (await limit.enter(userKey(user.workspace, user.name), key))
      return { status: 429, error: 'Too many attempts. Try again later.' };
    if (!(await verifyUser(warehouse, user.name, current.slice(0, 1000), user.workspace)))
      return { status: 403, error: 'The present password is wrong.' };
    await limit.succeeded(userKey(user.workspace, user.name), key);
    return null;
  }

  async function answer(
    response: Response,
    user: SignedIn,
    wrong: { status: number; error: string } | null,
  ): Promise<void> {
    const outcome = wrong ? `refused: ${wrong.error}` : 'done';
    await audit(warehouse, {
      at: now(),
      actor: user.name,
      action: 'password.set',
      subject: user.name,
      outcome,
    });
    const said = wrong ? { error: wrong.error } : { said: 'The password is set.' };
    sendPage(response, accountPage(user, { mode, ...said }), wrong?.status ?? 200);
  }

  return router;
}

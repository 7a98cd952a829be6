import type { Request, Response } from 'express';
import { DEFAULT_WORKSPACE } from '#warehouse';
import { audit } from './audit.js';
import { BOARD_COOKIE, BOARD_PATH, cookieOptions, maybeSignedIn, sessionCookie } from './gate.js';
import type { ConsoleOptions } from './options.js';
import { closeSession } from './sessions.js';
import type { SignedInNow } from './sign-in.js';
import { findWorkspace } from './workspaces.js';

/** Hands the browser its new session and ends the one it brought along. */
export async function giveSession(
  options: ConsoleOptions,
  request: Request,
  response: Response,
  session: { readonly id: string; readonly expiresAt: Date },
): Promise<void> {
  const old = maybeSignedIn(request);
  if (old) await closeSession(options.warehouse, old.idHash);
  response.cookie(sessionCookie(options), session.id, {
    ...cookieOptions(options),
    expires: session.expiresAt,
  });
}

/** Takes the cookies back; the session itself is closed by the caller. */
export function takeSession(options: ConsoleOptions, response: Response): void {
  response.clearCookie(sessionCookie(options), cookieOptions(options));
  response.clearCookie(BOARD_COOKIE, { ...cookieOptions(options), path: BOARD_PATH });
}

/** The attempt's line in the audit log. Those that were not even looked at leave none: a flood must not fill it. */
export async function auditSignIn(
  { warehouse, now }: ConsoleOptions,
  request: Request,
  attempt: { readonly name: string; readonly workspace: string; readonly done: SignedInNow },
): Promise<void> {
  const { name, workspace, done } = attempt;
  if (done.came === 'wait') return;
  await audit(warehouse, {
    at: now(),
    actor: name || '(no name)',
    action: 'sign-in',
    subject: request.ip ?? 'unknown',
    outcome:
      done.came === 'in' ? 'done' : done.came === 'code' && !done.wrong ? 'asked for the code' : 'refused',
    workspace: (await findWorkspace(warehouse, workspace)) ?? DEFAULT_WORKSPACE,
  });
}

import { createHash } from 'node:crypto';
import type { Request } from 'express';
import type { Role } from '#warehouse';
import { maybeSignedIn, RANK, showsToken } from '../gate.js';
import type { ConsoleOptions } from '../options.js';
import { within } from '../within.js';
import { seconds } from '#kernel';
import { Problem } from './problem.js';
import type { Access } from './route.js';

/** Who calls: a person with a session, or a script with a token of one. */
export interface Caller {
  readonly kind: 'session' | 'token';
  /** The session's hash, or the token's id. */
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** Of a token: never more than its owner's own, as that is now. */
  readonly role: Role;
  readonly workspace: string;
  /** What a session's changing calls show; null for a token, which no browser sends by itself. */
  readonly csrf: string | null;
  /** The tags of the resources that a token may call; null for all. */
  readonly areas: readonly string[] | null;
}

const PATIENCE = seconds(5);
const TOKEN = /^Bearer (st_[A-Za-z0-9_-]{43})$/i;

export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Who sent it, or null. A request with an `Authorization` header is a script's: its cookies count for nothing. */
export async function callerOf(options: ConsoleOptions, request: Request): Promise<Caller | null> {
  const header = request.get('Authorization');
  if (header !== undefined) return byToken(options, header);
  const session = maybeSignedIn(request);
  if (!session) return null;
  return {
    kind: 'session',
    id: session.idHash,
    userId: session.userId,
    name: session.name,
    role: session.role,
    workspace: session.workspace,
    csrf: session.csrf,
    areas: null,
  };
}

async function byToken({ warehouse, now }: ConsoleOptions, header: string): Promise<Caller> {
  const given = TOKEN.exec(header)?.[1];
  const [row] = given
    ? await within(
        PATIENCE,
        warehouse.query<Omit<Caller, 'kind' | 'csrf'> & { owner: Role; token: string }>(
          `with found as (
             select t.id, t.user_id, t.name as token, u.name, t.role, u.role as owner, t.workspace_id, t.areas, t.last_used_at
             from api_tokens t join users u on u.id = t.user_id and u.workspace_id = t.workspace_id
             where t.token_hash = $1 and t.expires_at > $2
           ), used as (
             update api_tokens set last_used_at = $2 from found
             where api_tokens.id = found.id and (found.last_used_at is null or found.last_used_at < $2 - interval '1 minute')
           )
           select id, user_id as "userId", name, token, role, owner, workspace_id as workspace, areas from found`,
          [tokenHash(given), now()],
        ),
      )
    : [];
  if (!row)
    throw new Problem(
      'not-signed-in',
      'this token is unknown or has expired; make a new one under Users and roles',
    );
  const { owner, token, ...caller } = row;
  return {
    ...caller,
    kind: 'token',
    name: `${row.name} (token ${token})`,
    role: RANK[row.role] <= RANK[owner] ? row.role : owner,
    csrf: null,
  };
}

/** Throws unless the caller may call a route of this area; says who is missing what. */
export function authorise(
  caller: Caller | null,
  { may, people }: { readonly may: Access; readonly people?: true },
  area: string,
): void {
  if (may === 'anyone') return;
  if (!caller) throw new Problem('not-signed-in', 'sign in, or send a token as Authorization: Bearer');
  if (people && caller.kind !== 'session')
    throw new Problem('forbidden', 'this is for people who are signed in, not for tokens');
  if (caller.areas && !caller.areas.includes(area))
    throw new Problem('forbidden', `this token is for ${caller.areas.join(', ')}, not for ${area}`);
  if (RANK[caller.role] < RANK[may])
    throw new Problem('forbidden', `this needs the role ${may}; ask an admin`);
}

/**
 * Throws where a changing call may have been sent by another site: a session's call shows the session's token in the
 * header `X-XSRF-TOKEN`; one that needs no session comes from our own pages, by what the browser says, or from no browser.
 */
export function mustBeMeant(request: Request, caller: Caller | null): void {
  const from = request.get('Sec-Fetch-Site');
  if (caller?.kind === 'token') return;
  if (from !== undefined && from !== 'same-origin' && from !== 'none')
    throw new Problem('forbidden', 'this call came from another site');
  if (caller && !showsToken(request))
    throw new Problem(
      'forbidden',
      'the header X-XSRF-TOKEN does not hold the csrf of GET /auth/me: the page is older than your sign-in, or the call came from another site',
    );
}

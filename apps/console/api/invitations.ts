import { createHash, randomBytes } from 'node:crypto';
import type { Request } from 'express';
import { days, Failure, later, newShortId } from '#kernel';
import type { Role } from '#warehouse';
import type { ConsoleOptions } from '../options.js';
import { openSession } from '../sessions.js';
import { signInLimit } from '../sign-in-limit.js';
import { createUser } from '../users.js';
import { Problem } from './problem.js';

/** An invitation waits this long. */
const LASTS = days(7);

const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex');

export interface NewInvitation {
  readonly workspace: string;
  readonly role: Role;
  readonly by: string;
}

/** Makes one; its code is given here and kept only as a hash. */
export async function invite(
  { warehouse }: Pick<ConsoleOptions, 'warehouse'>,
  { workspace, role, by }: NewInvitation,
  now: Date,
): Promise<{ id: string; code: string; role: Role; expiresAt: Date }> {
  const made = { id: newShortId('inv'), code: `in_${randomBytes(32).toString('base64url')}` };
  const expiresAt = later(now, LASTS);
  await warehouse.query('delete from invitations where expires_at <= $1', [now]);
  await warehouse.query(
    `insert into invitations (id, workspace_id, code_hash, role, created_by, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [made.id, workspace, hashOf(made.code), role, by, now, expiresAt],
  );
  return { ...made, role, expiresAt };
}

interface Accepting {
  readonly doors: ConsoleOptions;
  readonly now: Date;
  readonly request: Request;
  readonly body: { readonly invitation: string; readonly name: string; readonly password: string };
}

/**
 * Makes the invited user and signs him in. The invitation is taken first, so it makes one user however often it is sent
 * at once; where the name is taken it is given back.
 */
export async function acceptInvitation({ doors, now, request, body }: Accepting): Promise<{
  name: string;
  workspace: string;
  role: Role;
  session: Awaited<ReturnType<typeof openSession>>;
}> {
  const { warehouse } = doors;
  const address = request.ip ?? 'unknown';
  const limit = signInLimit(warehouse, doors.now);
  const wait = await limit.enter(`invitation from ${address}`, address);
  if (wait) throw new Problem('too-many', 'too many attempts; try again later', wait);
  const [taken] = await warehouse.query<Invitation>(
    `with taken as (delete from invitations where code_hash = $1 and expires_at > $2 returning *)
     select id, workspace_id as "workspace", role, created_by as "by", created_at as "at", expires_at as "until" from taken`,
    [hashOf(body.invitation), now],
  );
  if (!taken)
    throw new Problem('not-found', 'this invitation is unknown, used or has expired: ask for a new one');
  await limit.succeeded(`invitation from ${address}`, address);
  try {
    const user = await createUser(warehouse, { ...body, role: taken.role, workspace: taken.workspace });
    const session = await openSession(warehouse, user.id, now);
    return { name: user.name, workspace: taken.workspace, role: taken.role, session };
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.kind === 'refused') await giveBack(doors, body.invitation, taken);
    throw thrown;
  }
}

interface Invitation {
  readonly id: string;
  readonly workspace: string;
  readonly role: Role;
  readonly by: string;
  readonly at: Date;
  readonly until: Date;
}

async function giveBack({ warehouse }: ConsoleOptions, code: string, taken: Invitation): Promise<void> {
  await warehouse.query(
    `insert into invitations (id, workspace_id, code_hash, role, created_by, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    [taken.id, taken.workspace, hashOf(code), taken.role, taken.by, taken.at, taken.until],
  );
}

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { hours, later } from '#kernel';
import { Session, type Role, type Warehouse } from '#warehouse';

/** A sign-in lasts this long, used or not: a board left open must not keep itself signed in for ever. */
const SESSION_LASTS = hours(12);

/** Who is signed in, read afresh with every request: a changed role or a removed user counts at once. */
export interface SignedIn {
  readonly idHash: string;
  readonly csrf: string;
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
  readonly workspace: string;
}

const hashOf = (id: string): string => createHash('sha256').update(id).digest('hex');
const random = (): string => randomBytes(32).toString('base64url');

/** Starts a session under a new id, never one the browser brought along; sweeps the expired ones. */
export async function openSession(
  warehouse: Warehouse,
  userId: string,
  now: Date,
): Promise<{ id: string; csrf: string; expiresAt: Date }> {
  const session = { id: random(), csrf: random(), expiresAt: later(now, SESSION_LASTS) };
  await warehouse.query('delete from sessions where expires_at <= $1', [now]);
  await warehouse.dataSource.getRepository(Session).insert({
    idHash: hashOf(session.id),
    userId,
    csrf: session.csrf,
    createdAt: now,
    expiresAt: session.expiresAt,
  });
  return session;
}

export async function findSession(warehouse: Warehouse, id: string, now: Date): Promise<SignedIn | null> {
  const [row] = await warehouse.query<SignedIn>(
    `select s.id_hash as "idHash", s.csrf, u.id as "userId", u.name, u.role, u.workspace_id as workspace
     from sessions s join users u on u.id = s.user_id where s.id_hash = $1 and s.expires_at > $2`,
    [hashOf(id), now],
  );
  return row ?? null;
}

export async function closeSession(warehouse: Warehouse, idHash: string): Promise<void> {
  await warehouse.query('delete from sessions where id_hash = $1', [idHash]);
}

/** Ends every session of a user, all but one where that is named: after a new password, role or second factor. */
export async function endSessions(warehouse: Warehouse, userId: string, keep = ''): Promise<void> {
  await warehouse.query('delete from sessions where user_id = $1 and id_hash <> $2', [userId, keep]);
}

/** Compares without telling by the time how much was right. */
export function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

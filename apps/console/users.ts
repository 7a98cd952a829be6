import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { Failure, newShortId } from '#kernel';
import { DEFAULT_WORKSPACE, User, type Role, type UserRow, type Warehouse } from '#warehouse';

export const SHORTEST_PASSWORD = 12;
/** Hashing costs the same whatever the length; this only keeps a form from carrying a book. */
export const LONGEST_PASSWORD = 200;
const LONGEST_NAME = 64;

const users = (warehouse: Warehouse) => warehouse.dataSource.getRepository(User);

/** Adds a user to the workspace; a Failure with the next step where the name is taken or name or password cannot be used. */
export async function createUser(
  warehouse: Warehouse,
  user: { name: string; password: string; role: Role; workspace?: string },
): Promise<UserRow> {
  const name = user.name.trim();
  if (name === '' || name.length > LONGEST_NAME)
    throw new Failure('refused', `a user's name has 1 to ${LONGEST_NAME} characters`);
  checkPassword(user.password);
  const [row] = await warehouse.query<UserRow>(
    `insert into users (id, workspace_id, name, password_hash, role) values ($1, $2, $3, $4, $5)
     on conflict (workspace_id, name) do nothing
     returning id, workspace_id as "workspaceId", name, password_hash as "passwordHash", role, created_at as "createdAt"`,
    [newShortId('user'), user.workspace ?? DEFAULT_WORKSPACE, name, await hash(user.password), user.role],
  );
  if (!row) throw new Failure('refused', `there is a user ${name} already; choose another name`);
  return row;
}

/** The user of that name; a Failure where there is none. */
export async function findUser(warehouse: Warehouse, name: string, workspace: string): Promise<UserRow> {
  const user = await users(warehouse).findOneBy({ workspaceId: workspace, name });
  if (!user) throw new Failure('refused', `there is no user ${name}`);
  return user;
}

/** Sets the password and ends the user's sessions, all but the one it was set from. */
export async function setPassword(
  warehouse: Warehouse,
  name: string,
  password: string,
  { keepSession, workspace = DEFAULT_WORKSPACE }: { keepSession?: string; workspace?: string } = {},
): Promise<void> {
  checkPassword(password);
  const passwordHash = await hash(password);
  await warehouse.transaction(async (manager) => {
    const user = await manager.findOneBy(User, { workspaceId: workspace, name });
    if (!user) throw new Failure('refused', `there is no user ${name}`);
    await manager.update(User, { id: user.id }, { passwordHash });
    await manager.query(`delete from sessions where user_id = $1 and id_hash <> $2`, [
      user.id,
      keepSession ?? '',
    ]);
  });
}

/**
 * The user whose password this is, or null. A name that nobody has costs the same hashing as a wrong password, so
 * the time of the answer does not tell names apart.
 */
export async function verifyUser(
  warehouse: Warehouse,
  name: string,
  password: string,
  workspace: string = DEFAULT_WORKSPACE,
): Promise<UserRow | null> {
  const user = await users(warehouse).findOneBy({ workspaceId: workspace, name });
  const right = await verify(user?.passwordHash ?? (await nobody()), password).catch(() => false);
  return user && right ? user : null;
}

let dummy: Promise<string> | undefined;
const nobody = (): Promise<string> => (dummy ??= hash(randomPassword()));

/**
 * Makes the user `admin` with a random password where there is no user at all, and gives both once. Of consoles that
 * start together, one makes it: the name is unique.
 */
export async function firstUser(warehouse: Warehouse): Promise<{ name: string; password: string } | null> {
  // A first sign-in must cost what later ones do, so the hash for unknown names is made before anyone asks.
  await nobody();
  const [some] = await warehouse.query<{ some: boolean }>('select exists (select 1 from users) as some');
  if (some?.some) return null;
  const name = 'admin';
  const password = randomPassword();
  const made = await warehouse.query<{ id: string }>(
    `insert into users (id, workspace_id, name, password_hash, role)
     select $1, $2, $3, $4, 'admin' where not exists (select 1 from users)
     on conflict (workspace_id, name) do nothing returning id`,
    [newShortId('user'), DEFAULT_WORKSPACE, name, await hash(password)],
  );
  return made.length > 0 ? { name, password } : null;
}

/** No letters or digits that look alike: somebody will type it from a terminal. 20 out of 32 are 100 bits. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

export function randomPassword(): string {
  const group = (): string =>
    Array.from({ length: 5 }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
  return [group(), group(), group(), group()].join('-');
}

function checkPassword(password: string): void {
  if (password.length < SHORTEST_PASSWORD || password.length > LONGEST_PASSWORD)
    throw new Failure(
      'refused',
      `a password has at least ${SHORTEST_PASSWORD} characters and at most ${LONGEST_PASSWORD}`,
    );
}

import { z } from 'zod';
import type { Role, Warehouse } from '#warehouse';
import { dropFactor } from '../../second-factor.js';
import { endSessions } from '../../sessions.js';
import { createUser, randomPassword, setPassword } from '../../users.js';
import { instant, nameIn, role, shortId } from '../fields.js';
import { invite } from '../invitations.js';
import { pageFrom, pageOf, paged, placeOf } from '../paging.js';
import { notFound, Problem } from '../problem.js';
import { resource, route } from '../route.js';
import { password } from './passwords.js';

const user = z
  .object({
    id: z.string(),
    name: z.string(),
    role,
    secondFactor: z.boolean(),
    createdAt: instant,
    sessions: z.int().meta({ description: 'signed in now, in so many browsers' }),
  })
  .meta({ id: 'User' });

const invitation = z
  .object({ id: z.string(), role, createdBy: z.string(), createdAt: instant, expiresAt: instant })
  .meta({ id: 'Invitation' });

const params = z.strictObject({ id: shortId('user') });

export const users = resource('users', 'Who may sign in to this workspace, and as what.', {
  'GET /users': route({
    summary: 'Every user of the workspace, by name',
    may: 'admin',
    query: z.strictObject(paged),
    reply: pageOf(user),
    handle: async ({ doors, workspace, query, now }) => {
      const after = placeOf(query.after, [z.string()]);
      const rows = await doors.warehouse.query<Shown>(
        `${SHOWN} where u.workspace_id = $2 and u.name > $3 order by u.name limit $4`,
        [now, workspace, after?.[0] ?? '', query.limit + 1],
      );
      return pageFrom(rows, query.limit, ({ name }) => [name]);
    },
  }),

  'POST /users': route({
    summary: 'Adds a user; without a password a random one is made and shown once',
    may: 'admin',
    people: true,
    once: true,
    audit: 'user.add',
    body: z.strictObject({ name: nameIn(), role, password: password.optional() }),
    reply: user.extend({ password: z.string().nullable() }).meta({ id: 'NewUser' }),
    status: 201,
    handle: async ({ body, doors, workspace, now, tell }) => {
      const shown = body.password === undefined ? randomPassword() : null;
      const { id } = await createUser(doors.warehouse, {
        ...body,
        password: body.password ?? shown!,
        workspace,
      });
      tell({ subject: body.name, after: { role: body.role } });
      return { ...(await found(doors.warehouse, workspace, id, now)), password: shown };
    },
  }),

  'PATCH /users/{id}': route({
    summary: 'Gives a user another role; ends the user’s sessions',
    may: 'admin',
    people: true,
    audit: 'user.role',
    params,
    body: z.strictObject({ role }),
    reply: user,
    handle: async ({ params: { id }, body, doors, workspace, now, tell }) => {
      const before = await found(doors.warehouse, workspace, id, now);
      tell({ subject: before.name, before: { role: before.role }, after: { role: body.role } });
      if (before.role === body.role) return before;
      await leavingAnAdmin(doors.warehouse, workspace, (query) =>
        query(
          `with moved as (update users set role = $3 where workspace_id = $1 and id = $2 returning 1) select from moved`,
          [workspace, id, body.role],
        ),
      );
      await endSessions(doors.warehouse, id);
      return found(doors.warehouse, workspace, id, now);
    },
  }),

  'POST /users/{id}/password': route({
    summary: 'Makes a new random password, shown once; ends the user’s sessions',
    may: 'admin',
    people: true,
    once: true,
    audit: 'user.password',
    params,
    reply: z.object({ password: z.string() }),
    handle: async ({ params: { id }, doors, workspace, now, tell }) => {
      const { name } = await found(doors.warehouse, workspace, id, now);
      tell({ subject: name });
      const fresh = randomPassword();
      await setPassword(doors.warehouse, name, fresh, { workspace });
      return { password: fresh };
    },
  }),

  'DELETE /users/{id}/second-factor': route({
    summary: 'Takes a lost second factor off; ends the user’s sessions',
    may: 'admin',
    people: true,
    audit: 'user.second-factor-off',
    params,
    reply: 'nothing',
    handle: async ({ params: { id }, doors, workspace, now, tell }) => {
      const { name } = await found(doors.warehouse, workspace, id, now);
      tell({ subject: name });
      await dropFactor(doors, id);
      await endSessions(doors.warehouse, id);
    },
  }),

  'DELETE /users/{id}/sessions': route({
    summary: 'Signs a user out everywhere',
    may: 'admin',
    people: true,
    audit: 'user.sign-out',
    params,
    reply: 'nothing',
    handle: async ({ params: { id }, doors, workspace, now, tell }) => {
      const { name } = await found(doors.warehouse, workspace, id, now);
      tell({ subject: name });
      await endSessions(doors.warehouse, id);
    },
  }),

  'DELETE /users/{id}': route({
    summary: 'Removes a user, with sessions and tokens',
    may: 'admin',
    people: true,
    audit: 'user.remove',
    params,
    reply: 'nothing',
    handle: async ({ params: { id }, doors, workspace, now, tell }) => {
      const before = await found(doors.warehouse, workspace, id, now);
      tell({ subject: before.name, before: { role: before.role } });
      await leavingAnAdmin(doors.warehouse, workspace, (query) =>
        query('delete from users where workspace_id = $1 and id = $2', [workspace, id]),
      );
    },
  }),

  'GET /invitations': route({
    summary: 'Invitations that nobody has taken up yet',
    may: 'admin',
    query: z.strictObject(paged),
    reply: pageOf(invitation),
    handle: async ({ doors, workspace, query, now }) => {
      const after = placeOf(query.after, [z.iso.datetime(), z.string()]);
      const rows = await doors.warehouse.query<z.input<typeof invitation>>(
        `select id, role, created_by as "createdBy", created_at as "createdAt", expires_at as "expiresAt"
         from invitations where workspace_id = $1 and expires_at > $2
           and ($3::timestamptz is null or (created_at, id) < ($3, $4)) order by created_at desc, id desc limit $5`,
        [workspace, now, after?.[0] ?? null, after?.[1] ?? null, query.limit + 1],
      );
      return pageFrom(rows, query.limit, ({ createdAt, id }) => [createdAt.toISOString(), id]);
    },
  }),

  'POST /invitations': route({
    summary: 'Invites somebody: a code, shown once, that makes one user of this role within a week',
    may: 'admin',
    people: true,
    once: true,
    audit: 'user.invite',
    body: z.strictObject({ role }),
    reply: z.object({ id: z.string(), code: z.string(), role, expiresAt: instant }),
    status: 201,
    handle: async ({ body, caller, doors, workspace, now, tell }) => {
      const made = await invite(doors, { workspace, role: body.role, by: caller.name }, now);
      tell({ subject: made.id, after: { role: body.role } });
      return made;
    },
  }),

  'DELETE /invitations/{id}': route({
    summary: 'Takes an invitation back',
    may: 'admin',
    people: true,
    audit: 'user.uninvite',
    params: z.strictObject({ id: shortId('inv') }),
    reply: 'nothing',
    handle: async ({ params: { id }, doors, workspace }) => {
      const gone = await doors.warehouse.query(
        'with gone as (delete from invitations where workspace_id = $1 and id = $2 returning 1) select from gone',
        [workspace, id],
      );
      if (gone.length === 0) throw notFound(`invitation ${id}`);
    },
  }),
});

type Shown = z.input<typeof user>;

const SHOWN = `
  select u.id, u.name, u.role, u.totp_since is not null as "secondFactor", u.created_at as "createdAt",
    (select count(*)::int from sessions s where s.user_id = u.id and s.expires_at > $1) as sessions
  from users u`;

async function found(warehouse: Warehouse, workspace: string, id: string, now: Date): Promise<Shown> {
  const [row] = await warehouse.query<Shown>(`${SHOWN} where u.workspace_id = $2 and u.id = $3`, [
    now,
    workspace,
    id,
  ]);
  if (!row) throw notFound(`user ${id}`);
  return row;
}

/** Does it unless the workspace would be left without an admin: then nobody could let anybody in again. */
async function leavingAnAdmin(
  warehouse: Warehouse,
  workspace: string,
  change: (query: (sql: string, parameters: unknown[]) => Promise<unknown>) => Promise<unknown>,
): Promise<void> {
  await warehouse.transaction(async (manager) => {
    // Two admins who remove each other at once wait for each other here.
    await manager.query('select from workspaces where id = $1 for update', [workspace]);
    await change((sql, parameters) => manager.query(sql, parameters));
    const admins: { role: Role }[] = await manager.query(
      `select role from users where workspace_id = $1 and role = 'admin' limit 1`,
      [workspace],
    );
    if (admins.length === 0)
      throw new Problem('conflict', 'this is the last admin: make somebody else one first');
  });
}

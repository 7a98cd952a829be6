import { z } from 'zod';
import { DEFAULT_WORKSPACE } from '#warehouse';
import { createUser, randomPassword } from '../../users.js';
import { instant, nameIn } from '../fields.js';
import { Problem } from '../problem.js';
import { resource, route } from '../route.js';

const workspace = z
  .object({ id: z.string(), name: z.string(), createdAt: instant })
  .meta({ id: 'Workspace' });

const LIST = 'select id, name, created_at as "createdAt" from workspaces';

export const workspaces = resource(
  'workspaces',
  'Tenants of one installation; they see nothing of each other. Admins of the default one make more.',
  {
    'GET /workspaces': route({
      summary: 'Your workspace; for admins of the default one, all of them',
      may: 'viewer',
      reply: z.object({ items: z.array(workspace) }),
      handle: async ({ caller, doors, workspace: own }) => ({
        items: await doors.warehouse.query<z.input<typeof workspace>>(
          `${LIST} where $1 or id = $2 order by id`,
          [own === DEFAULT_WORKSPACE && caller.role === 'admin', own],
        ),
      }),
    }),

    'POST /workspaces': route({
      summary: 'Makes a workspace with its first admin, whose password is shown once',
      may: 'admin',
      people: true,
      once: true,
      audit: 'workspace.add',
      body: z.strictObject({
        id: z
          .string()
          .regex(/^[a-z][a-z0-9-]{1,39}$/, 'lower-case letters, digits and -, beginning with a letter'),
        name: nameIn(),
        admin: nameIn().default('admin'),
      }),
      reply: workspace.extend({ admin: z.string(), password: z.string() }).meta({ id: 'NewWorkspace' }),
      status: 201,
      handle: async ({ body, doors, workspace: own, now, tell }) => {
        tell({ subject: body.id });
        if (own !== DEFAULT_WORKSPACE)
          throw new Problem('forbidden', 'only admins of the default workspace make more');
        const [made] = await doors.warehouse.query<z.input<typeof workspace>>(
          `insert into workspaces (id, name, created_at) values ($1, $2, $3) on conflict do nothing
           returning id, name, created_at as "createdAt"`,
          [body.id, body.name, now],
        );
        if (!made) throw new Problem('conflict', `there is a workspace ${body.id} already`);
        const password = randomPassword();
        await createUser(doors.warehouse, {
          name: body.admin,
          password,
          role: 'admin',
          workspace: body.id,
        });
        return { ...made, admin: body.admin, password };
      },
    }),
  },
);

import { z } from 'zod';
import { DEFAULT_WORKSPACE } from '#warehouse';
import { giveSession, takeSession } from '../../give-session.js';
import { closeSession } from '../../sessions.js';
import { signIn } from '../../sign-in.js';
import { runsInstallation } from '../../workspaces.js';
import { nameIn, role } from '../fields.js';
import { acceptInvitation } from '../invitations.js';
import { Problem } from '../problem.js';
import { resource, route, type Call } from '../route.js';
import { hasFactor } from '../../second-factor.js';
import { password } from './passwords.js';

const me = z
  .object({
    name: z.string(),
    role,
    workspace: z.string(),
    csrf: z.string().nullable().meta({
      description: 'for the header X-XSRF-TOKEN of every changing call; null with a token',
    }),
    secondFactor: z.boolean().meta({ description: 'asked for at every sign-in' }),
    installation: z.boolean().meta({ description: 'sees the queues and the workspaces, which all share' }),
  })
  .meta({ id: 'Me' });

const signedIn = z.object({ name: z.string(), workspace: z.string() });

/** Who tries, from where, and what came of it. */
const credentials = z.strictObject({
  name: z.string().max(64),
  password: z.string().max(1000),
  workspace: z.string().max(64).default(DEFAULT_WORKSPACE),
  code: z
    .string()
    .max(40)
    .optional()
    .meta({ description: 'six digits of the second factor, or a recovery code' }),
});

export const auth = resource('auth', 'Signing in, and who is signed in.', {
  'POST /auth/login': route({
    summary: 'Starts a session and sets its cookie',
    description:
      'Ten wrong attempts for a name, or thirty from an address, within 15 minutes make every further one wait, whichever ' +
      'console is asked. A name that nobody has answers as a wrong password does.',
    may: 'anyone',
    audit: 'sign-in',
    body: credentials,
    reply: signedIn,
    handle: logIn,
  }),

  'POST /auth/logout': route({
    summary: 'Ends the session',
    may: 'viewer',
    people: true,
    audit: 'sign-out',
    reply: 'nothing',
    handle: async ({ caller, doors, response, tell }) => {
      tell({ subject: caller.name });
      await closeSession(doors.warehouse, caller.id);
      takeSession(doors, response);
    },
  }),

  'POST /auth/register': route({
    summary: 'Takes up an invitation: makes its user and signs in',
    description: 'Nobody registers without an invitation of an admin; it is good once, for a week.',
    may: 'anyone',
    audit: 'user.register',
    body: z.strictObject({ invitation: z.string().max(100), name: nameIn(), password }),
    reply: signedIn,
    status: 201,
    handle: async (call) => {
      const made = await acceptInvitation(call);
      call.tell({
        actor: made.name,
        workspace: made.workspace,
        subject: made.name,
        after: { role: made.role },
      });
      await giveSession(call.doors, call.request, call.response, made.session);
      return made;
    },
  }),

  'GET /auth/me': route({
    summary: 'Who calls',
    may: 'viewer',
    reply: me,
    handle: async ({ caller, doors }) => ({
      ...caller,
      secondFactor: await hasFactor(doors, caller.userId),
      installation: await runsInstallation(doors.warehouse, caller),
    }),
  }),
});

async function logIn(
  call: Call<z.ZodType, z.ZodType, typeof credentials>,
): Promise<{ name: string; workspace: string }> {
  const { body, doors, request, response, tell } = call;
  const { name, workspace } = body;
  const done = await signIn(doors, {
    ...body,
    code: body.code?.trim() || undefined,
    address: request.ip ?? 'unknown',
  });
  if (done.came === 'wait')
    throw new Problem('too-many', `try again in ${Math.ceil(done.retryAfter / 60)} min`, {
      retryAfter: done.retryAfter,
    });
  const [known] = await doors.warehouse.query('select 1 from workspaces where id = $1', [workspace]);
  tell({ actor: name || '(no name)', subject: request.ip ?? 'unknown', ...(known ? { workspace } : {}) });
  if (done.came === 'wrong')
    throw new Problem('not-signed-in', 'this name and password do not belong together');
  if (done.came === 'code')
    throw new Problem(
      'needs-code',
      done.wrong ? 'this code is not right, or was used before' : 'give the code of your second factor',
    );
  await giveSession(doors, request, response, done.session);
  return { name, workspace };
}

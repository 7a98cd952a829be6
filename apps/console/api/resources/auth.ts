import { z } from 'zod';
import { role } from '../fields.js';
import { resource, route } from '../route.js';

export const me = z
  .object({
    name: z.string(),
    role,
    workspace: z.string(),
    csrf: z.string().nullable().meta({
      description: 'for the header X-XSRF-TOKEN of every changing call; null with a token',
    }),
  })
  .meta({ id: 'Me' });

export const auth = resource('auth', 'Signing in, and who is signed in.', {
  'GET /auth/me': route({
    summary: 'Who calls',
    may: 'viewer',
    reply: me,
    handle: async ({ caller }) => caller,
  }),
});

import { z } from 'zod';
import { resource, route } from '../route.js';

const account = z
  .object({
    platform: z.string(),
    settings: z.record(z.string(), z.unknown()),
    credentials: z.unknown().meta({ description: 'public: they open nothing else' }),
    baseUrl: z.string(),
  })
  .meta({ id: 'SandboxAccount' });

export const sandbox = resource(
  'sandbox',
  'The made-up business that `stratus up` serves to try everything on.',
  {
    'GET /sandbox/accounts': route({
      summary: 'Accounts of the sandbox that runs beside this console: what connects each',
      may: 'admin',
      reply: z.object({ items: z.array(account).meta({ description: 'empty where no sandbox runs' }) }),
      handle: async ({ doors }) => ({ items: [...((await doors.sandbox?.()) ?? [])] }),
    }),
  },
);

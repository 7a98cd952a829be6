import { z } from 'zod';
import { keyUsesIn, retentionOf, setRetention } from '#warehouse';
import { resource, route } from '../route.js';

const retention = z
  .strictObject({
    calls: z.int().min(1).max(366).meta({ description: 'days that calls of runs are kept' }),
    logs: z.int().min(1).max(3660).meta({ description: 'days that logs and attempts of runs are kept' }),
    audit: z.int().min(30).max(3660).meta({ description: 'days that the audit log is kept' }),
  })
  .meta({ id: 'Retention' });

const settingsReply = z
  .object({
    mode: z.enum(['embedded', 'cluster']),
    secureCookies: z.boolean(),
    mail: z
      .object({ host: z.string(), from: z.string() })
      .nullable()
      .meta({ description: 'how mail is sent, without its password; null where none is' }),
    metrics: z.boolean().meta({ description: 'a token opens /metrics to programs' }),
    keys: z
      .array(
        z.object({
          id: z.string(),
          current: z.boolean(),
          held: z.boolean().meta({ description: 'false: what is sealed with it cannot be opened' }),
          connections: z.array(z.string()).meta({ description: 'whose credentials are sealed with it' }),
        }),
      )
      .meta({ description: 'by their ids; no key is ever shown' }),
    retention,
  })
  .meta({ id: 'Settings' });

export const settings = resource(
  'settings',
  'How this installation is set up, and how long its books are kept.',
  {
    'GET /settings': route({
      summary: 'Keys by their ids, retention, how it runs',
      may: 'admin',
      reply: settingsReply,
      handle: async ({ doors, workspace }) => {
        const [uses, kept] = await Promise.all([
          keyUsesIn(doors.warehouse, workspace),
          retentionOf(doors.warehouse, workspace),
        ]);
        const ids = new Set([...doors.ring.keys.keys(), ...uses.map(({ key }) => key)]);
        return {
          mode: doors.mode,
          secureCookies: doors.secureCookies,
          mail: doors.mail ? { host: doors.mail.host, from: doors.mail.from } : null,
          metrics: doors.metricsToken !== undefined,
          keys: [...ids].sort().map((id) => ({
            id,
            current: id === doors.ring.current,
            held: doors.ring.keys.has(id),
            connections: [...(uses.find(({ key }) => key === id)?.connections ?? [])],
          })),
          retention: kept,
        };
      },
    }),

    'PUT /settings/retention': route({
      summary: 'For how many days the books of this workspace are kept',
      may: 'admin',
      body: retention,
      reply: retention,
      audit: 'settings.retention',
      handle: async ({ doors, workspace, body, tell }) => {
        const before = await retentionOf(doors.warehouse, workspace);
        await setRetention(doors.warehouse, workspace, body);
        tell({ subject: 'retention', before, after: body });
        return retentionOf(doors.warehouse, workspace);
      },
    }),
  },
);

import { z } from 'zod';
import type { Platform } from '#sync';
import { cadenceOf } from '../../../scheduler/declared.js';
import { notFound } from '../problem.js';
import { resource, route } from '../route.js';
import { lookbackIn, schedule, scheduleOut } from './stream-schemas.js';
import { NOTHING_SET } from '../../../desk/streams.js';
import type { ConsoleOptions } from '../../options.js';

const field = z.object({
  name: z.string(),
  type: z.string(),
  required: z.boolean(),
  description: z.string().nullable(),
  default: z.unknown(),
  allowed: z.array(z.unknown()).nullable().meta({ description: 'the only values it takes' }),
});

const platform = z
  .object({
    name: z.string(),
    title: z.string(),
    settings: z.array(field),
    credentials: z
      .array(z.object({ fields: z.array(field) }))
      .meta({ description: 'the ways to sign in: one of them is enough' }),
    signInPage: z
      .boolean()
      .meta({ description: 'it can be connected through its own sign-in page: POST /oauth/begin' }),
    streams: z.array(
      z.object({
        stream: z.string(),
        title: z.string(),
        enabled: z.boolean(),
        schedule,
        lookbackMs: z.number().nullable(),
        tables: z.array(z.string()),
        backfill: z.boolean(),
      }),
    ),
    limits: z.array(z.object({ name: z.string(), per: z.string() })),
  })
  .meta({ id: 'Platform' });

type Schema = {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
};

const schemaOf = (schema: z.ZodType): Schema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;

/** The fields of one form, by the schema that checks them: what it does not say nobody else knows. */
function fieldsOf(schema: Schema): z.input<typeof field>[] {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, one]) => {
    const choices = one.anyOf ?? one.oneOf;
    const allowed = one.enum ?? (one.const === undefined ? null : [one.const]);
    return {
      name,
      type: one.type ?? choices?.find(({ type }) => type !== undefined && type !== 'null')?.type ?? 'string',
      required: required.has(name) && one.default === undefined,
      description: one.description ?? null,
      default: one.default ?? null,
      allowed,
    };
  });
}

const formsOf = (schema: Schema): { fields: z.input<typeof field>[] }[] =>
  (schema.anyOf ?? schema.oneOf ?? [schema]).map((one) => ({ fields: fieldsOf(one) }));

const platformOut = (doors: ConsoleOptions, one: Platform): z.input<typeof platform> => ({
  name: one.name,
  title: one.title,
  settings: fieldsOf(schemaOf(one.settings)),
  credentials: formsOf(schemaOf(one.credentials)),
  signInPage: one.auth.consent !== undefined,
  streams: one.streams.map((stream) => ({
    stream: stream.name,
    title: stream.title,
    enabled: doors.settings?.get(stream.name)?.enabled ?? true,
    schedule: scheduleOut(cadenceOf(stream, doors.settings?.get(stream.name))),
    lookbackMs: lookbackIn(doors, stream, NOTHING_SET),
    tables: [stream.into.name, ...stream.children.map(({ into }) => into.name)],
    backfill: stream.cursor !== undefined,
  })),
  limits: one.limits.map(({ name, per }) => ({ name, per })),
});

export const platforms = resource('platforms', 'What can be connected, and what each asks for.', {
  'GET /platforms': route({
    summary: 'Every platform with its fields and streams',
    may: 'viewer',
    reply: z.object({ items: z.array(platform) }),
    handle: async ({ doors }) => ({ items: doors.platforms.map((one) => platformOut(doors, one)) }),
  }),

  'GET /platforms/{name}': route({
    summary: 'One platform with its fields and streams',
    may: 'viewer',
    params: z.object({ name: z.string().max(40) }),
    reply: platform,
    handle: async ({ doors, params }) => {
      const found = doors.platforms.find(({ name }) => name === params.name);
      if (!found) throw notFound('platform');
      return platformOut(doors, found);
    },
  }),
});

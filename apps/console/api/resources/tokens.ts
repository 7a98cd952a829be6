import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { days, later, newShortId } from '#kernel';
import { RANK } from '../../gate.js';
import { tokenHash } from '../callers.js';
import { instant, nameIn, role, shortId } from '../fields.js';
import { pageFrom, pageOf, paged, placeOf } from '../paging.js';
import { notFound, Problem } from '../problem.js';
import { resource, route } from '../route.js';

const LONGEST_DAYS = 365;

const token = z
  .object({
    id: z.string(),
    name: z.string(),
    owner: z.string(),
    role,
    areas: z
      .array(z.string())
      .nullable()
      .meta({ description: 'tags of the resources that it may call; null for all' }),
    createdAt: instant,
    expiresAt: instant,
    lastUsedAt: instant.nullable(),
  })
  .meta({ id: 'Token' });

type Shown = z.input<typeof token>;

const SHOWN = `
  select t.id, t.name, u.name as owner, t.role, t.areas, t.created_at as "createdAt", t.expires_at as "expiresAt",
    t.last_used_at as "lastUsedAt"
  from api_tokens t join users u on u.id = t.user_id`;

export const tokens = resource('tokens', 'Tokens of scripts: yours; an admin sees everybody’s.', {
  'GET /tokens': route({
    summary: 'Tokens, newest first; never their text',
    may: 'viewer',
    query: z.strictObject(paged),
    reply: pageOf(token),
    handle: async ({ caller, doors, workspace, query }) => {
      const after = placeOf(query.after, [z.iso.datetime(), z.string()]);
      const rows = await doors.warehouse.query<Shown>(
        `${SHOWN} where t.workspace_id = $1 and ($2 or t.user_id = $3)
           and ($4::timestamptz is null or (t.created_at, t.id) < ($4, $5)) order by t.created_at desc, t.id desc limit $6`,
        [
          workspace,
          caller.role === 'admin',
          caller.userId,
          after?.[0] ?? null,
          after?.[1] ?? null,
          query.limit + 1,
        ],
      );
      return pageFrom(rows, query.limit, ({ createdAt, id }) => [createdAt.toISOString(), id]);
    },
  }),

  'POST /tokens': route({
    summary: 'Makes a token of yours; its text is shown once',
    description:
      'It may what its role may, and never more than you may at the time of a call: it loses with your role, and dies with you.',
    may: 'viewer',
    people: true,
    once: true,
    audit: 'token.add',
    body: z.strictObject({
      name: nameIn(),
      role,
      areas: z
        .array(z.string().regex(/^[a-z-]{1,40}$/))
        .min(1)
        .max(50)
        .nullable()
        .default(null),
      days: z.int().min(1).max(LONGEST_DAYS).default(90),
    }),
    reply: z.object({ id: z.string(), token: z.string(), expiresAt: instant }),
    status: 201,
    handle: async ({ body, caller, doors, workspace, now, tell }) => {
      if (RANK[body.role] > RANK[caller.role])
        throw new Problem('forbidden', `you are ${caller.role}: a token of yours cannot be ${body.role}`);
      const made = { id: newShortId('token'), token: `st_${randomBytes(32).toString('base64url')}` };
      const expiresAt = later(now, days(body.days));
      await doors.warehouse.query('delete from api_tokens where expires_at < $1', [later(now, -days(30))]);
      await doors.warehouse.query(
        `insert into api_tokens (id, workspace_id, user_id, name, token_hash, role, areas, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          made.id,
          workspace,
          caller.userId,
          body.name,
          tokenHash(made.token),
          body.role,
          body.areas,
          now,
          expiresAt,
        ],
      );
      tell({ subject: body.name, after: { id: made.id, role: body.role, areas: body.areas, expiresAt } });
      return { ...made, expiresAt };
    },
  }),

  'DELETE /tokens/{id}': route({
    summary: 'Ends a token at once',
    may: 'viewer',
    people: true,
    audit: 'token.remove',
    params: z.strictObject({ id: shortId('token') }),
    reply: 'nothing',
    handle: async ({ params: { id }, caller, doors, workspace, tell }) => {
      const [gone] = await doors.warehouse.query<{ name: string }>(
        `with gone as (
           delete from api_tokens where workspace_id = $1 and id = $2 and ($3 or user_id = $4) returning name
         ) select name from gone`,
        [workspace, id, caller.role === 'admin', caller.userId],
      );
      if (!gone) throw notFound(`token ${id}`);
      tell({ subject: gone.name });
    },
  }),
});

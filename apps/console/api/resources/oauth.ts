import { z } from 'zod';
import { Failure, type Json } from '#kernel';
import { consentUrl, exchangeCode, tendTokens, type Platform } from '#sync';
import { saveConnection } from '#warehouse';
import { beginDance, endDance, type Dance } from '../../oauth-dance.js';
import type { ConsoleOptions } from '../../options.js';
import { nameIn, shortId } from '../fields.js';
import { Problem } from '../problem.js';
import { resource, route, type Call } from '../route.js';
import { connectionHere } from '../within-workspace.js';
import { checked, checkedPlace, platformNamed } from './connection-inputs.js';

/** Where the platforms send the browser back; it is registered with the operator's app there. */
export const RETURN_PATH = '/oauth/callback';

const begin = z.strictObject({
  platform: z.string().max(40),
  name: nameIn(),
  settings: z.record(z.string(), z.unknown()).default({}),
  app: z.strictObject({
    clientId: z.string().trim().min(1).max(500),
    clientSecret: z.string().trim().min(1).max(500),
  }),
  baseUrl: z.string().max(500).nullable().default(null),
  sandbox: z.boolean().default(false),
});

/** What a browser may bring back from a platform. More than we know of is normal. */
const brought = z.record(z.string().max(100), z.string().max(4000));

export const oauth = resource('oauth', 'Connecting through a platform’s own sign-in page.', {
  'POST /oauth/begin': route({
    summary: 'Keeps what was entered and says where the browser goes',
    description:
      'For platforms with a sign-in page (Shopify, FreeAgent, ShipBob). The app’s redirect address is `redirectUri`, to be ' +
      'registered there. A connection of that name gets the new credentials, else one is made.',
    may: 'admin',
    people: true,
    once: true,
    audit: 'connection.dance',
    body: begin,
    reply: z.object({ url: z.string(), redirectUri: z.string() }),
    status: 201,
    handle: setOut,
  }),

  'GET /oauth/callback': route({
    summary: 'Where the browser comes back: exchanges the code and saves the connection',
    description: 'Answers with a redirect to the pages, which say how it went.',
    may: 'admin',
    people: true,
    audit: 'connection.connect',
    query: brought,
    reply: 'redirect',
    handle: comeBack,
  }),

  'POST /connections/{id}/authenticate': route({
    summary: 'Renews its token now, where it has one that can be renewed',
    may: 'operator',
    audit: 'connection.authenticate',
    params: z.strictObject({ id: shortId('conn') }),
    reply: z.object({
      renewed: z.boolean().meta({ description: 'false where its credentials are used as they were entered' }),
    }),
    handle: async (call) => {
      const { doors, params, tell } = call;
      const row = await connectionHere(call, params.id);
      tell({ subject: row.name });
      const renewed = await tendTokens(doors.engine(), platformNamed(doors, row.platform), row, 'dead');
      tell({ outcome: renewed ? 'renewed' : 'nothing to renew' });
      return { renewed };
    },
  }),

  'GET /oauth/redirect-uri': route({
    summary: 'The redirect address to register with your app at the platform',
    may: 'viewer',
    reply: z.object({ redirectUri: z.string() }),
    handle: async (call) => ({ redirectUri: redirectUriOf(call) }),
  }),
});

/** This console as its people reach it: what is configured, else as the browser called it. */
function redirectUriOf({ doors, request }: Pick<Call<z.ZodType, z.ZodType, z.ZodType>, 'doors' | 'request'>) {
  const origin = doors.publicUrl ?? `${request.protocol}://${request.get('Host') ?? 'localhost'}`;
  return new URL(RETURN_PATH, origin).href;
}

async function setOut(
  call: Call<z.ZodType, z.ZodType, typeof begin>,
): Promise<{ url: string; redirectUri: string }> {
  const { body, caller, doors, now, tell } = call;
  tell({ subject: body.name });
  const platform = platformNamed(doors, body.platform);
  const { consent } = platform.auth;
  if (!consent)
    throw new Problem('unusable', `${platform.title} has no sign-in page to go to: enter its credentials`);
  const settings = checked(platform, 'settings', body.settings);
  const baseUrl = await checkedPlace(call, body);
  const entered = { ...body, settings, baseUrl, redirectUri: redirectUriOf(call) };
  const who = { workspace: caller.workspace, session: caller.id };
  const { state, challenge } = await beginDance(doors, who, entered, now);
  const page = consent.page({
    settings,
    clientId: body.app.clientId,
    redirectUri: entered.redirectUri,
    state,
    challenge,
  });
  return { url: consentUrl(platform, entered, page), redirectUri: entered.redirectUri };
}

async function comeBack(call: Call<z.ZodType, typeof brought, z.ZodType>): Promise<string> {
  const { query, caller, doors, now, workspace, tell } = call;
  const who = { workspace, session: caller.id };
  const dance = await endDance(doors, who, query['state'] ?? '', now);
  if (!dance) {
    tell({ outcome: 'refused: no such way out, or too late' });
    return '/connections?oauth=unknown';
  }
  tell({ subject: dance.name });
  const failed = (why: string, outcome: string): string => {
    tell({ outcome });
    return `/connections?oauth=${why}&name=${encodeURIComponent(dance.name)}`;
  };
  if (query['error'] !== undefined) return failed('denied', 'refused at the platform');
  const platform = platformNamed(doors, dance.platform);
  const { settings, app } = dance;
  const why = platform.auth.consent?.forged?.({ brought: query, settings, app, now }) ?? null;
  if (why !== null) return failed('forged', `refused: ${why}`);
  try {
    return await connect(doors, { platform, dance, workspace, code: query['code'] ?? '' }, tell);
  } catch (thrown) {
    if (thrown instanceof Failure) return failed('refused', `refused: ${thrown.message}`);
    throw thrown;
  }
}

async function connect(
  doors: ConsoleOptions,
  back: { platform: Platform; dance: Dance; workspace: string; code: string },
  tell: (deed: { after: object; outcome?: string }) => void,
): Promise<string> {
  const { platform, dance, workspace, code } = back;
  const { settings, baseUrl, sandbox, app, redirectUri, verifier } = dance;
  const credentials = await exchangeCode(
    doors.engine(),
    platform,
    { settings, baseUrl, sandbox },
    {
      app,
      code,
      redirectUri,
      verifier,
    },
  );
  const saved = await saveConnection(doors.warehouse, doors.ring, {
    platform: platform.name,
    name: dance.name,
    settings: settings as Record<string, Json>,
    credentials: credentials as Json,
    baseUrl,
    sandbox,
    workspace,
  });
  tell({
    after: { platform: platform.name, status: 'active' },
    outcome: `done; ${saved.resumed} runs go on`,
  });
  return `/connections/${encodeURIComponent(saved.id)}?oauth=done`;
}

import { Failure, later, minutes, seconds } from '#kernel';
import type { Auth, CallSpec } from '#sync';
import { z } from 'zod';
import type { FreeAgentSettings } from './settings.js';

const instantText = z.iso.datetime({ offset: true });

/** A token somebody pasted: good for what is left of its hour. */
const Static = z.strictObject({ accessToken: z.string().min(1) });

/** An app and a user's consent: an hour's token, and a refresh token that changes with every use. */
const Rotating = z.strictObject({
  clientId: z.string().trim().min(1),
  clientSecret: z.string().trim().min(1),
  refreshToken: z.string().min(1),
  refreshTokenExpiresAt: instantText.optional(),
  accessToken: z.string().min(1).optional(),
  expiresAt: instantText.optional(),
});

export const FreeAgentCredentials = z.union([Rotating, Static]);
export type FreeAgentCredentials = z.output<typeof FreeAgentCredentials>;

const Granted = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().optional(),
  // Older answers had neither.
  refresh_token: z.string().min(1).optional(),
  refresh_token_expires_in: z.coerce.number().positive().optional(),
});

const inSeconds = (now: Date, n: number): string => later(now, seconds(n)).toISOString();

function sign({ accessToken }: FreeAgentCredentials): Readonly<Record<string, string>> {
  return accessToken === undefined ? {} : { Authorization: `Bearer ${accessToken}` };
}

function expiresAt(credentials: FreeAgentCredentials): Date | null {
  if (credentials.accessToken === undefined) return new Date(0);
  if (!('expiresAt' in credentials) || credentials.expiresAt === undefined) return null;
  return new Date(credentials.expiresAt);
}

function renew({
  credentials,
}: {
  settings: FreeAgentSettings;
  credentials: FreeAgentCredentials;
}): CallSpec | null {
  if (!('refreshToken' in credentials)) return null;
  const { clientId, clientSecret, refreshToken } = credentials;
  return {
    method: 'POST',
    path: '/v2/token_endpoint',
    headers: {
      accept: 'application/json',
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    },
    form: { grant_type: 'refresh_token', refresh_token: refreshToken },
    operation: 'token_endpoint',
  };
}

function renewed(query: {
  credentials: FreeAgentCredentials;
  body: unknown;
  now: Date;
}): FreeAgentCredentials {
  const { credentials, body, now } = query;
  if (!('refreshToken' in credentials))
    throw new Failure('bug', 'a FreeAgent token without a refresh token cannot be renewed');
  const granted = Granted.safeParse(body);
  if (!granted.success) throw new Failure('transient', 'FreeAgent’s token endpoint answered without a token');
  const { access_token, expires_in, refresh_token, refresh_token_expires_in } = granted.data;
  const { expiresAt: _, ...kept } = credentials;
  return {
    ...kept,
    accessToken: access_token,
    ...(expires_in === undefined ? {} : { expiresAt: inSeconds(now, expires_in) }),
    ...(refresh_token === undefined ? {} : { refreshToken: refresh_token }),
    ...(refresh_token_expires_in === undefined
      ? {}
      : { refreshTokenExpiresAt: inSeconds(now, refresh_token_expires_in) }),
  };
}

/** What a code was exchanged for. */
export function credentialsGranted(
  app: { readonly clientId: string; readonly clientSecret: string },
  body: unknown,
  now: Date,
): FreeAgentCredentials {
  const { access_token, expires_in, refresh_token, refresh_token_expires_in } = Granted.parse(body);
  if (refresh_token === undefined) return { accessToken: access_token };
  return {
    ...app,
    accessToken: access_token,
    refreshToken: refresh_token,
    ...(expires_in === undefined ? {} : { expiresAt: inSeconds(now, expires_in) }),
    ...(refresh_token_expires_in === undefined
      ? {}
      : { refreshTokenExpiresAt: inSeconds(now, refresh_token_expires_in) }),
  };
}

export const auth: Auth<FreeAgentSettings, FreeAgentCredentials> = {
  sign,
  expiresAt,
  // So that a run begun with a token does not end without one.
  aheadMs: minutes(10),
  renew,
  renewed,
  limits: [
    { name: 'freeagent.token', per: 'connection', kind: 'window', capacity: 15, windowMs: minutes(1) },
  ],
};

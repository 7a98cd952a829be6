import { Failure, later, minutes, seconds } from '#kernel';
import type { Auth, CallSpec } from '#sync';
import { wireInteger } from '#sync';
import { z } from 'zod';
import { authOf, type ShipBobSettings } from './settings.js';

const instantText = z.iso.datetime({ offset: true });

/** A personal access token: made by the account's owner, it lives until it is revoked. */
const Static = z.strictObject({ accessToken: z.string().min(1) });

/** An app: an hour's token, and a refresh token of thirty days that is taken once and brings its successor. */
const Rotating = z.strictObject({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  refreshToken: z.string().min(1),
  /** The app's own address; ShipBob wants it with every renewal, as it was when the app was authorised. */
  redirectUri: z.string().min(1).optional(),
  accessToken: z.string().min(1).optional(),
  expiresAt: instantText.optional(),
});

export const ShipBobCredentials = z.union([Rotating, Static]);
export type ShipBobCredentials = z.output<typeof ShipBobCredentials>;

const Granted = z.object({
  access_token: z.string().min(1),
  expires_in: wireInteger,
  refresh_token: z.string().min(1).optional(),
});

const Refused = z.object({ error: z.string(), error_description: z.string().optional() });

const TOKEN_ERRORS: Readonly<Record<string, string>> = {
  invalid_client: 'the client id or secret is wrong: check both and connect again',
  invalid_grant:
    'the refresh token was used, revoked or is older than 30 days: authorise the app in ShipBob again',
};

/** What the token endpoint's refusal means; undefined where the body is not one. */
export function tokenFailure(body: unknown): Failure | undefined {
  const refused = Refused.safeParse(body);
  if (!refused.success) return undefined;
  const { error, error_description: detail } = refused.data;
  const meaning = TOKEN_ERRORS[error] ?? 'check the connection’s credentials and connect again';
  return new Failure(
    'credential',
    `ShipBob gave no token (${error}): ${meaning}`,
    detail === undefined ? {} : { detail },
  );
}

function expiresAt(credentials: ShipBobCredentials): Date | null {
  if (!('clientId' in credentials)) return null;
  if (credentials.accessToken === undefined || credentials.expiresAt === undefined) return new Date(0);
  return new Date(credentials.expiresAt);
}

function renew(query: { settings: ShipBobSettings; credentials: ShipBobCredentials }): CallSpec | null {
  const { settings, credentials } = query;
  if (!('clientId' in credentials)) return null;
  return {
    method: 'POST',
    base: authOf(settings),
    path: '/connect/token',
    form: {
      grant_type: 'refresh_token',
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
      refresh_token: credentials.refreshToken,
      ...(credentials.redirectUri === undefined ? {} : { redirect_uri: credentials.redirectUri }),
    },
    operation: 'token',
  };
}

function renewed(query: { credentials: ShipBobCredentials; body: unknown; now: Date }): ShipBobCredentials {
  const { credentials, body, now } = query;
  const failure = tokenFailure(body);
  if (failure) throw failure;
  if (!('clientId' in credentials))
    throw new Failure('bug', 'a personal access token of ShipBob’s cannot be renewed');
  const granted = Granted.safeParse(body);
  if (!granted.success) throw new Failure('transient', 'ShipBob’s token endpoint answered without a token');
  const { access_token, expires_in, refresh_token } = granted.data;
  return {
    ...credentials,
    accessToken: access_token,
    expiresAt: later(now, seconds(expires_in)).toISOString(),
    ...(refresh_token === undefined ? {} : { refreshToken: refresh_token }),
  };
}

/** What a code was exchanged for; without `offline_access` there is no refresh token, and the hour is all there is. */
export function credentialsGranted(
  app: { readonly clientId: string; readonly clientSecret: string; readonly redirectUri: string },
  body: unknown,
  now: Date,
): ShipBobCredentials {
  const { access_token, expires_in, refresh_token } = Granted.parse(body);
  if (refresh_token === undefined) return { accessToken: access_token };
  return {
    ...app,
    accessToken: access_token,
    refreshToken: refresh_token,
    expiresAt: later(now, seconds(expires_in)).toISOString(),
  };
}

export const auth: Auth<ShipBobSettings, ShipBobCredentials> = {
  sign: ({ accessToken }): Readonly<Record<string, string>> =>
    accessToken === undefined ? {} : { Authorization: `Bearer ${accessToken}` },
  expiresAt,
  // So that a run begun with a token does not end without one.
  aheadMs: minutes(5),
  renew,
  renewed,
  // Renewals go to another host, which the calls' limit does not count.
  limits: [],
};

import { Failure, later, minutes, seconds } from '#kernel';
import type { Auth, CallSpec } from '#sync';
import { z } from 'zod';
import type { ShopifySettings } from './settings.js';

const instantText = z.iso.datetime({ offset: true });

/** The token of an app made in the shop's own admin, which Shopify no longer offers; it lives until it is revoked. */
const Static = z.strictObject({ accessToken: z.string().min(1) });

/** An app and a shop of one organisation: the app's own id and secret are asked for a new day's token each day. */
const ClientCredentials = z.strictObject({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  accessToken: z.string().min(1).optional(),
  expiresAt: instantText.optional(),
});

/** A distributed app: an hour's token and a refresh token that changes with every use. */
const Rotating = ClientCredentials.extend({
  refreshToken: z.string().min(1),
  refreshTokenExpiresAt: instantText.optional(),
});

export const ShopifyCredentials = z.union([Rotating, ClientCredentials, Static]);
export type ShopifyCredentials = z.output<typeof ShopifyCredentials>;

const Granted = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().optional(),
  refresh_token: z.string().min(1).optional(),
  refresh_token_expires_in: z.number().positive().optional(),
});

const Refused = z.object({ error: z.string(), error_description: z.string().optional() });

const TOKEN_ERRORS: Readonly<Record<string, string>> = {
  invalid_client: 'the client id or secret is wrong, or the app was deleted: check both and reconnect',
  invalid_grant: 'the refresh token was used, revoked or has expired: connect the shop again',
};

/** What the token endpoint's refusal means; undefined where the body is not one. */
export function tokenFailure(body: unknown): Failure | undefined {
  const refused = Refused.safeParse(body);
  if (!refused.success) return undefined;
  const { error, error_description: detail } = refused.data;
  const meaning = TOKEN_ERRORS[error] ?? 'check the connection’s credentials and reconnect';
  return new Failure(
    'credential',
    `Shopify gave no token (${error}): ${meaning}`,
    detail === undefined ? {} : { detail },
  );
}

const inSeconds = (now: Date, n: number): string => later(now, seconds(n)).toISOString();

function sign(credentials: ShopifyCredentials): Readonly<Record<string, string>> {
  return credentials.accessToken === undefined ? {} : { 'X-Shopify-Access-Token': credentials.accessToken };
}

function expiresAt(credentials: ShopifyCredentials): Date | null {
  if (!('clientId' in credentials)) return null;
  if (credentials.accessToken === undefined) return new Date(0);
  // Shopify has answered renewals without a lifetime: such a token is used until it is refused.
  return credentials.expiresAt === undefined ? null : new Date(credentials.expiresAt);
}

function renew({
  credentials,
}: {
  settings: ShopifySettings;
  credentials: ShopifyCredentials;
}): CallSpec | null {
  if (!('clientId' in credentials)) return null;
  const app = { client_id: credentials.clientId, client_secret: credentials.clientSecret };
  return {
    method: 'POST',
    path: '/admin/oauth/access_token',
    form:
      'refreshToken' in credentials
        ? { ...app, grant_type: 'refresh_token', refresh_token: credentials.refreshToken }
        : { ...app, grant_type: 'client_credentials' },
    operation: 'token',
  };
}

function renewed(query: { credentials: ShopifyCredentials; body: unknown; now: Date }): ShopifyCredentials {
  const { credentials, body, now } = query;
  const failure = tokenFailure(body);
  if (failure) throw failure;
  if (!('clientId' in credentials)) throw new Failure('bug', 'a static Shopify token cannot be renewed');
  const granted = Granted.safeParse(body);
  if (!granted.success) throw new Failure('transient', 'Shopify’s token endpoint answered without a token');
  const { access_token, expires_in, refresh_token, refresh_token_expires_in } = granted.data;
  const { expiresAt: _, ...kept } = credentials;
  return {
    ...kept,
    accessToken: access_token,
    ...(expires_in === undefined ? {} : { expiresAt: inSeconds(now, expires_in) }),
    ...('refreshToken' in credentials && refresh_token !== undefined ? { refreshToken: refresh_token } : {}),
    ...('refreshToken' in credentials && refresh_token_expires_in !== undefined
      ? { refreshTokenExpiresAt: inSeconds(now, refresh_token_expires_in) }
      : {}),
  };
}

/** What a code was exchanged for. Without a refresh token it is a token that lives until it is revoked. */
export function credentialsGranted(
  app: { readonly clientId: string; readonly clientSecret: string },
  body: unknown,
  now: Date,
): ShopifyCredentials {
  const { access_token, refresh_token, ...lives } = Granted.parse(body);
  if (refresh_token === undefined) return { accessToken: access_token };
  const { expires_in, refresh_token_expires_in } = lives;
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

export const auth: Auth<ShopifySettings, ShopifyCredentials> = {
  sign,
  expiresAt,
  // So that a run begun with a token does not end without one.
  aheadMs: minutes(10),
  renew,
  renewed,
  // The old refresh token is good until the new access token is first used, and we save before we use.
  grace: 'until-used',
};

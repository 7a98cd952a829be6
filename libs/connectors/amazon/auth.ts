import { days, Failure, later, minutes, seconds } from '#kernel';
import type { Auth } from '#sync';
import { z } from 'zod';
import type { AmazonSettings } from './settings.js';

/** Login with Amazon: the same endpoint for every region. */
const TOKEN_HOST = 'https://api.amazon.com';

export const AmazonCredentials = z.strictObject({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  /** Of the seller's authorisation of the app; it does not wear out by use. */
  refreshToken: z.string().min(1),
  accessToken: z.string().min(1).optional(),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});
export type AmazonCredentials = z.output<typeof AmazonCredentials>;

const Granted = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive(),
  refresh_token: z.string().min(1).optional(),
});

const Refused = z.object({ error: z.string(), error_description: z.string().optional() });

const TOKEN_ERRORS: Readonly<Record<string, string>> = {
  invalid_grant: 'the seller’s authorisation was revoked or has ended: authorise the app again',
  invalid_client:
    'the client id or secret is wrong, or the secret was rotated: take the newest and reconnect',
  unauthorized_client: 'the app may not ask for this token: check that it is the app the seller authorised',
};

/** What the token endpoint's refusal means; undefined where the body is not one. */
export function tokenFailure(body: unknown): Failure | undefined {
  const refused = Refused.safeParse(body);
  if (!refused.success) return undefined;
  const { error, error_description: detail } = refused.data;
  const meaning = TOKEN_ERRORS[error] ?? 'check the connection’s credentials and reconnect';
  return new Failure(
    'credential',
    `Amazon gave no token (${error}): ${meaning}`,
    detail === undefined ? {} : { detail },
  );
}

/** Amazon wants callers to name themselves and their language. */
const AGENT = 'Stratus/1.0 (Language=TypeScript)';

export const auth: Auth<AmazonSettings, AmazonCredentials> = {
  sign: ({ accessToken }) => ({
    'user-agent': AGENT,
    ...(accessToken === undefined ? {} : { 'x-amz-access-token': accessToken }),
  }),
  expiresAt: ({ accessToken, expiresAt }) =>
    accessToken === undefined || expiresAt === undefined ? new Date(0) : new Date(expiresAt),
  // Of an hour: so that a run begun with a token does not end without one.
  aheadMs: minutes(10),
  renew: ({ credentials }) => ({
    method: 'POST',
    base: TOKEN_HOST,
    path: '/auth/o2/token',
    form: {
      grant_type: 'refresh_token',
      refresh_token: credentials.refreshToken,
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
    },
    operation: 'token',
  }),
  renewed: ({ credentials, body, now }) => {
    const failure = tokenFailure(body);
    if (failure) throw failure;
    const granted = Granted.safeParse(body);
    if (!granted.success)
      throw new Failure('transient', 'Amazon’s token endpoint answered without a token; it is tried again');
    const { access_token, expires_in, refresh_token } = granted.data;
    return {
      ...credentials,
      accessToken: access_token,
      expiresAt: later(now, seconds(expires_in)).toISOString(),
      ...(refresh_token === undefined ? {} : { refreshToken: refresh_token }),
    };
  },
  // The refresh token stays the same however often it is used.
  grace: days(1),
};

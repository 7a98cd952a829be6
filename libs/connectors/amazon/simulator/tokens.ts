import { createHmac } from 'node:crypto';

export interface AmazonAccess {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
}

/** For the local sandbox only: fixed and public, they open nothing else. */
export const DEMO_ACCESS: AmazonAccess = {
  clientId: 'amzn1.application-oa2-client.sandbox00000000000000000000demo',
  clientSecret: 'amzn1.oa2-cs.v1.sandbox0000000000000000000000000000000000000000000demo',
  refreshToken: 'Atzr|sandbox-demo-refresh-token-00000000000000000000000000000000',
};

const LIFE_MS = 3_600_000;

/** Access tokens that live an hour, for a refresh token that stays the same however often it is used. */
export class Tokens {
  private issued = 0;
  private endedUpTo = -1;
  private revoked = false;
  grants = 0;

  constructor(
    private readonly access: AmazonAccess,
    private readonly seed: string,
  ) {}

  /** The reply of `POST /auth/o2/token`. */
  grant(form: URLSearchParams, nowMs: number): { status: number; body: object; outcome: string } {
    const denied = (error: string, error_description: string) =>
      ({ status: 400, body: { error, error_description }, outcome: error }) as const;
    if (form.get('grant_type') !== 'refresh_token')
      return denied('unsupported_grant_type', 'The authorization grant type is not supported');
    if (
      form.get('client_id') !== this.access.clientId ||
      form.get('client_secret') !== this.access.clientSecret
    )
      return denied('invalid_client', 'Client authentication failed');
    if (this.revoked || form.get('refresh_token') !== this.access.refreshToken)
      return denied('invalid_grant', 'The request has an invalid grant parameter : refresh_token');
    this.grants++;
    const body = {
      access_token: this.write(++this.issued, nowMs + LIFE_MS),
      refresh_token: this.access.refreshToken,
      token_type: 'bearer',
      expires_in: LIFE_MS / 1000,
    };
    return { status: 200, body, outcome: 'served' };
  }

  /** Null where it opens the account; else what Amazon says of it. */
  refusal(token: string | undefined, nowMs: number): string | null {
    if (token === undefined) return 'missing';
    const [, serial = '', expires = ''] = /^Atza\|(\w+)-(\w+)-/.exec(token) ?? [];
    const [n, expiresMs] = [parseInt(serial, 36), parseInt(expires, 36)];
    if (this.revoked || token !== this.write(n, expiresMs))
      return 'The access token you provided is revoked, malformed or invalid.';
    return n <= this.endedUpTo || expiresMs <= nowMs ? 'The access token you provided has expired.' : null;
  }

  expire(): void {
    this.endedUpTo = this.issued;
  }

  revoke(revoked: boolean): void {
    this.revoked = revoked;
  }

  private write(n: number, expiresMs: number): string {
    const body = `${n.toString(36)}-${Math.floor(expiresMs).toString(36)}`;
    const seal = createHmac('sha256', `${this.seed}:${this.access.clientSecret}`)
      .update(body)
      .digest('base64url');
    return `Atza|${body}-${seal}`;
  }
}

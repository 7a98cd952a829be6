import { createHash, createHmac } from 'node:crypto';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ACCESS_LIFE = HOUR;
const REFRESH_LIFE = 30 * DAY;
const CODE_LIFE = 2 * 60_000;

export interface ShipBobAccess {
  /** A personal access token: 64 hexadecimal digits, a dash and a number. It does not expire. */
  readonly accessToken: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The app was authorised with it, and every renewal must name it. */
  readonly redirectUri: string;
  /** The first one of the app. */
  readonly refreshToken: string;
}

/** For the local sandbox only: fixed and public, they open nothing else. */
export const DEMO_ACCESS: ShipBobAccess = {
  accessToken: `${'0DE5'.repeat(16)}-1`,
  clientId: 'sandbox_demo_client',
  clientSecret: 'sandbox_demo_secret_0000000000000000',
  redirectUri: 'https://stratus.example/oauth/shipbob',
  refreshToken: 'sandbox_demo_refresh_0',
};

export interface TokenGrant {
  readonly access_token: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
  readonly refresh_token: string;
}

interface Issued {
  readonly atMs: number;
  readonly until: number;
}

/** The tokens of one account: a refresh token opens the next pair once, and never again. */
export class TokenBook {
  private readonly access = new Map<string, Issued>();
  private refreshToken: string;
  private refreshUntil: number;
  private serial = 0;
  private revoked = false;
  private redirectUri: string;
  private readonly codes = new Map<
    string,
    { readonly redirectUri: string; readonly challenge: string; readonly until: number }
  >();

  constructor(
    private readonly account: string,
    private readonly known: ShipBobAccess,
    nowMs: number,
  ) {
    this.refreshToken = known.refreshToken;
    this.redirectUri = known.redirectUri;
    this.refreshUntil = nowMs + REFRESH_LIFE;
  }

  /** The application a token belongs to, which has a limit of its own; undefined where it opens nothing. */
  applicationOf(token: string | undefined, nowMs: number): 'token' | 'app' | undefined {
    if (token === undefined || this.revoked) return undefined;
    if (token === this.known.accessToken) return 'token';
    const issued = this.access.get(token);
    return issued && issued.until > nowMs ? 'app' : undefined;
  }

  isClient(id: string | null, secret: string | null): boolean {
    return !this.revoked && id === this.known.clientId && secret === this.known.clientSecret;
  }

  /** Each pair belongs to the address that its app was authorised with. */
  isRedirect = (uri: string | null): boolean => uri === this.redirectUri;

  knowsApp = (id: string | null): boolean => !this.revoked && id === this.known.clientId;

  /** Where the owner's browser is sent after approval carries it; good once, for two minutes, with the challenge's verifier. */
  code(of: { redirectUri: string; challenge: string }, nowMs: number): string {
    this.serial++;
    const code = this.make('code');
    this.codes.set(code, { ...of, until: nowMs + CODE_LIFE });
    return code;
  }

  /** A new pair for a code; undefined where anything of it differs from what was approved. */
  exchange(
    said: { code: string | null; redirectUri: string | null; verifier: string | null },
    nowMs: number,
  ): TokenGrant | undefined {
    const approved = this.codes.get(said.code ?? '');
    this.codes.delete(said.code ?? '');
    if (!approved || approved.until < nowMs || approved.redirectUri !== said.redirectUri) return undefined;
    const digest = createHash('sha256')
      .update(said.verifier ?? '')
      .digest('base64url');
    if (digest !== approved.challenge) return undefined;
    this.redirectUri = approved.redirectUri;
    return this.grant(nowMs);
  }

  /** A new pair for the newest refresh token; undefined for any other. */
  refresh(token: string | null, nowMs: number): TokenGrant | undefined {
    if (token !== this.refreshToken || nowMs > this.refreshUntil) return undefined;
    return this.grant(nowMs);
  }

  private grant(nowMs: number): TokenGrant {
    this.serial++;
    const access = this.make('at');
    this.access.set(access, { atMs: nowMs, until: nowMs + ACCESS_LIFE });
    this.refreshToken = this.make('rt');
    this.refreshUntil = nowMs + REFRESH_LIFE;
    return {
      access_token: access,
      expires_in: ACCESS_LIFE / 1000,
      token_type: 'Bearer',
      refresh_token: this.refreshToken,
    };
  }

  /** Ends every hour's token now. */
  expireAccess(): void {
    this.access.clear();
  }

  revoke(revoked: boolean): void {
    this.revoked = revoked;
  }

  private make(kind: string): string {
    const digest = createHmac('sha256', this.known.clientSecret).update(
      `${this.account}/${kind}/${this.serial}`,
    );
    return `${kind}.${digest.digest('hex')}`;
  }
}

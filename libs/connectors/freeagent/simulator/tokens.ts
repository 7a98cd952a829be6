import { createHmac, timingSafeEqual } from 'node:crypto';

/** What opens one company. */
export interface CompanyAccess {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The first pair, as if the user had just approved the app. */
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** For the local sandbox only: fixed and public, they open nothing else. */
export const DEMO_ACCESS: CompanyAccess = {
  clientId: 'freeagent_sandbox_client',
  clientSecret: 'freeagent_sandbox_secret_000000000000',
  accessToken: 'freeagent_sandbox_access_000000000000',
  refreshToken: 'freeagent_sandbox_refresh_00000000000',
};

export interface Granted {
  readonly access_token: string;
  readonly token_type: 'bearer';
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly refresh_token_expires_in: number;
}

const SECOND = 1000;
const ACCESS_LIFE = 3600 * SECOND;
const REFRESH_LIFE = 631_151_957 * SECOND;
const CODE_LIFE = 15 * 60 * SECOND;

type Mark = 'a' | 'r';

/**
 * One access token per user and app: a renewal ends the one before, and a refresh token is taken once. Tokens carry their
 * number and end under a keyed hash, so that a sandbox started again still honours them.
 */
export class TokenBook {
  private current = 0;
  private endedAccess = -1;
  private revoked = false;
  private codes = 0;
  private readonly open = new Map<string, { readonly redirectUri: string; readonly endsMs: number }>();
  refreshes = 0;

  constructor(
    private readonly company: string,
    private readonly access: CompanyAccess,
    private readonly startedMs: number,
  ) {}

  isClient(clientId: unknown, clientSecret: unknown): boolean {
    return clientId === this.access.clientId && clientSecret === this.access.clientSecret;
  }

  knowsApp(clientId: unknown): boolean {
    return clientId === this.access.clientId;
  }

  opens(token: string, nowMs: number): boolean {
    const read = this.readAccess(token);
    if (!read || this.revoked || read.endsMs <= nowMs || read.n <= this.endedAccess) return false;
    return this.isNewest(read.n);
  }

  /** Where the user's browser is sent after approval carries it; good once, for fifteen minutes. */
  code(redirectUri: string, nowMs: number): string {
    const code = `code_${++this.codes}_${this.mac(`code${this.codes}`)}`;
    this.open.set(code, { redirectUri, endsMs: nowMs + CODE_LIFE });
    return code;
  }

  exchange(code: unknown, redirectUri: unknown, nowMs: number): Granted | undefined {
    const known = typeof code === 'string' ? this.open.get(code) : undefined;
    if (known) this.open.delete(code as string);
    if (!known || known.endsMs <= nowMs || known.redirectUri !== redirectUri) return undefined;
    this.revoked = false;
    return this.grant(nowMs);
  }

  refresh(refreshToken: unknown, nowMs: number): Granted | undefined {
    const read = typeof refreshToken === 'string' ? this.readRefresh(refreshToken) : undefined;
    if (!read || this.revoked || read.endsMs <= nowMs) return undefined;
    if (!this.isNewest(read.n)) return undefined;
    this.refreshes++;
    return this.grant(nowMs);
  }

  /** Ends the access token in use; the refresh token stays good. */
  expire(): void {
    this.endedAccess = this.current;
  }

  /** The user withdraws the app; `false` brings it back. */
  revoke(revoked: boolean): void {
    this.revoked = revoked;
  }

  private grant(nowMs: number): Granted {
    this.current += 1;
    const atMs = Math.floor(nowMs / SECOND) * SECOND;
    return {
      access_token: this.write('a', atMs + ACCESS_LIFE),
      token_type: 'bearer',
      expires_in: ACCESS_LIFE / SECOND,
      refresh_token: this.write('r', atMs + REFRESH_LIFE),
      refresh_token_expires_in: REFRESH_LIFE / SECOND,
    };
  }

  /** A number above any we gave is of a former life of this sandbox. */
  private isNewest(n: number): boolean {
    this.current = Math.max(this.current, n);
    return n === this.current;
  }

  private readAccess(token: string): { n: number; endsMs: number } | undefined {
    return token === this.access.accessToken
      ? { n: 0, endsMs: this.startedMs + ACCESS_LIFE }
      : this.read('a', token);
  }

  private readRefresh(token: string): { n: number; endsMs: number } | undefined {
    return token === this.access.refreshToken
      ? { n: 0, endsMs: this.startedMs + REFRESH_LIFE }
      : this.read('r', token);
  }

  private write(mark: Mark, endsMs: number): string {
    const body = `${mark}${this.current.toString(36)}_${(endsMs / SECOND).toString(36)}`;
    return `${body}_${this.mac(body)}`;
  }

  private read(mark: Mark, token: string): { n: number; endsMs: number } | undefined {
    const [, body = '', its, n = '', ends = '', mac = ''] =
      /^(([ar])([0-9a-z]+)_([0-9a-z]+))_([0-9a-f]{24})$/.exec(token) ?? [];
    if (its !== mark || !timingSafeEqual(Buffer.from(mac), Buffer.from(this.mac(body)))) return undefined;
    return { n: parseInt(n, 36), endsMs: parseInt(ends, 36) * SECOND };
  }

  private mac(body: string): string {
    return createHmac('sha256', `${this.company}:${this.access.clientSecret}`)
      .update(body)
      .digest('hex')
      .slice(0, 24);
  }
}

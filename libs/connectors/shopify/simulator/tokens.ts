import { createHmac, timingSafeEqual } from 'node:crypto';

/*
 * How an app proves itself: a static token, tokens for client credentials (24 h), or an expiring pair that is
 * refreshed. Tokens we issue carry their number and expiry under a keyed hash, so that a sandbox started again
 * still honours those of its former life.
 */

export interface ShopCredentials {
  /** Never expires, as the tokens of admin-made custom apps. */
  readonly accessToken: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The first pair of an expiring offline token. */
  readonly expiring: { readonly accessToken: string; readonly refreshToken: string };
}

/** For the local sandbox only: fixed and public, they open nothing else. */
export const DEMO_ACCESS: ShopCredentials = {
  accessToken: 'shpat_sandbox_demo_00000000000000000000',
  clientId: 'sandbox_demo_client',
  clientSecret: 'shpss_sandbox_demo_00000000000000000000',
  expiring: {
    accessToken: 'shpat_sandbox_demo_expiring_0000000000',
    refreshToken: 'shprt_sandbox_demo_refresh_00000000000',
  },
};

export interface TokenGrant {
  readonly access_token: string;
  readonly expires_in: number;
  readonly refresh_token?: string;
  readonly refresh_token_expires_in?: number;
}

/** `grant` names what kind of app is behind a token; all of one app share one bucket of points. */
export type Grant = 'static' | 'client' | 'expiring';

const HOUR = 3_600_000;
const CLIENT_LIFE = 24 * HOUR;
const ACCESS_LIFE = HOUR;
const REFRESH_LIFE = 90 * 24 * HOUR;
const CODE_LIFE = HOUR / 6;

type Mark = 'c' | 'a' | 'r';

interface Read {
  readonly serial: number;
  readonly expiresMs: number;
}

export class TokenBook {
  /** Newest of the refreshable chain, and the one before it until the newest is first used. */
  private current = 0;
  private previous: number | null = null;
  private clientSerial = 0;
  /** Access tokens up to these numbers were ended early. */
  private endedAccess = -1;
  private endedClient = -1;
  private revoked = false;
  private codes = 0;
  private readonly open = new Map<string, { readonly endsMs: number }>();
  refreshes = 0;
  /** A refresh token is taken once; a second time ends its family. */
  once = false;
  lostFamilies = 0;
  /** Refresh tokens up to this number open nothing, since one of them was presented twice. */
  private lostUpTo = -1;

  constructor(
    private readonly shop: string,
    private readonly credentials: ShopCredentials,
    private readonly startedMs: number,
  ) {}

  /** What kind of app a token belongs to; undefined where it opens nothing (any more). */
  authenticate(token: string, nowMs: number): Grant | undefined {
    if (this.revoked) return undefined;
    if (token === this.credentials.accessToken) return 'static';
    const client = this.read('c', token);
    if (client) return client.expiresMs > nowMs && client.serial > this.endedClient ? 'client' : undefined;
    const access = this.readAccess(token);
    if (!access || access.expiresMs <= nowMs || access.serial <= this.endedAccess) return undefined;
    if (!this.adopt(access.serial)) return undefined;
    if (access.serial === this.current) this.previous = null;
    return 'expiring';
  }

  isClient(clientId: unknown, clientSecret: unknown): boolean {
    return (
      !this.revoked &&
      clientId === this.credentials.clientId &&
      clientSecret === this.credentials.clientSecret
    );
  }

  knowsApp = (clientId: string | null): boolean => !this.revoked && clientId === this.credentials.clientId;

  /** What Shopify signs with the app's secret: the parameters that a browser is sent back with. */
  signature(text: string): string {
    return createHmac('sha256', this.credentials.clientSecret).update(text).digest('hex');
  }

  grantClient(nowMs: number): TokenGrant {
    const expiresMs = Math.floor(nowMs / 1000) * 1000 + CLIENT_LIFE;
    return {
      access_token: this.write('shpat', 'c', ++this.clientSerial, expiresMs),
      expires_in: CLIENT_LIFE / 1000 - 1,
    };
  }

  /** Where the owner's browser is sent after approval carries it; good once, for ten minutes. */
  code(redirectUri: string, nowMs: number): string {
    const body = `${++this.codes}_${redirectUri}`;
    const code = this.mac(`code${body}`);
    this.open.set(code, { endsMs: nowMs + CODE_LIFE });
    return code;
  }

  /** What a code is exchanged for: the first pair of a new chain. */
  exchange(code: unknown, nowMs: number): TokenGrant | undefined {
    const known = typeof code === 'string' ? this.open.get(code) : undefined;
    if (known) this.open.delete(code as string);
    if (!known || known.endsMs <= nowMs) return undefined;
    this.previous = null;
    return this.pair(nowMs);
  }

  /**
   * A new pair for a refresh token. The one that was presented stays good until the new access token is first
   * used, so a lost reply can be asked for again; presenting it again drops the pair that was lost. Where tokens are
   * taken once, the second time is taken for theft: nothing of its family opens anything any more.
   */
  refresh(refreshToken: unknown, nowMs: number): TokenGrant | undefined {
    if (typeof refreshToken !== 'string') return undefined;
    const first = this.credentials.expiring.refreshToken;
    const read =
      refreshToken === first
        ? { serial: 0, expiresMs: this.startedMs + REFRESH_LIFE }
        : this.read('r', refreshToken);
    if (!read || read.expiresMs <= nowMs || read.serial <= this.lostUpTo) return undefined;
    if (this.once && read.serial < this.current) return this.lose();
    if (!this.adopt(read.serial)) return undefined;
    this.previous = read.serial;
    this.current = Math.max(this.current, read.serial);
    this.refreshes++;
    return this.pair(nowMs);
  }

  private pair(nowMs: number): TokenGrant {
    this.current++;
    const atMs = Math.floor(nowMs / 1000) * 1000;
    return {
      access_token: this.write('shpat', 'a', this.current, atMs + ACCESS_LIFE),
      expires_in: ACCESS_LIFE / 1000,
      refresh_token: this.write('shprt', 'r', this.current, atMs + REFRESH_LIFE),
      refresh_token_expires_in: REFRESH_LIFE / 1000,
    };
  }

  private lose(): undefined {
    this.lostFamilies++;
    this.lostUpTo = this.current;
    this.endedAccess = this.current;
    return undefined;
  }

  /** Ends every expiring access token now; refresh tokens and client credentials stay good. */
  expireAccess(): void {
    this.endedAccess = this.current;
    this.endedClient = this.clientSerial;
  }

  /** The app is uninstalled: nothing opens any more; `false` installs it again. */
  revoke(revoked: boolean): void {
    this.revoked = revoked;
  }

  private readAccess(token: string): Read | undefined {
    if (token === this.credentials.expiring.accessToken)
      return { serial: 0, expiresMs: this.startedMs + ACCESS_LIFE };
    return this.read('a', token);
  }

  /** Whether a number of the chain is good; one newer than any we issued is from before a restart. */
  private adopt(serial: number): boolean {
    if (serial > this.current) {
      this.current = serial;
      this.previous = null;
    }
    return serial === this.current || serial === this.previous;
  }

  private write(prefix: string, mark: Mark, serial: number, expiresMs: number): string {
    const body = `${mark}${serial.toString(36)}_${(expiresMs / 1000).toString(36)}`;
    return `${prefix}_${body}_${this.mac(body)}`;
  }

  private read(mark: Mark, token: string): Read | undefined {
    const match = /^shp(?:at|rt)_(([car])([0-9a-z]+)_([0-9a-z]+))_([0-9a-f]{24})$/.exec(token);
    if (!match || match[2] !== mark) return undefined;
    const [, body = '', , serial = '', expires = '', mac = ''] = match;
    if (!timingSafeEqual(Buffer.from(mac), Buffer.from(this.mac(body)))) return undefined;
    return { serial: parseInt(serial, 36), expiresMs: parseInt(expires, 36) * 1000 };
  }

  private mac(body: string): string {
    return createHmac('sha256', `${this.shop}:${this.credentials.clientSecret}`)
      .update(body)
      .digest('hex')
      .slice(0, 24);
  }
}

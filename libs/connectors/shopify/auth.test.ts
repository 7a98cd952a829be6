import { Failure, minutes } from '#kernel';
import { auth, ShopifyCredentials } from './auth.js';

const now = new Date('2026-11-21T10:00:00Z');
const settings = { shop: 'demo', apiVersion: '2026-10' };
const app = { clientId: 'id', clientSecret: 'secret' };

describe('a static token', () => {
  const credentials = ShopifyCredentials.parse({ accessToken: 'shpat_x' });

  it('signs, and is never renewed', () => {
    expect(auth.sign(credentials)).toEqual({ 'X-Shopify-Access-Token': 'shpat_x' });
    expect(auth.expiresAt(credentials)).toBeNull();
    expect(auth.renew({ settings, credentials })).toBeNull();
  });
});

describe('client credentials', () => {
  it('ask for a token before the first call', () => {
    const credentials = ShopifyCredentials.parse(app);
    expect(auth.expiresAt(credentials)).toEqual(new Date(0));
    expect(auth.renew({ settings, credentials })).toMatchObject({
      method: 'POST',
      path: '/admin/oauth/access_token',
      form: { grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' },
    });
  });

  it('ask again ten minutes before the token dies', () => {
    const credentials = auth.renewed({
      credentials: app,
      body: { access_token: 'a', scope: 'read_orders', expires_in: 86_399 },
      now,
    });
    expect(credentials).toEqual({ ...app, accessToken: 'a', expiresAt: '2026-11-22T09:59:59.000Z' });
    expect(auth.expiresAt(credentials)).toEqual(new Date('2026-11-22T09:59:59.000Z'));
    expect(auth.aheadMs).toBe(minutes(10));
  });

  it('use a token that came without a lifetime until it is refused', () => {
    const stale = { ...app, accessToken: 'old', expiresAt: '2026-11-21T09:00:00.000Z' };
    const credentials = auth.renewed({ credentials: stale, body: { access_token: 'a' }, now });
    expect(credentials).toEqual({ ...app, accessToken: 'a' });
    expect(auth.expiresAt(credentials)).toBeNull();
  });
});

describe('a rotating token', () => {
  const credentials = ShopifyCredentials.parse({
    ...app,
    refreshToken: 'r1',
    accessToken: 'a1',
    expiresAt: '2026-11-21T10:05:00Z',
  });

  it('is renewed with the refresh token', () => {
    expect(auth.expiresAt(credentials)).toEqual(new Date('2026-11-21T10:05:00Z'));
    expect(auth.renew({ settings, credentials })?.form).toEqual({
      grant_type: 'refresh_token',
      client_id: 'id',
      client_secret: 'secret',
      refresh_token: 'r1',
    });
  });

  it('replaces both tokens', () => {
    const body = {
      access_token: 'a2',
      scope: 'read_orders',
      expires_in: 3600,
      refresh_token: 'r2',
      refresh_token_expires_in: 7_776_000,
    };
    expect(auth.renewed({ credentials, body, now })).toEqual({
      ...app,
      accessToken: 'a2',
      expiresAt: '2026-11-21T11:00:00.000Z',
      refreshToken: 'r2',
      refreshTokenExpiresAt: '2027-02-19T10:00:00.000Z',
    });
  });

  it('keeps the refresh token where the answer holds none', () => {
    expect(auth.renewed({ credentials, body: { access_token: 'a2', expires_in: 3600 }, now })).toMatchObject({
      refreshToken: 'r1',
    });
  });
});

describe('a token that was not given', () => {
  it.each(['invalid_grant', 'invalid_client', 'invalid_request'])('names %s', (error) => {
    const renewing = () => auth.renewed({ credentials: app, body: { error, error_description: 'why' }, now });
    expect(renewing).toThrow(Failure);
    expect(renewing).toThrow(error);
    try {
      renewing();
    } catch (thrown) {
      expect(thrown).toMatchObject({ kind: 'credential', detail: 'why' });
    }
  });

  it('is no token of undefined', () => {
    expect(() => auth.renewed({ credentials: app, body: '<html>', now })).toThrow(/without a token/);
  });
});

it('credentials survive being stored as JSON', () => {
  for (const kept of [
    { accessToken: 'a' },
    app,
    { ...app, refreshToken: 'r', accessToken: 'a', expiresAt: now.toISOString() },
  ])
    expect(ShopifyCredentials.parse(JSON.parse(JSON.stringify(ShopifyCredentials.parse(kept))))).toEqual(
      kept,
    );
});

it('credentials of no known form are refused', () => {
  for (const wrong of [{}, { clientId: 'id' }, { accessToken: '' }, { accessToken: 'a', password: 'b' }])
    expect(ShopifyCredentials.safeParse(wrong).success).toBe(false);
});

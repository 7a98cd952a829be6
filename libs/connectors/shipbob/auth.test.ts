import { auth, ShipBobCredentials } from './auth.js';
import { ShipBobSettings } from './settings.js';

const NOW = new Date('2026-11-21T10:00:00Z');
const settings = ShipBobSettings.parse({});
const app = ShipBobCredentials.parse({
  clientId: 'id',
  clientSecret: 'secret',
  refreshToken: 'rt 1',
  redirectUri: 'https://stratus.example/back',
});

describe('a personal access token', () => {
  const credentials = ShipBobCredentials.parse({ accessToken: 'AB-1' });

  it('is sent as it is, never dies and cannot be renewed', () => {
    expect(auth.sign(credentials)).toEqual({ Authorization: 'Bearer AB-1' });
    expect(auth.expiresAt(credentials)).toBeNull();
    expect(auth.renew({ settings, credentials })).toBeNull();
  });
});

describe('an app', () => {
  it('asks ShipBob’s own sign-in for a token, with the address it was authorised with', () => {
    expect(auth.expiresAt(app)!.getTime()).toBeLessThan(NOW.getTime());
    expect(auth.sign(app)).toEqual({});
    expect(auth.renew({ settings, credentials: app })).toEqual({
      method: 'POST',
      base: 'https://auth.shipbob.com',
      path: '/connect/token',
      form: {
        grant_type: 'refresh_token',
        client_id: 'id',
        client_secret: 'secret',
        refresh_token: 'rt 1',
        redirect_uri: 'https://stratus.example/back',
      },
      operation: 'token',
    });
    const staged = ShipBobSettings.parse({ environment: 'sandbox' });
    expect(auth.renew({ settings: staged, credentials: app })!.base).toBe('https://authstage.shipbob.com');
  });

  it('keeps the hour’s token, its end, and the refresh token that came with it', () => {
    const body = { access_token: 'at 1', expires_in: '3600', refresh_token: 'rt 2', token_type: 'Bearer' };
    const renewed = auth.renewed({ credentials: app, body, now: NOW });
    expect(renewed).toEqual({
      ...app,
      accessToken: 'at 1',
      expiresAt: '2026-11-21T11:00:00.000Z',
      refreshToken: 'rt 2',
    });
    expect(ShipBobCredentials.parse(renewed)).toEqual(renewed);
    expect(auth.sign(renewed)).toEqual({ Authorization: 'Bearer at 1' });
    expect(auth.expiresAt(renewed)).toEqual(new Date('2026-11-21T11:00:00Z'));
  });

  it.each([
    [{ error: 'invalid_grant' }, 'credential', 'authorise the app'],
    [{ error: 'invalid_client' }, 'credential', 'client id or secret'],
    ['<html>', 'transient', 'without a token'],
  ])('is told why there was none: %j', (body, kind, words) => {
    let thrown: unknown;
    try {
      auth.renewed({ credentials: app, body, now: NOW });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ kind, message: expect.stringContaining(words) as string });
  });
});

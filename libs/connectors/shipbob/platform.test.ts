import { shipbob } from './platform.js';
import { fixture } from './testing/fixture.js';

describe('a connection’s settings', () => {
  it('are today’s version at the real place', () => {
    const settings = shipbob.settings.parse({});
    expect(settings).toEqual({ apiVersion: '2026-01', environment: 'production' });
    expect(shipbob.baseUrl(settings)).toBe('https://api.shipbob.com');
    expect(shipbob.baseUrl(shipbob.settings.parse({ environment: 'sandbox' }))).toBe(
      'https://sandbox-api.shipbob.com',
    );
  });

  it.each(['1.0', '2.0', '2025-01', '2026-02', 'experimental'])('take no version %s', (apiVersion) => {
    expect(shipbob.settings.safeParse({ apiVersion }).success).toBe(false);
  });

  it('lead to no other host', () => {
    const known = (host: string) => shipbob.hosts.some((each) => each.test(host));
    for (const host of [
      'api.shipbob.com',
      'sandbox-api.shipbob.com',
      'auth.shipbob.com',
      'authstage.shipbob.com',
    ])
      expect(known(host)).toBe(true);
    for (const host of [
      'shipbob.com',
      'api.shipbob.com.evil.test',
      'evil-api.shipbob.com',
      'x.auth.shipbob.com',
    ])
      expect(known(host)).toBe(false);
  });
});

describe('the environment of the requirement documents', () => {
  it.each([
    [undefined, { apiVersion: '2026-01', environment: 'production' }],
    ['https://api.shipbob.com/2025-07', { apiVersion: '2025-07', environment: 'production' }],
    ['https://sandbox-api.shipbob.com/2026-07', { apiVersion: '2026-07', environment: 'sandbox' }],
    // Switched off since: today's is used.
    ['https://api.shipbob.com/1.0', { apiVersion: '2026-01', environment: 'production' }],
  ])('with SHIPBOB_BASE %s', (SHIPBOB_BASE, settings) => {
    const made = shipbob.fromEnv({ SHIPBOB_TOKEN: 'token', SHIPBOB_BASE });
    expect(made).toMatchObject({ name: 'shipbob', credentials: { accessToken: 'token' } });
    expect(shipbob.settings.parse(made?.settings)).toEqual(settings);
  });

  it('makes none without a token, and sends it to nobody else', () => {
    expect(shipbob.fromEnv({})).toBeNull();
    expect(() =>
      shipbob.fromEnv({ SHIPBOB_TOKEN: 't', SHIPBOB_BASE: 'https://evil.example/2025-07' }),
    ).toThrow('SHIPBOB_BASE');
  });
});

describe('the probe', () => {
  it('asks for the channels, and says what the token may read and what it lacks', () => {
    expect(shipbob.probe.request(shipbob.settings.parse({}))).toMatchObject({ path: '/2026-01/channel' });
    expect(shipbob.probe.says(fixture('probe'))).toBe(
      'channels Privileged Access Token Wednesday, July 9, 2025, ShipBob Default, scopes orders_read products_read receiving_read channels_read inventory_read; missing returns_read',
    );
  });
});

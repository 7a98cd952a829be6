import { NO_PARENT } from '#sync';
import { freeagent } from './platform.js';
import { fixture } from './testing/fixture.js';

describe('the settings', () => {
  it.each([
    ['production', 'https://api.freeagent.com'],
    ['sandbox', 'https://api.sandbox.freeagent.com'],
  ])('of %s lead to %s, and to no other host', (environment, base) => {
    const settings = freeagent.settings.parse({ environment });
    expect(freeagent.baseUrl(settings)).toBe(base);
    expect(freeagent.hosts.some((host) => host.test(new URL(base).hostname))).toBe(true);
    for (const host of ['freeagent.com', 'api.freeagent.com.evil.test', 'x.api.freeagent.com'])
      expect(freeagent.hosts.some((known) => known.test(host))).toBe(false);
  });

  it('name an API version on every call where they hold one', () => {
    const window = { from: null, to: new Date('2026-11-21T10:00:00Z') };
    const query = { window, parent: NO_PARENT, place: null, size: 100 };
    const users = freeagent.streams.find(({ name }) => name === 'freeagent.users')!;
    expect(users.request({ ...query, settings: freeagent.settings.parse({}) }).headers).toEqual({
      accept: 'application/json',
    });
    expect(
      users.request({ ...query, settings: freeagent.settings.parse({ apiVersion: '2024-10-01' }) }).headers,
    ).toEqual({ accept: 'application/json', 'x-api-version': '2024-10-01' });
    expect(freeagent.settings.safeParse({ apiVersion: 'v2' }).success).toBe(false);
  });
});

describe('the environment of the requirement documents', () => {
  const tokens = { FREEAGENT_ACCESS_TOKEN: 'a', FREEAGENT_REFRESH_TOKEN: 'r' };
  const app = { FREEAGENT_CLIENT_ID: 'id', FREEAGENT_CLIENT_SECRET: 's', FREEAGENT_REDIRECT_URI: 'http://x' };

  it('makes a connection that renews itself', () => {
    expect(freeagent.fromEnv({ ...tokens, ...app, FREEAGENT_API_VERSION: '2024-10-01' })).toEqual({
      name: 'freeagent',
      settings: { apiVersion: '2024-10-01' },
      credentials: { clientId: 'id', clientSecret: 's', refreshToken: 'r', accessToken: 'a' },
    });
  });

  it('makes one of a token alone', () => {
    expect(freeagent.fromEnv({ FREEAGENT_ACCESS_TOKEN: 'a' })).toMatchObject({
      credentials: { accessToken: 'a' },
    });
  });

  it('makes none of an app that nobody approved, and names what is missing beside a refresh token', () => {
    expect(freeagent.fromEnv(app)).toBeNull();
    expect(() => freeagent.fromEnv(tokens)).toThrow(/FREEAGENT_CLIENT_ID and FREEAGENT_CLIENT_SECRET/);
  });
});

describe('the probe', () => {
  it('says who the token speaks for', () => {
    expect(freeagent.probe.says(fixture('probe'))).toBe('Dana Owner (Director), access level 8 of 8');
  });

  it('names what a lower access level hides', () => {
    expect(freeagent.probe.says(fixture('probe-low-level'))).toBe(
      'Lee Ledger (Employee), access level 5 of 8; bank_accounts, bank_transactions, bank_transaction_explanations need level 6 (Banking); transactions, users need level 7 (Tax, Accounting & Users)',
    );
  });
});

import { Failure, minutes } from '#kernel';
import { auth, FreeAgentCredentials } from './auth.js';
import { fixture } from './testing/fixture.js';

const now = new Date('2026-11-21T10:00:00Z');
const settings = { environment: 'production' as const };
const app = { clientId: 'id', clientSecret: 'secret', refreshToken: 'r1' };

describe('a token alone', () => {
  const credentials = FreeAgentCredentials.parse({ accessToken: 'a' });

  it('signs until it is refused, and is never renewed', () => {
    expect(auth.sign(credentials)).toEqual({ Authorization: 'Bearer a' });
    expect(auth.expiresAt(credentials)).toBeNull();
    expect(auth.renew({ settings, credentials })).toBeNull();
  });
});

describe('an app with a refresh token', () => {
  it('asks for a token before the first call, by HTTP Basic and a form', () => {
    const credentials = FreeAgentCredentials.parse(app);
    expect(auth.sign(credentials)).toEqual({});
    expect(auth.expiresAt(credentials)).toEqual(new Date(0));
    expect(auth.renew({ settings, credentials })).toMatchObject({
      method: 'POST',
      path: '/v2/token_endpoint',
      headers: { authorization: `Basic ${Buffer.from('id:secret').toString('base64')}` },
      form: { grant_type: 'refresh_token', refresh_token: 'r1' },
    });
  });

  it('takes both tokens and their lifetimes from the answer', () => {
    const credentials = auth.renewed({
      credentials: { ...app, accessToken: 'a1' },
      body: fixture('token'),
      now,
    });
    expect(credentials).toEqual({
      ...app,
      accessToken: '2YotnFZFEjr1zCsicMWpAA',
      expiresAt: '2026-11-21T11:00:00.000Z',
      refreshToken: 'txtvz3JOkF0XG5Qx2TlKWIA',
      refreshTokenExpiresAt: '2046-11-21T09:59:17.000Z',
    });
    expect(auth.expiresAt(credentials)).toEqual(new Date('2026-11-21T11:00:00Z'));
    expect(auth.aheadMs).toBe(minutes(10));
  });

  it('keeps its refresh token where the answer holds none, and forgets a lifetime that is not told anew', () => {
    const stale = { ...app, accessToken: 'a1', expiresAt: '2026-11-21T09:00:00.000Z' };
    expect(auth.renewed({ credentials: stale, body: { access_token: 'a2' }, now })).toEqual({
      ...app,
      accessToken: 'a2',
    });
  });

  it('is no token of nothing', () => {
    const renewing = () => auth.renewed({ credentials: app, body: '<html>', now });
    expect(renewing).toThrow(Failure);
    expect(renewing).toThrow(/without a token/);
  });

  it('loses the blanks around an id and a secret, which FreeAgent would refuse', () => {
    expect(FreeAgentCredentials.parse({ ...app, clientSecret: ' secret\n' })).toEqual(app);
  });
});

it('renewals have a budget of their own', () => {
  expect(auth.limits).toEqual([
    { name: 'freeagent.token', per: 'connection', kind: 'window', capacity: 15, windowMs: 60_000 },
  ]);
});

it('credentials of no known form are refused', () => {
  for (const wrong of [
    {},
    { clientId: 'id', clientSecret: 's' },
    { accessToken: '' },
    { ...app, password: 'b' },
  ])
    expect(FreeAgentCredentials.safeParse(wrong).success).toBe(false);
});

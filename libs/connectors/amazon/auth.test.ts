import { Failure } from '#kernel';
import { AmazonCredentials, auth } from './auth.js';
import { settings } from './testing/stage.js';

const now = new Date('2026-11-21T10:00:00Z');
const app = {
  clientId: 'amzn1.application-oa2-client.x',
  clientSecret: 'amzn1.oa2-cs.v1.x',
  refreshToken: 'Atzr|x',
};

it('asks for a token before the first call, at Amazon’s own endpoint for all regions', () => {
  const credentials = AmazonCredentials.parse(app);
  expect(auth.expiresAt(credentials)).toEqual(new Date(0));
  expect(auth.renew({ settings, credentials })).toEqual({
    method: 'POST',
    base: 'https://api.amazon.com',
    path: '/auth/o2/token',
    form: {
      grant_type: 'refresh_token',
      refresh_token: 'Atzr|x',
      client_id: app.clientId,
      client_secret: app.clientSecret,
    },
    operation: 'token',
  });
});

it('signs with the hour’s token and renews it ten minutes before its end', () => {
  const body = { access_token: 'Atza|1', refresh_token: 'Atzr|x', token_type: 'bearer', expires_in: '3600' };
  const credentials = auth.renewed({ credentials: app, body, now });
  expect(credentials).toEqual({ ...app, accessToken: 'Atza|1', expiresAt: '2026-11-21T11:00:00.000Z' });
  expect(AmazonCredentials.parse(JSON.parse(JSON.stringify(credentials)))).toEqual(credentials);
  expect(auth.sign(credentials)).toMatchObject({ 'x-amz-access-token': 'Atza|1' });
  expect(auth.expiresAt(credentials)).toEqual(new Date('2026-11-21T11:00:00Z'));
  expect(auth.aheadMs).toBe(600_000);
});

it('keeps the refresh token where the answer holds none', () => {
  expect(
    auth.renewed({ credentials: app, body: { access_token: 'a', expires_in: 3600 }, now }).refreshToken,
  ).toBe('Atzr|x');
});

it.each([
  ['invalid_grant', /authorise the app again/],
  ['invalid_client', /rotated/],
  ['unauthorized_client', /the app the seller authorised/],
  ['something_new', /something_new/],
])('says what %s means', (error, words) => {
  const renewing = (): unknown =>
    auth.renewed({ credentials: app, body: { error, error_description: 'why' }, now });
  expect(renewing).toThrow(words);
  try {
    renewing();
  } catch (thrown) {
    expect(thrown).toMatchObject({ kind: 'credential', detail: 'why' });
  }
});

it('takes no page of HTML for a token', () => {
  expect(() => auth.renewed({ credentials: app, body: '<html>', now })).toThrow(Failure);
});

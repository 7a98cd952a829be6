import { PlaceLost, Unavailable } from '#sync';
import { classify, meter } from './replies.js';
import { fixture } from './testing/fixture.js';

const reply = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  body,
  headers,
  ms: 1,
  attempts: 1,
});

it.each(['reply-expired', 'reply-revoked'])('%s, though it is a 403, is about the token', (name) => {
  expect(classify(reply(403, fixture(name)))).toMatchObject({ kind: 'credential' });
});

it('a 403 without such words is a role that the app lacks: the stream is not available, the others are', () => {
  const failure = classify(reply(403, fixture('reply-no-role')), undefined, 'listTransactions');
  expect(failure).toBeInstanceOf(Unavailable);
  expect(failure!.message).toMatch(/Finance and Accounting/);
});

it('a page token that is not taken any more sends the reader back to the first page', () => {
  expect(classify(reply(400, fixture('reply-page-token')))).toBeInstanceOf(PlaceLost);
});

it('any other bad input, a spent quota and a failure inside are read as everywhere', () => {
  for (const [status, body] of [
    [400, fixture('reply-bad-input')],
    [429, fixture('reply-quota')],
    [500, { errors: [{ code: 'InternalFailure', message: 'x' }] }],
    [404, '<html>'],
  ] as const)
    expect(classify(reply(status, body))).toBeUndefined();
});

it('the token endpoint’s refusal is about the credentials', () => {
  const body = { error: 'invalid_grant', error_description: 'The request has an invalid grant parameter' };
  expect(classify(reply(400, body))).toMatchObject({ kind: 'credential' });
  expect(classify(reply(401, { error: 'invalid_client' }))).toMatchObject({ kind: 'credential' });
});

it('a reply corrects the rate of its operation where it tells one', () => {
  expect(meter(reply(200, {}, { 'x-amzn-ratelimit-limit': '0.0056' }))).toEqual({
    level: { perSecond: 0.0056 },
  });
  for (const text of ['', '0', '0.0', 'many', '-1'])
    expect(meter(reply(200, {}, { 'x-amzn-ratelimit-limit': text }))).toEqual({});
  expect(meter(reply(429, {}))).toEqual({});
});

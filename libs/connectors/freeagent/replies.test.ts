import { Unavailable } from '#sync';
import { classify, saidIn } from './replies.js';
import { fixture } from './testing/fixture.js';

const bodies = fixture('reply-errors') as Record<string, unknown>;
const reply = (status: number, body: unknown) => ({ status, headers: {}, body, ms: 1, attempts: 1 });

describe('what FreeAgent says', () => {
  it.each([
    ['list', 'Reference is taken; Dated on is missing'],
    ['one', 'Access token not recognised'],
    ['by-field', 'reference has already been taken; dated_on is missing'],
    ['message', 'Nope'],
    ['token', 'invalid_grant'],
    ['basic', 'HTTP Basic: Access denied.'],
    ['throttled', 'You must not exceed 120 requests per 60 seconds'],
  ])('is read from its shape %s', (name, said) => {
    expect(saidIn(bodies[name])).toBe(said);
  });

  it.each([bodies['html'], null, '', {}, { errors: 7 }])('is nothing in %j', (body) => {
    expect(saidIn(body)).toBeUndefined();
  });
});

describe('a refusal', () => {
  it('of a refresh token or an app needs a person', () => {
    for (const [status, body] of [
      [400, bodies['token']],
      [401, bodies['token']],
      [401, bodies['basic']],
    ] as const)
      expect(classify(reply(status, body))).toMatchObject({ kind: 'credential' });
  });

  it.each([403, 404])('%i is of one list, not of the connection', (status) => {
    const failure = classify(reply(status, bodies['one']));
    expect(failure).toBeInstanceOf(Unavailable);
    expect(failure).toMatchObject({ detail: 'Access token not recognised' });
  });

  it.each([200, 400, 401, 422, 429, 500, 503])('%i is read as everywhere', (status) => {
    expect(classify(reply(status, bodies['one']))).toBeUndefined();
  });
});

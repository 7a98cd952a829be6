import { classify, meter } from './replies.js';
import { fixture } from './testing/fixture.js';

const NOW = new Date('2026-11-21T10:00:00Z');
const reply = (status: number, body: unknown = null, headers: Record<string, string> = {}) => ({
  status,
  body,
  headers,
  ms: 1,
  attempts: 1,
});

describe('a 429', () => {
  it.each([
    ['its own header', { 'x-retry-after': '12', 'retry-after': '99' }, 12],
    ['the common header', { 'retry-after': '9' }, 9],
    ['the number in its sentence', {}, 25],
  ])('says when to come back by %s', (_, headers, seconds) => {
    expect(classify(reply(429, fixture('reply-throttled'), headers), NOW)).toMatchObject({
      kind: 'throttled',
      retryAt: new Date(NOW.getTime() + seconds * 1000),
    });
  });

  it('that says nothing is a minute', () => {
    expect(classify(reply(429, ''), NOW)?.retryAt).toEqual(new Date('2026-11-21T10:01:00Z'));
  });
});

describe('a refusal', () => {
  it.each([
    ['reply-whole-object', 'request: Cannot insert order with existing ReferenceId'],
    ['reply-field', 'Limit: The field Limit must be between 1 and 250.'],
    ['reply-problem', 'PageSize is too large'],
    ['reply-message', 'Return not found'],
  ])('is told in the words of %s', (name, detail) => {
    expect(classify(reply(400, fixture(name)), NOW)).toMatchObject({ kind: 'refused', detail });
  });

  it('without a word is a scope that is missing, but from the edge it is tried again', () => {
    expect(classify(reply(403, null), NOW)).toMatchObject({ kind: 'refused' });
    expect(classify(reply(403, null), NOW, 'returns')?.message).toContain('the scope returns_read');
    expect(classify(reply(403, '<!DOCTYPE html><html></html>'), NOW)).toMatchObject({ kind: 'transient' });
  });

  it('of the token endpoint is the credential’s fault', () => {
    expect(classify(reply(400, { error: 'invalid_grant' }), NOW)).toMatchObject({ kind: 'credential' });
  });

  it('of any other kind is read as everywhere', () => {
    for (const status of [200, 401, 404, 500, 503]) expect(classify(reply(status), NOW)).toBeUndefined();
  });
});

describe('the meter', () => {
  it('is what ShipBob says is left', () => {
    expect(meter(reply(200, {}, { 'x-remaining-calls': '149' }))).toEqual({ level: { available: 149 } });
    expect(meter(reply(200, {}, { 'x-remaining-calls': 'many' }))).toEqual({});
    expect(meter(reply(200))).toEqual({});
  });
});

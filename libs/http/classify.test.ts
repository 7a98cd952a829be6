import { Failure } from '#kernel';
import type { Reply } from './call.js';
import { classify } from './classify.js';
import { retryAfter } from './retry-after.js';

const NOW = new Date('2026-11-21T12:00:00Z');
const reply = (status: number, more: Partial<Reply> = {}): Reply => ({
  status,
  headers: {},
  body: null,
  ms: 1,
  attempts: 1,
  ...more,
});

describe('classify', () => {
  it.each([
    [200, undefined],
    [202, undefined],
    [204, undefined],
    [302, 'refused'],
    [400, 'refused'],
    [401, 'credential'],
    [402, 'credential'],
    [403, 'refused'],
    [404, 'refused'],
    [406, 'refused'],
    [408, 'transient'],
    [409, 'refused'],
    [410, 'refused'],
    [414, 'refused'],
    [418, 'refused'],
    [422, 'refused'],
    [423, 'credential'],
    [425, 'transient'],
    [429, 'throttled'],
    [430, 'throttled'],
    [500, 'transient'],
    [502, 'transient'],
    [503, 'transient'],
    [504, 'transient'],
    [599, 'transient'],
  ])('reads %i as %s', (status, kind) => {
    expect(classify(reply(status), NOW)?.kind).toBe(kind);
  });

  it.each([
    ['2.0', '2026-11-21T12:00:02.000Z'],
    ['0.5', '2026-11-21T12:00:00.500Z'],
    ['Sat, 21 Nov 2026 12:01:30 GMT', '2026-11-21T12:01:30.000Z'],
    ['Sat, 21 Nov 2026 11:00:00 GMT', '2026-11-21T12:00:00.000Z'],
    ['soon', '2026-11-21T12:00:05.000Z'],
    ['-4', '2026-11-21T12:00:05.000Z'],
    [undefined, '2026-11-21T12:00:05.000Z'],
  ])('waits after a 429 with Retry-After %s until %s', (header, until) => {
    const headers: Record<string, string> = header === undefined ? {} : { 'retry-after': header };
    expect(classify(reply(429, { headers }), NOW)?.retryAt?.toISOString()).toBe(until);
  });

  it.each([
    [undefined, '2026-11-21T12:01:00.000Z'],
    ['5', '2026-11-21T12:01:00.000Z'],
    ['300', '2026-11-21T12:05:00.000Z'],
  ])('stays away for a minute at least after a 430 with Retry-After %s', (header, until) => {
    const headers: Record<string, string> = header === undefined ? {} : { 'retry-after': header };
    expect(classify(reply(430, { headers }), NOW)?.retryAt?.toISOString()).toBe(until);
  });

  it('keeps when a 503 says to come back', () => {
    const busy = classify(reply(503, { headers: { 'retry-after': '30' } }), NOW);
    expect(busy?.retryAt?.toISOString()).toBe('2026-11-21T12:00:30.000Z');
  });

  it('says where a redirect leads, by host alone', () => {
    const moved = classify(reply(301, { headers: { location: 'https://new.example/x?token=abc' } }), NOW);
    expect(moved?.message).toContain('redirected to new.example:');
    expect(moved?.message).not.toContain('abc');
  });

  it('does not take an HTML page at 200 for data', () => {
    expect(classify(reply(200, { body: '\n<html lang="en"><body>Sign in</body></html>' }), NOW)?.kind).toBe(
      'transient',
    );
    expect(classify(reply(200, { body: 'a,b\n1,2' }), NOW)).toBeUndefined();
  });

  it('keeps what the platform said, short and without secrets', () => {
    const said = { error: 'bad', token: 'x', access_token: 'shpat_0123456789abcdef', more: 'y'.repeat(9000) };
    const detail = classify(reply(400, { body: said }), NOW)?.detail ?? '';
    expect(detail).toContain('"error":"bad"');
    expect(detail).not.toContain('0123456789abcdef');
    expect(detail.length).toBeLessThanOrEqual(500);
    const page = '<html><head><style>p{}</style></head><body><p>Down for   maintenance</p></body></html>';
    expect(classify(reply(500, { body: page }), NOW)?.detail).toBe('Down for maintenance');
  });

  it('lets the platform’s own reading come first', () => {
    const own = (one: Reply) =>
      one.status === 403 ? new Failure('credential', 'expired') : one.status === 404 ? null : undefined;
    expect(classify(reply(403), NOW, own)?.message).toBe('expired');
    expect(classify(reply(404), NOW, own)).toBeUndefined();
    expect(classify(reply(401), NOW, own)?.kind).toBe('credential');
  });
});

describe('what a platform says of itself', () => {
  it.each([
    ['a number of seconds without end', '9'.repeat(300)],
    ['a day in four hundred years', 'Sat, 21 Nov 2426 12:00:00 GMT'],
  ])('puts no run to sleep for ever: %s', (_, header) => {
    const failure = classify(reply(429, { headers: { 'retry-after': header } }), NOW);
    expect(failure).toMatchObject({ kind: 'throttled', retryAt: new Date('2026-11-22T12:00:00Z') });
  });

  it('is asked again within a day where a platform names no instant at all', () => {
    const own = () =>
      new Failure('throttled', 'wait', { retryAt: new Date(Number.NaN), detail: 'so it says' });
    expect(classify(reply(200), NOW, own)).toMatchObject({
      retryAt: new Date('2026-11-22T12:00:00Z'),
      detail: 'so it says',
    });
  });

  it.each([
    ['tags that open and never close', '<'.repeat(5_000_000)],
    ['styles that open and never close', '<style'.repeat(1_000_000)],
  ])('is told in no time, whatever it is: %s', (_, text) => {
    const began = performance.now();
    const failure = classify(reply(500, { body: `<html><p>Sorry</p>${text}` }), NOW);
    expect(failure?.detail).toMatch(/^Sorry/);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});

describe('retryAfter', () => {
  it('tells nothing from nothing', () => {
    expect(retryAfter(undefined, NOW)).toBeUndefined();
    expect(retryAfter(' ', NOW)).toBeUndefined();
  });
});

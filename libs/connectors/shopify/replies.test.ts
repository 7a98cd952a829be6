import { Unavailable } from '#sync';
import type { Reply } from '#http';
import { classify, meter, notice, roomy, tooLarge } from './replies.js';
import { fixture } from './testing/fixture.js';

const now = new Date('2026-11-21T10:00:00Z');
const settings = { shop: 'demo', apiVersion: '2026-10' };
const reply = (status: number, body: unknown, headers: Record<string, string> = {}): Reply => ({
  status,
  body,
  headers,
  ms: 1,
  attempts: 1,
});
const ok = (name: string) => reply(200, fixture(name));

describe('errors inside a 200', () => {
  it('throttled: wait until the bucket holds the query', () => {
    const failure = classify(ok('reply-throttled'), now);
    expect(failure).toMatchObject({ kind: 'throttled' });
    // 460 asked, 110 there, 100 a second.
    expect(failure?.retryAt).toEqual(new Date('2026-11-21T10:00:04Z'));
  });

  it('a query above the cap can only be made smaller', () => {
    expect(classify(ok('reply-max-cost'), now)).toMatchObject({ kind: 'refused' });
    expect(tooLarge(ok('reply-max-cost'))).toBe(true);
    expect(tooLarge(ok('reply-throttled'))).toBe(false);
  });

  it('a missing scope is named, once', () => {
    const failure = classify(ok('reply-access-denied'), now);
    expect(failure).toMatchObject({ kind: 'refused' });
    expect(failure?.message).toBe(
      'Shopify denies access, read_customers is needed: grant it to the app and approve it in the shop',
    );
  });

  it.each([
    ['reply-internal', 'transient'],
    ['reply-inactive', 'credential'],
    ['reply-undefined-field', 'bug'],
    ['reply-partial', 'transient'],
  ])('%s is %s', (name, kind) => {
    expect(classify(ok(name), now)).toMatchObject({ kind });
  });

  it('a shop without Shopify Payments does not have what is read there, and says so', () => {
    const failure = classify(ok('balance-transactions-none'), now);
    expect(failure).toBeInstanceOf(Unavailable);
    expect(failure?.message).toMatch(/does not use Shopify Payments/);
    expect(classify(ok('balance-transactions'), now)).toBeUndefined();
    expect(classify(reply(200, null), now)).toBeUndefined();
  });

  it('a good page is left to the default', () => {
    expect(classify(ok('orders-nulls'), now)).toBeUndefined();
  });
});

describe('statuses', () => {
  it.each([
    [400, { error: 'invalid_grant', error_description: 'used' }, 'credential', /invalid_grant/],
    [400, { error: 'invalid_client' }, 'credential', /invalid_client/],
    [401, { error: 'invalid_client', error_description: 'gone' }, 'credential', /invalid_client/],
    [
      403,
      { errors: '[API] This action requires merchant approval for read_orders scope.' },
      'refused',
      /read_orders/,
    ],
    [
      403,
      { errors: '[API] Non-expiring access tokens are no longer accepted' },
      'credential',
      /connect the shop again/,
    ],
    [404, { errors: 'Not Found' }, 'config', /shop/],
  ])('%i %j', (status, body, kind, message) => {
    const failure = classify(reply(status, body), now);
    expect(failure).toMatchObject({ kind });
    expect(failure?.message).toMatch(message);
  });

  it('a shop that moved says where to', () => {
    const failure = classify(
      reply(301, '', { location: 'https://new-name.myshopify.com/admin/api/2026-10/graphql.json' }),
      now,
    );
    expect(failure).toMatchObject({ kind: 'config' });
    expect(failure?.message).toContain('new-name.myshopify.com');
  });

  it.each([400, 401, 402, 422, 423, 429, 430, 500, 502, 503, 504])(
    '%i without a word of its own is left to the default',
    (status) => {
      expect(classify(reply(status, '<html>'), now)).toBeUndefined();
    },
  );
});

describe('the meter', () => {
  it('reads the bucket as Shopify sees it, and what the query cost in the end', () => {
    expect(meter(ok('orders-nulls'))).toEqual({
      charged: 61,
      level: { capacity: 2000, available: 1904, perSecond: 100 },
    });
  });

  it('charges nothing for a query that never ran', () => {
    expect(meter(ok('reply-throttled'))).toMatchObject({ charged: 0, level: { available: 110 } });
  });

  it('says nothing where Shopify says nothing', () => {
    expect(meter(reply(502, '<html>'))).toEqual({});
    expect(meter(reply(200, { access_token: 'x' }))).toEqual({});
  });
});

describe('room for twice the page', () => {
  const asking = (requestedQueryCost: number, maximumAvailable: number) =>
    reply(200, {
      extensions: {
        cost: {
          requestedQueryCost,
          actualQueryCost: 1,
          throttleStatus: { maximumAvailable, currentlyAvailable: 1, restoreRate: 100 },
        },
      },
    });

  it.each([
    [450, 2000, true],
    [451, 2000, false],
    [225, 1000, true],
    [226, 1000, false],
    [450, 20_000, true],
    [451, 20_000, false],
  ])('asked %i of a bucket of %i: %s', (requested, maximum, room) => {
    expect(roomy(asking(requested, maximum))).toBe(room);
  });
});

describe('a notice', () => {
  it('tells of a version that fell forward', () => {
    const answered = (version: string) =>
      notice(reply(200, {}, { 'x-shopify-api-version': version }), { shop: 'demo', apiVersion: '2024-07' });
    expect(answered('2026-01')).toMatch(/2024-07.*2026-01/);
    expect(answered('2024-07')).toBeNull();
  });

  it('tells of what is about to be removed', () => {
    expect(
      notice(reply(200, {}, { 'x-shopify-api-deprecated-reason': 'https://example.test/why' }), settings),
    ).toContain('https://example.test/why');
  });
});

import { Failure, later, seconds, type FailureKind } from '#kernel';
import { z } from 'zod';
import { normalise, recordCause, runCause } from './fingerprint.js';

const orders = { platform: 'shopify', name: 'shopify.orders' };
const ofRun = (message: string, more: { kind?: FailureKind; detail?: string; operation?: string } = {}) =>
  runCause(orders, new Failure(more.kind ?? 'bug', message, more)).fingerprint;
const ofRecord = (schema: z.ZodType, value: unknown) => recordCause(orders, schema.safeParse(value).error);

describe('a message without what differs', () => {
  it.each([
    ['the page of 250 took 31.5 s', 'the page of # took # s'],
    ['-12,345.67 is not 1e400', '# is not #'],
    ['shopify.orders: 8 of 20 records do not parse', 'shopify.orders: # of # records do not parse'],
    ['lineItems.nodes.17.quantity: expected int', 'lineItems.nodes.#.quantity: expected int'],
    ['run 0193f2c1-5b7e-7c44-9a52-2f4b8f1f9a10 was lost', 'run # was lost'],
    ['held until 2026-11-21T10:00:00.000Z', 'held until #'],
    ['from 2026-11-21 to 2026-11-22 at 14:32', 'from # to # at #'],
    ['order gid://shopify/Order/450789469 is gone', 'order HOST is gone'],
    ['could not reach demo.myshopify.com:443 (ECONNRESET)', 'could not reach HOST (ECONNRESET)'],
    ['could not reach 127.0.0.1:9 (ECONNREFUSED)', 'could not reach HOST (ECONNREFUSED)'],
    ['could not reach [::1]:443 (EPIPE)', 'could not reach HOST (EPIPE)'],
    ['redirected to shop.example.com: correct the address', 'redirected to HOST: correct the address'],
    ['see https://help.example.com/a?b=1 for more', 'see HOST for more'],
    ['localhost:5432/stratus is away', 'HOST is away'],
    ['not an instant with a zone: "yesterday"', 'not an instant with a zone: *'],
    ['not a decimal number: "cut off before its e', 'not a decimal number: *'],
    ['it said "a \\"quoted\\" word" and stopped', 'it said * and stopped'],
    ["no field 'qty' on 'Order'", 'no field * on *'],
    ["a record's further list isn't read", "a record's further list isn't read"],
    ['of `things` and “stuff”', 'of * and *'],
    ['{"errors":{"name":"is taken"}}', '{errors:{name:*}}'],
    ['mail ann@example.org about it', 'mail * about it'],
    ['lease 4f3a9b2c17 of conn_x7k2m9q4w1zz', 'lease # of #'],
    ['deadbeef is a word, decades too', 'deadbeef is a word, decades too'],
    [
      "TypeError: Cannot read properties of null (reading 'id')",
      'TypeError: Cannot read properties of null (reading id)',
    ],
    ['404: what was asked for does not exist', '404: what was asked for does not exist'],
    ['503: the platform failed inside', '5xx: the platform failed inside'],
    ['1, 2, 3 and 4', '# and #'],
    ['  a   line\n break ', 'a line break'],
  ])('%s', (message, plain) => {
    expect(normalise(message)).toBe(plain);
    // Once is enough: what is stored can be grouped again.
    expect(normalise(plain)).toBe(plain);
  });

  it.each([
    ['demo, Orders: not now', 'demo', 'Orders: not now'],
    ['connection my shop (2) is paused', 'my shop (2)', 'connection * is paused'],
    ['connections add shopify --name demo', 'demo', 'connections add shopify --name *'],
    ['connection demo-2 is paused', 'demo', 'connection demo-# is paused'],
    ['orders of connection orders', 'orders', 'orders of connection *'],
  ])('%s, on %s', (message, connection, plain) => {
    expect(normalise(message, connection)).toBe(plain);
  });

  it('is short, however long the message, and soon had', () => {
    const started = performance.now();
    for (const long of [
      'x'.repeat(1e6),
      '"'.repeat(1e6),
      '9.'.repeat(5e5),
      'a.'.repeat(5e5),
      '-1'.repeat(5e5),
    ])
      expect(normalise(long).length).toBeLessThanOrEqual(410);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('the fingerprint of a failed run', () => {
  it('is the same for two failures of one cause', () => {
    const at = (host: string, ms: number) =>
      ofRun(`could not reach ${host}:443 (ETIMEDOUT): no answer in ${ms} s`);
    expect(at('a.myshopify.com', 30)).toBe(at('b.myshopify.com', 12.5));
    expect(at('a.myshopify.com', 30)).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each<[string, string, string]>([
    ['what happened', ofRun('the certificate is not trusted'), ofRun('it did not answer in time')],
    ['its kind', ofRun('no', { kind: 'refused' }), ofRun('no', { kind: 'config' })],
    ['its call', ofRun('no', { operation: 'Orders' }), ofRun('no', { operation: 'OrderLines' })],
    ['its status', ofRun('404: no'), ofRun('422: no')],
    [
      'what the platform said of a refusal',
      ofRun('403: no', { kind: 'refused', detail: '{"error":"read_orders"} missing' }),
      ofRun('403: no', { kind: 'refused', detail: '{"reason":"read_orders"} missing' }),
    ],
    [
      'its stream',
      ofRun('no'),
      runCause({ ...orders, name: 'shopify.customers' }, new Failure('bug', 'no')).fingerprint,
    ],
  ])('differs by %s', (_, a, b) => {
    expect(a).not.toBe(b);
  });

  it('does not ask what the platform said in passing, nor which gateway said it', () => {
    const busy = (status: number, detail: string) =>
      ofRun(`${status}: inside`, { kind: 'transient', detail });
    expect(busy(502, 'nginx')).toBe(busy(504, 'a page about the weather'));
  });

  it('takes the reading of the reply where the door said where it was', () => {
    const inside = new Failure('refused', '404: gone', { retryAt: later(new Date(0), seconds(1)) });
    const on = (name: string) =>
      runCause(
        orders,
        new Failure('refused', `${name}, Orders: 404: gone`, { cause: inside, operation: 'Orders' }),
        name,
      );
    expect(on('demo')).toEqual(on('a, b'));
    expect(on('demo')).toMatchObject({ operation: 'Orders', kind: 'refused', message: '404: gone' });
  });

  it('keeps no secret', () => {
    const said = new Failure('refused', 'no', { detail: 'password=hunter2 for shpat_0123456789abcdef' });
    expect(runCause(orders, said).message).not.toMatch(/hunter2|shpat_/);
  });
});

describe('the fingerprint of a record', () => {
  const schema = z.object({
    qty: z.number(),
    lines: z.array(z.object({ sku: z.string() })).default([]),
    at: z
      .string()
      .refine((text) => text === 'now', { error: ({ input }) => `not now: ${JSON.stringify(input)}` }),
  });
  const good = { qty: 1, at: 'now' };

  it('is the same whichever value and whichever line is wrong', () => {
    const a = ofRecord(schema, { ...good, lines: [{ sku: 1 }] });
    const b = ofRecord(schema, {
      ...good,
      lines: [{ sku: 'a' }, { sku: 2 }, { sku: 3 }, { sku: 4 }, { sku: 5 }],
    });
    expect(a).toEqual(b);
    expect(a.message).toBe('lines.#.sku: Invalid input: expected string, received number');
    expect(ofRecord(schema, { ...good, at: 'ever' })).toEqual(ofRecord(schema, { ...good, at: '"; x: "' }));
  });

  it('differs by the field and by what came instead', () => {
    const all = [{ qty: null }, { qty: 'x' }, { at: null }, { at: 'x' }, { qty: null, at: null }];
    const found = all.map((one) => ofRecord(schema, { ...good, ...one }).fingerprint);
    expect(new Set(found).size).toBe(all.length);
  });

  it('tells a record that is not one, and our own mapper’s faults by the field', () => {
    expect(ofRecord(schema, null).message).toMatch(/^record: /);
    const thrown = (field: string) =>
      recordCause(orders, new TypeError(`Cannot read properties of null (reading '${field}')`)).message;
    expect(thrown('id')).not.toBe(thrown('sku'));
    expect(recordCause(orders, 'qty: 3000000000 does not fit integer').message).toBe(
      'qty: # does not fit integer',
    );
  });

  it('is of another kind than a run’s', () => {
    expect(recordCause(orders, 'no').fingerprint).not.toBe(ofRun('no'));
    expect(recordCause(orders, 'no').kind).toBe('record');
  });
});

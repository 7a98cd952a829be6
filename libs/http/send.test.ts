import { Failure } from '#kernel';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import type { HttpRequest } from './call.js';
import { createSender, type SenderOptions } from './send.js';
import {
  answer,
  deadPort,
  hangUp,
  hostileServer,
  type HostileServer,
  type Turn,
} from './testing/hostile-server.js';

const SECRET = 'shpat_0123456789abcdef';
const never = new AbortController().signal;
const closing: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(...turns: Turn[]): Promise<HostileServer> {
  const server = await hostileServer(...turns);
  closing.push(() => server.close());
  return server;
}

function sender(options: SenderOptions = {}) {
  const made = createSender({ retryDelayMs: 1, ...options });
  closing.push(() => made.close());
  return made;
}

const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url,
  idempotent: true,
  private: true,
  headers: { 'X-Shopify-Access-Token': SECRET },
  query: { signature: SECRET },
  ...more,
});

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const thrown: unknown = await promise.then(
    (value) => value,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Failure)) throw new Error(`no Failure but ${String(thrown)}`);
  const everything = JSON.stringify([
    thrown,
    thrown.message,
    thrown.detail,
    thrown.stack,
    thrown.cause,
    { ...thrown },
  ]);
  expect(everything).not.toContain(SECRET);
  expect(everything.toLowerCase()).not.toContain('x-shopify-access-token');
  return thrown;
}

describe('send', () => {
  it('sends method, query, headers and JSON, and hands back status, headers and parsed body', async () => {
    const server = await serve(
      answer(201, '{"id":1}', { 'content-type': 'application/json', 'X-Call': 'a' }),
    );
    const reply = await sender().send(
      get(`${server.url}/things?kept=1`, {
        method: 'POST',
        query: { page: 2, none: undefined, text: 'a b&c' },
        json: { name: 'Žluť' },
      }),
      never,
    );
    expect(reply).toMatchObject({ status: 201, body: { id: 1 }, attempts: 1 });
    expect(reply.headers['x-call']).toBe('a');
    const [call] = server.seen;
    expect(call).toMatchObject({
      method: 'POST',
      path: '/things?kept=1&page=2&text=a+b%26c',
      body: '{"name":"Žluť"}',
    });
    expect(call!.headers).toMatchObject({
      'content-type': 'application/json',
      'x-shopify-access-token': SECRET,
    });
  });

  it('sends forms', async () => {
    const server = await serve(answer(200, '{}'));
    await sender().send(
      get(server.url, { method: 'POST', form: { grant_type: 'refresh_token', a: 'b c' } }),
      never,
    );
    expect(server.seen[0]).toMatchObject({ body: 'grant_type=refresh_token&a=b+c' });
    expect(server.seen[0]!.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('keeps numbers that a double would round as their text', async () => {
    const server = await serve(
      answer(
        200,
        '{"id":820982911946154508,"total":12345678901234567.89,"small":19.99,"text":"id 12345678901234567890 \\" 1"}',
      ),
    );
    const { body } = await sender().send(get(server.url), never);
    expect(body).toEqual({
      id: '820982911946154508',
      total: '12345678901234567.89',
      small: 19.99,
      text: 'id 12345678901234567890 " 1',
    });
  });

  it.each([
    ['', null],
    ['   \n', null],
    ['[]', []],
  ])('reads the body %j as %j', async (text, body) => {
    const server = await serve(answer(200, text));
    expect((await sender().send(get(server.url), never)).body).toEqual(body);
  });

  it('hands back text where text is expected', async () => {
    const server = await serve(answer(200, 'sku\tqty\nA-1\t3\n', { 'content-type': 'text/plain' }));
    expect((await sender().send(get(server.url, { expect: 'text' }), never)).body).toBe('sku\tqty\nA-1\t3\n');
  });

  it('never follows a redirect', async () => {
    const target = await serve(answer(200, '{}'));
    const server = await serve(answer(302, '', { location: `${target.url}/elsewhere` }));
    const reply = await sender().send(get(server.url), never);
    expect(reply.status).toBe(302);
    expect(target.seen).toEqual([]);
  });

  it('unpacks gzip', async () => {
    const packed = gzipSync('{"ok":true}');
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed);
    });
    expect((await sender().send(get(server.url), never)).body).toEqual({ ok: true });
  });

  it('stops a body that unfolds beyond what is read at once', async () => {
    const bomb = gzipSync(Buffer.alloc(40 * 1024 * 1024, ' '));
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    });
    const failure = await failureOf(sender().send(get(server.url), never));
    expect(failure).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('larger than what is read'),
    });
    expect(server.seen).toHaveLength(1);
  });

  it('names an HTML page where JSON was expected', async () => {
    const server = await serve(
      answer(200, '<!DOCTYPE html><html><body>Log in</body></html>', { 'content-type': 'text/html' }),
    );
    const failure = await failureOf(sender().send(get(server.url), never));
    expect(failure).toMatchObject({ kind: 'transient', message: expect.stringContaining('HTML page') });
  });

  it('names JSON that was cut off', async () => {
    const server = await serve(answer(200, '{"records":[{"id":1},{"i'));
    const failure = await failureOf(sender().send(get(server.url), never));
    expect(failure).toMatchObject({ kind: 'transient', message: expect.stringContaining('cannot be read') });
  });

  it('names headers larger than are read', async () => {
    const server = await serve((_request, response) => {
      response.socket!.end(`HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(1_000_000)}\r\n\r\n{}`);
    });
    const failure = await failureOf(sender().send(get(server.url), never));
    expect(failure).toMatchObject({ kind: 'transient', message: expect.stringContaining('larger headers') });
  });

  it('marks bytes that are no UTF-8 so that they make no key', async () => {
    const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
    const server = await serve(
      (_request, response) => response.end(bytes('["M\xfcller","M\xf6ller"]')),
      (_request, response) => response.end('\uFEFF["Müller","\uFFFD"]'),
    );
    const one = sender();
    expect((await one.send(get(server.url), never)).body).toEqual(['M\udfffller', 'M\udfffller']);
    expect((await one.send(get(server.url), never)).body).toEqual(['Müller', '\uFFFD']);
  });

  it('names JSON that nests without end, and keeps a failed reply of it as text', async () => {
    const deep = '['.repeat(10_000) + ']'.repeat(10_000);
    const server = await serve(answer(404, deep), answer(200, '['.repeat(200_000)));
    expect((await sender().send(get(server.url), never)).body).toBe(deep);
    expect(await failureOf(sender().send(get(server.url), never))).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/answered 200 with JSON that nests 200000 levels deep/),
    });
  });

  it('keeps the text of a reply that failed', async () => {
    const server = await serve(answer(403, 'Not for you', { 'content-type': 'text/plain' }));
    expect(await sender().send(get(server.url), never)).toMatchObject({ status: 403, body: 'Not for you' });
  });

  it('tries again after a body that broke off', async () => {
    const server = await serve(
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"a"', () => request.socket.destroy());
      },
      answer(200, '{"a":1}'),
    );
    expect(await sender().send(get(server.url), never)).toMatchObject({ body: { a: 1 }, attempts: 2 });
  });

  it('does not take a body that broke off for an empty one', async () => {
    const server = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"a"', () => request.socket.destroy());
    });
    const failure = await failureOf(sender().send(get(server.url), never));
    expect(failure).toMatchObject({ kind: 'transient', message: expect.stringContaining('broke off') });
    expect(server.seen).toHaveLength(3);
  });

  it.each([
    ['gzip', gzipSync, 20],
    // All there but the last byte of the length behind it.
    ['gzip', gzipSync, -1],
    ['deflate', deflateSync, -1],
    ['deflate', deflateRawSync, -1],
    ['br', brotliCompressSync, -1],
    ['zstd', gzipSync, 0],
  ])('never takes a part of a packed text for the whole (%s)', async (encoding, pack, until) => {
    const rows = Array.from({ length: 200 }, (_, i) => `row ${i}\t${i * 7}`).join('\n');
    const part = pack(rows).subarray(0, until || undefined);
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(part);
    });
    const failure = await failureOf(sender().send({ ...get(server.url), expect: 'text' }, never));
    expect(failure).toMatchObject({
      kind: 'transient',
      message: expect.stringContaining('cannot be unpacked'),
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
  ])('takes a whole one (%s)', async (encoding, pack) => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding }).end(pack('{"ok":true}'));
    });
    expect((await sender().send(get(server.url), never)).body).toEqual({ ok: true });
  });

  it('reads a refusal by its status where its packed body is broken', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(429, { 'content-encoding': 'gzip' }).end(gzipSync('{"why":"busy"}').subarray(0, 15));
    });
    expect(await sender().send(get(server.url), never)).toMatchObject({ status: 429, body: null });
  });

  it.each([502, 503, 504])('tries a read again after %i, and counts the tries', async (status) => {
    const server = await serve(answer(status, ''), answer(status, ''), answer(200, '{"a":1}'));
    expect(await sender().send(get(server.url), never)).toMatchObject({ status: 200, attempts: 3 });
  });

  it('hands back the last 503 when three tries did not help', async () => {
    const server = await serve(answer(503, '{"why":"busy"}'));
    expect(await sender().send(get(server.url), never)).toMatchObject({
      status: 503,
      body: { why: 'busy' },
      attempts: 3,
    });
    expect(server.seen).toHaveLength(3);
  });

  it.each([429, 500, 501, 404])('does not try again after %i', async (status) => {
    const server = await serve(answer(status, '{}'));
    expect(await sender().send(get(server.url), never)).toMatchObject({ status, attempts: 1 });
  });

  it('does not wait out a long Retry-After', async () => {
    const server = await serve(answer(503, '{}', { 'retry-after': '120' }));
    expect(await sender().send(get(server.url), never)).toMatchObject({ status: 503, attempts: 1 });
  });

  it('tries a read by POST again with its body', async () => {
    const server = await serve(hangUp, answer(200, '{}'));
    await sender().send(get(server.url, { method: 'POST', json: { query: '{ shop { name } }' } }), never);
    expect(server.seen.map(({ body }) => body)).toEqual(Array(2).fill('{"query":"{ shop { name } }"}'));
  });

  it.each([
    ['hung up on', hangUp],
    ['answered 503', answer(503, '{}')],
  ])('never sends a write twice that was %s', async (_what, turn) => {
    const server = await serve(turn, answer(200, '{}'));
    await sender()
      .send(get(server.url, { method: 'POST', json: {}, idempotent: false }), never)
      .catch((error: unknown) => expect(error).toMatchObject({ kind: 'transient' }));
    expect(server.seen).toHaveLength(1);
  });

  it('says where a host hangs up', async () => {
    const server = await serve(hangUp);
    const failure = await failureOf(sender().send(get(server.url), never));
    expect(failure.kind).toBe('transient');
    expect(failure.message).toMatch(
      `could not reach 127.0.0.1:${server.port} (ECONNRESET): the other side hung up`,
    );
    expect(server.seen).toHaveLength(3);
  });

  it('says where nothing listens', async () => {
    const port = await deadPort();
    const failure = await failureOf(sender().send(get(`http://127.0.0.1:${port}/admin?x=${SECRET}`), never));
    expect(failure.kind).toBe('transient');
    expect(failure.message).toMatch(
      `could not reach 127.0.0.1:${port} (ECONNREFUSED): nothing listens there`,
    );
  });

  it('says where a name does not exist', async () => {
    const failure = await failureOf(sender().send(get('https://no-such-host.invalid/'), never));
    expect(failure.kind).toBe('transient');
    expect(failure.message).toMatch(/could not reach no-such-host\.invalid:443 \((?:ENOTFOUND|EAI_AGAIN)\)/);
  });

  it('gives up on a server that never answers', async () => {
    const server = await serve(() => undefined);
    const failure = await failureOf(sender().send(get(server.url, { timeoutMs: 50 }), never));
    expect(failure.kind).toBe('transient');
    expect(failure.message).toMatch('(ETIMEDOUT): no complete answer within 0.05 s');
    expect(server.seen).toHaveLength(1);
  });

  it('gives up on a server that drips', async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    });
    const failure = await failureOf(sender().send(get(server.url, { timeoutMs: 100 }), never));
    expect(failure.message).toMatch('ETIMEDOUT');
  });

  it('stops when called off, and passes on why', async () => {
    const off = new AbortController();
    const server = await serve(() => off.abort(new Failure('throttled', 'the worker is closing')));
    await expect(sender().send(get(server.url), off.signal)).rejects.toMatchObject({
      kind: 'throttled',
      message: 'the worker is closing',
    });
    expect(server.seen).toHaveLength(1);
  });

  it('lets no header value bring another header', async () => {
    const server = await serve(answer(200, '{}'));
    await sender()
      .send(get(server.url, { headers: { 'x-api-version': '2026-04\r\nx-evil: 1' } }), never)
      .catch((error: unknown) => expect(error).toMatchObject({ kind: 'config' }));
    expect(server.seen.filter(({ headers }) => 'x-evil' in headers)).toEqual([]);
  });

  it.each([
    ['http://93.184.215.14/', 'in clear'],
    ['https://127.0.0.1/', 'private network'],
    ['https://[::1]/', 'private network'],
    ['https://[::ffff:10.0.0.1]/', 'private network'],
    ['https://169.254.169.254/latest/meta-data', 'private network'],
    ['https://localhost/', 'private network'],
    ['not a url', 'no URL'],
  ])('does not call %s', async (url, sentence) => {
    const failure = await failureOf(sender().send(get(url, { private: false, query: {} }), never));
    expect(failure).toMatchObject({ kind: 'config', message: expect.stringContaining(sentence) });
  });

  it('reports each call once, with its host alone', async () => {
    const server = await serve(answer(503, '{}'), answer(200, '{}'));
    const calls: unknown[] = [];
    const one = sender({ observe: (call) => calls.push(call) });
    await one.send(get(server.url), never);
    await one
      .send(get(`http://127.0.0.1:${await deadPort()}`, { idempotent: false }), never)
      .catch(() => undefined);
    expect(calls).toEqual([
      { host: `127.0.0.1:${server.port}`, method: 'GET', status: 200, attempts: 2, ms: expect.any(Number) },
      { host: expect.any(String), method: 'GET', status: null, attempts: 1, ms: expect.any(Number) },
    ]);
    expect(JSON.stringify(calls)).not.toContain(SECRET);
  });

  it('logs retries without a secret', async () => {
    const server = await serve(answer(503, '{}'), answer(200, '{}'));
    const lines: unknown[] = [];
    await sender({ logger: { warn: (...line) => lines.push(line) } }).send(get(server.url), never);
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });
});

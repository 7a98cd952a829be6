import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createSender } from './send.js';
import type { HttpRequest } from './call.js';

const never = new AbortController().signal;

describe('a file', () => {
  const sender = createSender({ retryDelayMs: 1 });
  let server: Server | undefined;
  afterEach(() => void server?.close());
  afterAll(() => sender.close());

  const fetch = async (listener: RequestListener, more: Partial<HttpRequest> = {}) => {
    server = createServer(listener).listen(0, '127.0.0.1');
    await new Promise((listening) => server!.once('listening', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file?signature=secret`;
    return sender.send(
      { method: 'GET', url, idempotent: true, private: true, expect: 'file', ...more },
      never,
    );
  };
  const answer =
    (body: Buffer | string, headers: Record<string, string> = {}, status = 200): RequestListener =>
    (_, response) =>
      response.writeHead(status, headers).end(body);
  const latin = Buffer.from('M\xfcller\t\x80 5', 'latin1');

  it('is unpacked where it is packed, and left alone where its packing was for the way', async () => {
    const packed = gzipSync('id\tamount\n1\t2.50\n');
    expect(await fetch(answer(packed), { gzip: true })).toMatchObject({ body: 'id\tamount\n1\t2.50\n' });
    const onTheWay = answer(packed, { 'content-encoding': 'gzip' });
    expect(await fetch(onTheWay, { gzip: true })).toMatchObject({ body: 'id\tamount\n1\t2.50\n' });
  });

  it.each([
    ['the charset it names', { 'content-type': 'text/tab-separated-values; charset=Cp1252' }],
    ['Windows-1252 where it names none and is no UTF-8', {}],
    ['Windows-1252 where it names one that nobody knows', { 'content-type': 'text/plain; charset=klingon' }],
  ])('is read in %s', async (_, headers) => {
    expect(await fetch(answer(latin, headers))).toMatchObject({ body: 'Müller\t€ 5' });
  });

  it('is read in UTF-8 without its mark, and in the charsets of Japan', async () => {
    expect(await fetch(answer('\uFEFFMüller'))).toMatchObject({ body: 'Müller' });
    const shiftJis = answer(Buffer.from([0x83, 0x65, 0x83, 0x58, 0x83, 0x67]), {
      'content-type': 'text/plain; charset=Shift_JIS',
    });
    expect(await fetch(shiftJis)).toMatchObject({ body: 'テスト' });
  });

  it('may be larger than a reply, but not without end', async () => {
    const large = 'x'.repeat(30 * 1024 * 1024);
    expect((await fetch(answer(large))).body).toHaveLength(large.length);
    const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024));
    await expect(fetch(answer(bomb), { gzip: true })).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/unpacks to more than is read at once \(64 MB\)$/) as string,
    });
  });

  it('that was cut off is tried again later', async () => {
    const cut = gzipSync('a'.repeat(5000)).subarray(0, 20);
    await expect(fetch(answer(cut), { gzip: true })).rejects.toMatchObject({
      kind: 'transient',
      message: expect.not.stringContaining('secret') as string,
    });
  });

  it('that is refused keeps the text of its refusal', async () => {
    const refused = answer('<Error><Code>AccessDenied</Code></Error>', {}, 403);
    expect(await fetch(refused)).toMatchObject({
      status: 403,
      body: '<Error><Code>AccessDenied</Code></Error>',
    });
  });
});

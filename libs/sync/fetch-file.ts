import { Failure } from '#kernel';
import { allowedHost, classify, type HostRule, type HttpRequest, type Reply, type Sender } from '#http';
import type { Address } from './download.js';

/** A document's text and what its download said of it. */
export interface File {
  readonly text: string;
  readonly headers: Reply['headers'];
}

/** The link does not lead to its document any more: a new one may. */
export class LinkRefused extends Failure {}

/** Files are large, and stores are slower than APIs. */
const TIMEOUT_MS = 120_000;
/** Google's store answers 400 to a link that is over. */
const REFUSED = new Set([400, 403, 404, 410]);

/** Downloads a document without credentials. What is thrown holds nothing of the link: it is a key to the document. */
export async function fetchFile(
  sender: Sender,
  { url, gzip = false }: Address,
  rule: HostRule,
  now: Date,
  signal: AbortSignal,
): Promise<File & Pick<Reply, 'status' | 'ms' | 'attempts'>> {
  const reply = await fetchFrom(sender, url, rule, now, signal, { expect: 'file', gzip });
  return { ...reply, text: reply.body as string };
}

async function fetchFrom(
  sender: Sender,
  url: string,
  rule: HostRule,
  now: Date,
  signal: AbortSignal,
  how: Pick<HttpRequest, 'expect' | 'gzip' | 'headers'>,
): Promise<Reply> {
  allowedHost(url, rule);
  const reply = await sender.send(
    { method: 'GET', url, idempotent: true, ...how, private: rule.private, timeoutMs: TIMEOUT_MS },
    signal,
  );
  const { host } = new URL(url);
  if (REFUSED.has(reply.status))
    throw new LinkRefused(
      'transient',
      `${host} refused the link to a document (${reply.status}${codeIn(reply.body)}): links live for minutes; a new one is asked for`,
    );
  // A store answers its refusals with what was signed: nothing of it is told.
  const failure = classify({ ...reply, body: null }, now);
  if (failure) throw failure;
  return reply;
}

/** Bytes of a file from one of them on; `total` is the whole file's length, null where it is not told. */
export interface FilePart {
  readonly bytes: Buffer;
  readonly total: number | null;
}

/** A part of a file. */
export interface PartAddress {
  readonly url: string;
  readonly from: number;
  readonly bytes: number;
}

/** The same of a part of a file, as it lies there. A store that knows no parts sends all of it, which is then cut here. */
export async function fetchPart(
  sender: Sender,
  { url, from, bytes }: PartAddress,
  rule: HostRule,
  now: Date,
  signal: AbortSignal,
): Promise<FilePart & Pick<Reply, 'attempts'>> {
  const reply = await fetchFrom(sender, url, rule, now, signal, {
    expect: 'bytes',
    // Packed on its way a part could not be counted in bytes.
    headers: { range: `bytes=${from}-${from + bytes - 1}`, 'accept-encoding': 'identity' },
  });
  const body = reply.body as Buffer;
  const { attempts } = reply;
  if (reply.status !== 206) return { bytes: body.subarray(from, from + bytes), total: body.length, attempts };
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(reply.headers['content-range'] ?? '') ?? [];
  if (first !== String(from))
    throw new Failure(
      'transient',
      `${new URL(url).host} sent another part of a file than was asked for; it is tried again`,
    );
  return { bytes: body, total: total === '*' ? null : Number(total), attempts };
}

/** S3 names its refusals: `<Code>AccessDenied</Code>`. */
function codeIn(body: unknown): string {
  const code = typeof body === 'string' ? /<Code>(\w{1,60})<\/Code>/.exec(body)?.[1] : undefined;
  return code === undefined ? '' : ` ${code}`;
}

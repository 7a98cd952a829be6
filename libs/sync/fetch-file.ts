import { Failure } from '#kernel';
import { allowedHost, classify, type HostRule, type Reply, type Sender } from '#http';
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
const REFUSED = new Set([403, 404, 410]);

/** Downloads a document without credentials. What is thrown holds nothing of the link: it is a key to the document. */
export async function fetchFile(
  sender: Sender,
  { url, gzip = false }: Address,
  rule: HostRule,
  now: Date,
  signal: AbortSignal,
): Promise<File & Pick<Reply, 'status' | 'ms' | 'attempts'>> {
  allowedHost(url, rule);
  const reply = await sender.send(
    {
      method: 'GET',
      url,
      idempotent: true,
      expect: 'file',
      gzip,
      private: rule.private,
      timeoutMs: TIMEOUT_MS,
    },
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
  return { ...reply, text: reply.body as string };
}

/** S3 names its refusals: `<Code>AccessDenied</Code>`. */
function codeIn(body: unknown): string {
  const code = typeof body === 'string' ? /<Code>(\w{1,60})<\/Code>/.exec(body)?.[1] : undefined;
  return code === undefined ? '' : ` ${code}`;
}

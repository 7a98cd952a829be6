import { Failure } from '#kernel';
import { isUtf8 } from 'node:buffer';
import type { HttpRequest } from './call.js';
import { readJson } from './json.js';

/** A reply that failed is told to people: deeper than that it is text. JSON.stringify follows some thousand levels. */
const DEEPEST_TOLD = 200;

/**
 * Bytes as text. Where some are no UTF-8, every U+FFFD becomes half a surrogate pair: a text is stored with U+FFFD either
 * way, but no key takes it, so that ids that differed in those bytes alone do not become one.
 */
export function textOf(bytes: Buffer): string {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  return isUtf8(bytes) ? text : text.replaceAll('\uFFFD', '\uDFFF');
}

export const looksLikeHtml = (body: unknown): boolean =>
  typeof body === 'string' && /^\s*<(?:!doctype\s+html|html|head|body)\b/i.test(body);

/** Reads a body; a reply that went well but is no JSON fails here, a reply that failed keeps its text. */
export function readBody(
  text: string,
  reply: { status: number; from: string; contentType: string },
  expect: NonNullable<HttpRequest['expect']>,
): unknown {
  if ((expect === 'text' || expect === 'file') && reply.status < 300) return text;
  if (text.trim() === '') return null;
  try {
    const { value, deepest } = readJson(text, expect === 'exact');
    return reply.status >= 300 && deepest > DEEPEST_TOLD ? text : value;
  } catch (thrown) {
    if (reply.status >= 300) return text;
    if (thrown instanceof Failure)
      throw new Failure(
        thrown.kind,
        `${reply.from} answered ${reply.status} with JSON that ${thrown.message}`,
      );
    throw new Failure('transient', unreadable(text, reply));
  }
}

function unreadable(
  text: string,
  { from, status, contentType }: { from: string; status: number; contentType: string },
): string {
  if (looksLikeHtml(text))
    return `${from} answered ${status} with an HTML page where JSON was expected: a sign-in page, a proxy or maintenance stands before the API; it is tried again`;
  return `${from} answered ${status} with JSON that cannot be read (${contentType || 'no content type'}, ${text.length} characters): it was cut off or changed on its way; it is tried again`;
}

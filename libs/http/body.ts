import { Failure } from '#kernel';
import type { HttpRequest } from './call.js';

/**
 * What may be a bare number of more than 15 digits. Doubles hold 15 digits exactly, so a longer number is kept as its
 * text: ids and money are never rounded on their way in. Ids that the platform quotes are texts already.
 */
const LONG = /[:[,]\d[\d.]{15}|[:[,](?:-|\s+-?)\d[\d.]{15}/;
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.]*(?:[eE][+-]?\d+)?/g;

function parseJson(text: string): unknown {
  if (!LONG.test(text)) return JSON.parse(text);
  return JSON.parse(
    text.replace(TOKEN, (token) =>
      token.startsWith('"') || token.replace(/[eE].*$|\D/g, '').length <= 15 ? token : `"${token}"`,
    ),
  );
}

export const looksLikeHtml = (body: unknown): boolean =>
  typeof body === 'string' && /^\s*<(?:!doctype\s+html|html|head|body)\b/i.test(body);

/** Reads a body; a reply that went well but is no JSON fails here, a reply that failed keeps its text. */
export function readBody(
  text: string,
  reply: { status: number; from: string; contentType: string },
  expect: NonNullable<HttpRequest['expect']>,
): unknown {
  if (expect === 'text' && reply.status < 300) return text;
  if (text.trim() === '') return null;
  try {
    return parseJson(text);
  } catch {
    if (reply.status >= 300) return text;
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

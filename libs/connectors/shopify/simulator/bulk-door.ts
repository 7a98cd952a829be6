import type { BulkDesk } from './bulk.js';
import type { Call } from './call.js';
import type { Answer } from './simulator.js';

/** The store of files: no token, a link that ends, and any part of a file. It refuses in XML. */
export function answerFile(desk: BulkDesk, number: number, call: Call, nowMs: number): Answer {
  const file = desk.file(number, new URLSearchParams(call.query ?? ''), nowMs);
  const note = { operation: 'bulk-file', outcome: 'served' };
  if ('code' in file)
    return {
      status: file.code === 'NoSuchKey' ? 404 : 400,
      headers: { 'content-type': 'application/xml; charset=UTF-8' },
      body: `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${file.code}</Code><Message>The provided token has expired.</Message></Error>`,
      note: { ...note, outcome: 'link-refused' },
    };
  const headers = { 'content-type': 'application/jsonl', 'accept-ranges': 'bytes' };
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(String(call.headers['range'] ?? '')) ?? [];
  if (first === undefined) return { status: 200, headers, body: file.read(0, file.bytes - 1), note };
  const from = Number(first);
  if (from >= file.bytes)
    return { status: 416, headers: { 'content-range': `bytes */${file.bytes}` }, body: '', note };
  const to = Math.min(last ? Number(last) : Infinity, file.bytes - 1);
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${from}-${to}/${file.bytes}` },
    body: file.read(from, to),
    note,
  };
}

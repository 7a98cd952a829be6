import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { control, type Control } from './control.js';
import type { Fault } from './faults.js';
import type { CallNote, Reply, Simulator } from './simulator.js';

/** Larger bodies than any query of ours are refused. */
const MAX_BODY = 2_000_000;

/** One port for every platform: the first segment of the path says whose call it is. */
export function makeServer(at: Control): Server {
  const server = createServer((request, response) => {
    answer(at, request, response).catch((error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`stratus: the sandbox failed to answer: ${message}\n`);
      if (!response.headersSent) send(response, 500, {}, '{"errors":"Internal Server Error"}');
      else response.destroy();
    });
  });
  // Longer than callers keep a quiet connection, so that none is closed under a request on its way.
  server.keepAliveTimeout = 65_000;
  return server;
}

async function answer(at: Control, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await read(request);
  if (!body) return send(response, 413, {}, '{"errors":"Payload Too Large"}');
  const method = request.method ?? 'GET';
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  if (path.startsWith('/_sandbox')) {
    const { status, body: reply } = control(at, method, path, body.toString('utf8'));
    return send(
      response,
      status,
      { 'content-type': 'application/json; charset=utf-8' },
      JSON.stringify(reply, null, 1),
    );
  }
  const [, first = '', rest = ''] = /^\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  const simulator = at.simulators.get(first);
  if (!simulator) return send(response, 404, {}, '{"errors":"Not Found"}');
  await serve(at, simulator, { method, path: rest, query, request, body }, response);
}

interface Incoming {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

async function serve(
  at: Control,
  simulator: Simulator,
  incoming: Incoming,
  response: ServerResponse,
): Promise<void> {
  const { method, path, query, request, body } = incoming;
  const started = performance.now();
  const startedMs = at.clock.now();
  const account = simulator.accounts.find((name) => path.startsWith(`/${name}/`)) ?? null;
  const struck = at.weather.strike(path, body);
  if (struck?.kind === 'expire') simulator.knobs(account ?? undefined, { tokens: 'expire' });
  const fault = struck?.kind === 'expire' ? undefined : struck;
  const delayMs = at.weather.delayMs() + (struck?.delayMs ?? 0);
  const record = (note: CallNote, status: number): void =>
    at.ledger.record(simulator.name, note, {
      at: new Date(startedMs).toISOString(),
      method,
      path,
      status,
      tookMs: Math.round((performance.now() - started) * 10) / 10,
    });

  if (fault && !fault.after && !NEEDS_REPLY.has(fault.kind)) {
    if (delayMs > 0) await wait(delayMs);
    record({ account, outcome: `fault:${fault.kind}`, operation: 'none' }, statusOf(fault));
    return strike(fault, undefined, response);
  }
  let lingered = false;
  const linger = async (): Promise<void> => {
    lingered = true;
    await wait(delayMs);
  };
  const call = { method, path, query, headers: request.headers, body };
  const reply = await simulator.handle(delayMs > 0 ? { ...call, linger } : call);
  if (delayMs > 0 && !lingered) await wait(delayMs);
  if (fault) {
    record({ ...reply.note, outcome: `fault:${fault.kind}` }, statusOf(fault));
    return strike(fault, reply, response);
  }
  record(reply.note, reply.status);
  send(response, reply.status, reply.headers, reply.body);
}

/** Kinds that spoil a true reply. */
const NEEDS_REPLY: ReadonlySet<Fault['kind']> = new Set(['truncated', 'truncated-gzip', 'stall']);

const statusOf = (fault: Fault): number =>
  fault.kind === 'status' ? fault.status : fault.kind === 'reset' || fault.kind === 'timeout' ? 0 : 200;

const PAGE =
  '<!DOCTYPE html>\n<html><head><title>Something went wrong</title></head><body><h1>Try again</h1></body></html>\n';

function strike(fault: Fault, reply: Reply | undefined, response: ServerResponse): void {
  switch (fault.kind) {
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'timeout':
      // Left open: the caller gives up, or the sandbox stops.
      return;
    case 'truncated':
    case 'stall': {
      const whole = bytesOf(reply?.body ?? '{}');
      response.writeHead(200, { ...reply?.headers, 'content-length': String(whole.length) });
      response.write(firstHalf(whole), () => {
        // A stall is left open: the caller gives up, or the sandbox stops.
        if (fault.kind === 'truncated') response.socket?.destroy();
      });
      return;
    }
    case 'truncated-gzip': {
      const half = firstHalf(gzipSync(reply?.body ?? '{}'));
      response.writeHead(200, {
        ...reply?.headers,
        'content-encoding': 'gzip',
        'content-length': String(half.length),
      });
      response.end(half);
      return;
    }
    case 'expire':
      throw new TypeError('an expired token is no reply');
    case 'html':
      return send(response, 200, { 'content-type': 'text/html; charset=utf-8' }, PAGE);
    case 'status': {
      const html = fault.status >= 500;
      const headers = {
        'content-type': html ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8',
        ...(fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }),
      };
      return send(
        response,
        fault.status,
        headers,
        html ? PAGE : JSON.stringify({ errors: STATUS_CODES[fault.status] }),
      );
    }
  }
}

const firstHalf = (whole: Buffer): Buffer => whole.subarray(0, Math.floor(whole.length / 2));

const bytesOf = (body: string | Buffer): Buffer => (typeof body === 'string' ? Buffer.from(body) : body);

function send(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): void {
  const bytes = bytesOf(body);
  response.writeHead(status, { ...headers, 'content-length': String(bytes.length) });
  response.end(bytes);
}

async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) return undefined;
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

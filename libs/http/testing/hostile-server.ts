import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Turn = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A server that does what each turn says, one turn per call; the last turn repeats. */
export interface HostileServer {
  readonly url: string;
  readonly port: number;
  readonly seen: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[];
  close(): Promise<void>;
}

export async function hostileServer(...turns: Turn[]): Promise<HostileServer> {
  const seen: HostileServer['seen'] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      const turn = turns[Math.min(seen.length, turns.length - 1)]!;
      seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
      turn(request, response, body);
    });
  });
  server.keepAliveTimeout = 1000;
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** A turn that answers at once. */
export const answer =
  (
    status: number,
    body: string,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ): Turn =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
  };

/** A turn that hangs up without a word. */
export const hangUp: Turn = (request) => {
  request.socket.resetAndDestroy();
};

/** A port on which nothing listens. */
export async function deadPort(): Promise<number> {
  const server = await hostileServer(answer(200, '{}'));
  await server.close();
  return server.port;
}

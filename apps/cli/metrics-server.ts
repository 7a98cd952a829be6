import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure } from '#kernel';
import type { Stack } from './stack.js';

/**
 * A worker's or scheduler's own metrics at `/metrics`, which the console cannot know: calls, rows, runs, waits. Asks
 * for METRICS_TOKEN as a bearer token where one is set.
 */
export async function serveMetrics(
  stack: Stack,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const { registry } = stack.metrics;
  const { host, metricsToken } = stack.env;
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end();
    if (metricsToken !== undefined && request.headers.authorization !== `Bearer ${metricsToken}`)
      return void response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new Failure(
          'config',
          `cannot serve metrics on ${host}:${port} (${cause.code ?? cause.message}); choose another STRATUS_METRICS_PORT`,
          { cause },
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

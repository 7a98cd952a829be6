import type { HttpRequest, Reply, Sender } from '#http';
import type { ShipBobSimulator } from '#simulators/shipbob';
import { exactly } from './stage.js';

/** The engine's way to an account in memory: every call of a real connection, without the network between. */
export function senderTo(
  simulator: ShipBobSimulator,
  account = 'demo',
): Sender & { readonly calls: HttpRequest[] } {
  const calls: HttpRequest[] = [];
  return {
    calls,
    async send(request, signal): Promise<Reply> {
      signal.throwIfAborted();
      calls.push(request);
      const query = Object.entries(request.query ?? {}).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)] as [string, string]],
      );
      const { status, headers, body } = await simulator.handle({
        method: request.method,
        path: `/${account}${new URL(request.url).pathname}`,
        query: new URLSearchParams(query).toString(),
        headers: {
          'user-agent': 'Stratus',
          ...(request.form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
          ...Object.fromEntries(
            Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
          ),
        },
        body: Buffer.from(new URLSearchParams(request.form).toString()),
      });
      const read: unknown = headers['content-type']?.includes('json') ? JSON.parse(body) : body || null;
      return { status, headers, body: exactly(read), ms: 1, attempts: 1 };
    },
    close: () => undefined,
  };
}

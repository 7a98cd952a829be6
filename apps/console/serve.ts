import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Failure, seconds, type Duration } from '#kernel';
import { consoleApp } from './app.js';
import { closeFeed } from './live/feeds.js';
import type { ConsoleOptions } from './options.js';
import { firstUser } from './users.js';

export interface Console {
  readonly url: string;
  /** The first user and password, made by this start; null where there was a user already. Shown once, never again. */
  readonly firstSignIn: { readonly name: string; readonly password: string } | null;
  /** Takes no more requests and waits for those under way, at most until the deadline. */
  close(deadline: Duration): Promise<void>;
}

/** Listens first and makes the first user then: a password of a console that could not start would be lost. */
export async function startConsole(options: ConsoleOptions): Promise<Console> {
  const server = createServer(
    { headersTimeout: seconds(15), requestTimeout: seconds(30), maxHeaderSize: 16_384 },
    consoleApp(options),
  );
  await listen(server, options);
  const close = (deadline: Duration): Promise<void> => {
    closeFeed(options);
    return stop(server, deadline);
  };
  try {
    const firstSignIn = await firstUser(options.warehouse);
    return { url: urlOf(server, options.host), firstSignIn, close };
  } catch (thrown) {
    await close(0);
    throw thrown;
  }
}

async function listen(server: Server, { host, port }: ConsoleOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  }).catch((cause: NodeJS.ErrnoException) => {
    const next =
      cause.code === 'EADDRINUSE'
        ? 'something else listens there: stop it, or choose another port with PORT or --port'
        : `${cause.message}; check HOST and PORT`;
    throw new Failure('config', `the console cannot listen on ${host}:${port}: ${next}`, { cause });
  });
}

/** An address that a browser can open, also where the console listens on all of them. */
function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

async function stop(server: Server, deadline: Duration): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), deadline);
  await closed;
  clearTimeout(timer);
}

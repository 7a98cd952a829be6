import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A wire to a server that can be cut in the middle of anything and mended again. */
export interface Wire {
  /** The server's own address, over this wire. */
  readonly url: string;
  /** Breaks every connection and takes no new one. */
  cut(): void;
  /** Carries nothing any more and tells nobody, as a host that lost its power. */
  hush(): void;
  mend(): void;
  close(): Promise<void>;
}

export async function openWire(url: string): Promise<Wire> {
  const to = new URL(url);
  const sockets = new Set<Socket>();
  let whole = true;
  let silent = false;
  const server = createServer((near) => {
    if (!whole) return void near.resetAndDestroy();
    if (silent) return void sockets.add(near.on('error', () => undefined));
    const far = connect(Number(to.port), to.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const over = new URL(url);
  over.hostname = '127.0.0.1';
  over.port = String((server.address() as AddressInfo).port);
  const cut = (): void => {
    whole = false;
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: over.href,
    cut,
    hush: () => {
      silent = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    mend: () => {
      whole = true;
      silent = false;
    },
    close: () =>
      new Promise((resolve) => {
        cut();
        server.close(() => resolve());
      }),
  };
}

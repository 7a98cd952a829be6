import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { StrictPlatform } from './strict-platform.js';

interface Account {
  /** Answers, or refuses. */
  admit(weight: number): boolean;
  ended(): void;
  readonly served: number;
  refused: number;
}

/** A platform that other processes call over HTTP and that counts every call of each of its accounts. */
export class StrictServer {
  readonly points: StrictPlatform;
  readonly slots: Account;
  readonly window: Account;
  readonly #server = createServer();

  constructor(options: {
    points: { capacity: number; perSecond: number };
    slots: number;
    window: { capacity: number; ms: number };
    latencyMs: number;
  }) {
    this.points = new StrictPlatform(options.points.capacity, options.points.perSecond);
    this.slots = slotsOf(options.slots);
    this.window = windowOf(options.window);
    this.#server.on('request', (request, response) => {
      void this.#answer(new URL(request.url!, 'http://strict'), options.latencyMs).then((body) =>
        response.end(JSON.stringify(body)),
      );
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer({ pathname, searchParams }: URL, latencyMs: number): Promise<object> {
    if (pathname === '/points') {
      this.points.charge(Number(searchParams.get('weight')));
      await setTimeout(latencyMs);
      return { level: this.points.level() };
    }
    const account = pathname === '/slots' ? this.slots : this.window;
    if (account.admit(1)) {
      await setTimeout(latencyMs);
      account.ended();
    } else account.refused += 1;
    return {};
  }
}

function slotsOf(capacity: number): Account {
  let running = 0;
  return {
    served: 0,
    refused: 0,
    admit() {
      if (running >= capacity) return false;
      running += 1;
      return true;
    },
    ended() {
      running -= 1;
      Object.assign(this, { served: this.served + 1 });
    },
  };
}

/** No `ms` long span, wherever it begins, may hold more calls. */
function windowOf({ capacity, ms }: { capacity: number; ms: number }): Account {
  const calls: number[] = [];
  return {
    get served() {
      return calls.length;
    },
    refused: 0,
    admit() {
      const now = performance.now();
      const before = calls.at(-capacity);
      if (before !== undefined && now - before < ms) return false;
      calls.push(now);
      return true;
    },
    ended: () => undefined,
  };
}

import type { AddressInfo } from 'node:net';
import { turn, type Clock, type Control } from '../apps/sandbox/control.js';
import { Weather } from '../apps/sandbox/faults.js';
import { Ledger } from '../apps/sandbox/ledger.js';
import { makeServer } from '../apps/sandbox/server.js';
import type { Simulator } from '../apps/sandbox/simulator.js';

/** The sandbox's weather, by the names that the contract suite has for it. */
export const FAULTS = {
  throttled: { kind: 'status', status: 429, retryAfter: '2' },
  failing: { kind: 'status', status: 503 },
  html: { kind: 'html' },
  reset: { kind: 'reset' },
  truncated: { kind: 'truncated' },
} as const;

/** One simulator on a port of its own, with the sandbox's weather: for accounts that no shop of the sandbox makes. */
export async function serveSimulator(
  simulator: Simulator,
  now: () => number,
): Promise<{ readonly url: string; turn(knobs: object): object; close(): Promise<void> }> {
  const clock: Clock = { offsetMs: 0, now };
  const at: Control = {
    simulators: new Map([[simulator.name, simulator]]),
    ledger: new Ledger(),
    weather: new Weather(1),
    clock,
  };
  const server = makeServer(at);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    turn: (knobs) => turn(at, knobs),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

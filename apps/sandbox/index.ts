import type { AddressInfo } from 'node:net';
import { Failure } from '#kernel';
import { DEMO_ACCESS } from '#simulators/shopify';
import { truthOfAll, turn, type Clock, type Control, type SandboxTruth } from './control.js';
import { Weather } from './faults.js';
import { Ledger } from './ledger.js';
import { planSandbox, type SandboxOptions } from './options.js';
import { DEMO_CREDENTIALS, makeSimulators } from './platforms.js';
import { makeServer } from './server.js';
import type { Simulator } from './simulator.js';

/**
 * sandbox: every platform's simulator on one local port, so that the whole product runs with no account anywhere.
 *
 * Words. *Knob*: something of the sandbox or of a platform that is turned while it runs. *Weather*: latency and
 * faults, drawn from the seed. *Ledger*: what was served and refused. *Truth*: what a faithful copy must add up to.
 *
 * Invariants. It listens on this machine only unless told otherwise. The ledger holds no header, query or body. The
 * platform's own paths lie under its name; the sandbox's lie under `/_sandbox`.
 */
export { DEMO_SHOP, type SandboxOptions } from './options.js';
export { DEMO_CREDENTIALS, demoConnections, roomy } from './platforms.js';
export type { SandboxTruth } from './control.js';
export type { AccountLedger, LedgerLine } from './ledger.js';
export type { Simulator } from './simulator.js';

/** The same shop by the static token of a custom app. */
export const DEMO_STATIC_CREDENTIALS = { accessToken: DEMO_ACCESS.accessToken };

/** And by an expiring pair: the first call has to renew it, since its hour is long over. */
export const DEMO_EXPIRING_CREDENTIALS = {
  ...DEMO_CREDENTIALS,
  accessToken: DEMO_ACCESS.expiring.accessToken,
  expiresAt: '2020-01-01T00:00:00.000Z',
  refreshToken: DEMO_ACCESS.expiring.refreshToken,
};

export interface Sandbox {
  /** `http://127.0.0.1:PORT`; the demo shop is at `${url}/shopify/demo`. */
  readonly url: string;
  readonly port: number;
  readonly simulators: ReadonlyMap<string, Simulator>;
  readonly ledger: Ledger;
  /** Counts and sums of every account. */
  truth(): SandboxTruth;
  /** As `POST /_sandbox/knobs`. */
  turn(knobs: object): object;
  /** As `POST /_sandbox/shopify/<shop>/edit`; the first shop where none is named. */
  edit(request: object, platform?: string, account?: string): object;
  close(): Promise<void>;
}

/** Starts the sandbox in this process and answers when it listens. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const plan = planSandbox(options);
  const clock: Clock = { offsetMs: 0, now: () => plan.now() + clock.offsetMs };
  const at: Control = {
    simulators: mapOf(makeSimulators(plan, clock.now)),
    ledger: new Ledger(),
    weather: new Weather(plan.seed),
    clock,
  };
  const server = makeServer(at);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE'
          ? new Failure('config', `port ${plan.port} is taken; choose another for the sandbox`, { cause })
          : cause,
      ),
    );
    server.listen(plan.port, plan.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${plan.host.includes(':') ? `[${plan.host}]` : plan.host}:${port}`,
    port,
    simulators: at.simulators,
    ledger: at.ledger,
    truth: () => truthOfAll(at.simulators),
    turn: (knobs) => turn(at, knobs),
    edit: (request, platform = 'shopify', account) => at.simulators.get(platform)!.edit(account, request),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The truth of what such a sandbox would serve, without serving it. */
export function buildTruth(options: SandboxOptions = {}): SandboxTruth {
  const plan = planSandbox(options);
  return truthOfAll(mapOf(makeSimulators(plan, plan.now)));
}

const mapOf = (simulators: readonly Simulator[]): ReadonlyMap<string, Simulator> =>
  new Map(simulators.map((simulator) => [simulator.name, simulator]));

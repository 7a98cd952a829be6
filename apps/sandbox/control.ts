import { z } from 'zod';
import { commonKnobs, type Weather } from './faults.js';
import type { Ledger } from './ledger.js';
import type { Simulator } from './simulator.js';

/** The platform's clock: ours and an offset that can be turned. */
export interface Clock {
  now: () => number;
  offsetMs: number;
}

export interface Control {
  readonly simulators: ReadonlyMap<string, Simulator>;
  readonly ledger: Ledger;
  readonly weather: Weather;
  readonly clock: Clock;
}

export interface ControlReply {
  readonly status: number;
  readonly body: unknown;
}

const ok = (body: unknown): ControlReply => ({ status: 200, body });
const bad = (status: number, error: string): ControlReply => ({ status, body: { error } });

/** Every account's truth; `streams` is that of the first on each platform, the only one of the default sandbox. */
export function truthOfAll(simulators: ReadonlyMap<string, Simulator>): SandboxTruth {
  const accounts: Record<string, ReturnType<Simulator['truth']>> = {};
  for (const simulator of simulators.values())
    for (const account of simulator.accounts)
      accounts[`${simulator.name}/${account}`] = simulator.truth(account);
  const streams: Record<string, SandboxTruth['streams'][string]> = {};
  for (const {
    name,
    accounts: [first = ''],
  } of simulators.values())
    Object.assign(streams, accounts[`${name}/${first}`]?.streams);
  return { streams, accounts };
}

export interface SandboxTruth {
  readonly streams: ReturnType<Simulator['truth']>['streams'];
  readonly accounts: Readonly<Record<string, ReturnType<Simulator['truth']>>>;
}

/** The sandbox's own paths, `/_sandbox/…`: no platform has them. */
export function control(at: Control, method: string, path: string, body: string): ControlReply {
  try {
    const known = route(at, `${method} ${path}`, body);
    return known ?? bad(404, `the sandbox has no ${method} ${path}`);
  } catch (error) {
    if (error instanceof z.ZodError) return bad(400, z.prettifyError(error));
    if (error instanceof SyntaxError) return bad(400, 'the body is not JSON');
    if (error instanceof RangeError) return bad(404, error.message);
    throw error;
  }
}

function route(at: Control, call: string, body: string): ControlReply | undefined {
  if (call === 'GET /_sandbox/ledger') return ok(at.ledger.read());
  if (call === 'GET /_sandbox/truth') return ok(truthOfAll(at.simulators));
  if (call === 'GET /_sandbox/knobs')
    return ok({ ...at.weather.standing(), clockOffsetMs: at.clock.offsetMs });
  if (call === 'POST /_sandbox/ledger/reset') {
    at.ledger.reset();
    return ok({});
  }
  if (call === 'POST /_sandbox/knobs') return ok(turn(at, JSON.parse(body || '{}')));
  const edit = /^POST \/_sandbox\/([^/]+)\/([^/]+)\/edit$/.exec(call);
  if (edit) {
    const result = simulatorOf(at, edit[1]).edit(edit[2], JSON.parse(body || '{}'));
    return { status: 'error' in result ? 400 : 200, body: result };
  }
  const rows = /^GET \/_sandbox\/([^/]+)\/([^/]+)\/rows$/.exec(call);
  if (rows) return ok(simulatorOf(at, rows[1]).rows(rows[2]));
  // One account's alone: those of a large shop's other platforms take minutes to work out.
  const truth = /^GET \/_sandbox\/([^/]+)\/([^/]+)\/truth$/.exec(call);
  if (truth) return ok(simulatorOf(at, truth[1]).truth(truth[2]));
  return undefined;
}

function simulatorOf(at: Control, name: string | undefined): Simulator {
  const found = name === undefined ? at.simulators.values().next().value : at.simulators.get(name);
  if (!found) throw new RangeError(`the sandbox has no platform ${name ?? ''}`);
  return found;
}

/** Common knobs are the sandbox's; whatever is left is the platform's, which refuses what it does not know. */
export function turn(at: Control, body: unknown): object {
  const knobs = commonKnobs.parse(body);
  const { platform, account, latencyMs: _, faults: __, clockOffsetMs, ...own } = knobs;
  const simulator = simulatorOf(at, platform);
  const standing = simulator.knobs(account, own);
  at.weather.turn(knobs);
  if (clockOffsetMs !== undefined) at.clock.offsetMs = clockOffsetMs;
  return { ...at.weather.standing(), clockOffsetMs: at.clock.offsetMs, [simulator.name]: standing };
}

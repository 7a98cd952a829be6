import { asFailure, Failure, later, seconds, type Duration } from '#kernel';
import { allowedHost, classify, type HostRule, type HttpRequest, type Lane, type Reply } from '#http';
import type { ConnectionRow } from '#warehouse';
import type { CallSpec } from './call-spec.js';
import type { Platform, Scopes } from './define.js';
import type { Address } from './download.js';
import type { Engine } from './engine.js';
import {
  fetchFile,
  fetchPart,
  LinkRefused,
  type File,
  type FilePart,
  type PartAddress,
} from './fetch-file.js';
import { limitsOf } from './limits.js';
import { parse } from './parse.js';
import { placesOf } from './places.js';
import { holdTokens } from './renew.js';
import { judgedWithout } from './withhold.js';

/** The platform refused the page for its size; the run loop asks for a smaller one. */
export class PageTooLarge extends Error {
  override readonly name = 'PageTooLarge';
}

/** The only way from the engine to one account: signs, paces, sends, names failures and renews tokens. */
export interface Door {
  /** The connection's settings with the platform's defaults. */
  readonly settings: unknown;
  call(spec: CallSpec, signal: AbortSignal): Promise<Reply>;
  /** A document, past the limiter and without credentials; `of` names the call that told its address. */
  file(
    address: Address,
    from: { readonly hosts: readonly RegExp[]; readonly of: string },
    signal: AbortSignal,
  ): Promise<File>;
  /** The same of a part of a file. */
  part(
    address: PartAddress,
    from: { readonly hosts: readonly RegExp[]; readonly of: string },
    signal: AbortSignal,
  ): Promise<FilePart>;
  /** The reply shows room for a page of twice the size. */
  isRoomy(reply: Reply): boolean;
  /** Calls made since the last `takeCalls`, retries and token renewals included. */
  takeCalls(): number;
  /** What the platform told the operator since the door was opened. */
  readonly notices: ReadonlySet<string>;
  /** Renews without a call; true where it did. */
  tend(why: 'dead' | 'ahead'): Promise<boolean>;
}

export interface DoorOptions {
  /** On whose behalf calls are made, in the books of what was spent: the stream; the operation by default. */
  readonly spender?: string;
  /** The run whose calls they are, for its log of them. */
  readonly run?: string;
  /** Calls also where the credentials were refused before: a person wants to see whether they still are. */
  readonly evenRefused?: boolean;
  /** How long to wait for another replica's renewal of the token; 5 s by default. */
  readonly renewalPatience?: Duration;
}

type Deps = Pick<
  Engine,
  'warehouse' | 'ring' | 'sender' | 'limiter' | 'metrics' | 'now' | 'logger' | 'calls'
>;

/** A wait longer than this gives the worker back and snoozes the run. */
const LONGEST_WAIT = seconds(5);

export function openDoor(
  deps: Deps,
  platform: Platform,
  connection: ConnectionRow,
  lane: Lane = 'live',
  options: DoorOptions = {},
): Door {
  const settings = parse(platform, 'settings', connection.settings, connection);
  const places = placesOf(platform, connection, settings);
  const notices = new Set<string>();
  let calls = 0;
  const tokens = holdTokens(
    { ...deps, ...options },
    { platform, connection, settings, ...options },
    (spec, how, signal) => send(places.ofTokens(spec), spec, how, signal),
  );

  function note(
    spec: CallSpec,
    at: number,
    answer: { status: number | null; failure: string | null; ms: number; tries: number },
  ): void {
    const { run: runId } = options;
    if (runId === undefined) return;
    const { operation, path, method = 'GET' } = spec;
    deps.calls?.note({ runId, at: new Date(at), operation, method, path, ...answer });
  }

  async function send(
    url: string,
    spec: CallSpec,
    how: Pick<HttpRequest, 'headers' | 'idempotent' | 'timeoutMs'>,
    signal: AbortSignal,
  ): Promise<Reply> {
    allowedHost(url, { hosts: places.hosts, private: connection.sandbox });
    const started = deps.now().getTime();
    try {
      const reply = await deps.sender.send(
        {
          method: spec.method ?? 'GET',
          url,
          ...how,
          headers: { ...spec.headers, ...how.headers },
          private: connection.sandbox,
          ...(platform.json === undefined ? {} : { expect: platform.json }),
          ...(spec.query === undefined ? {} : { query: spec.query }),
          ...(spec.json === undefined ? {} : { json: spec.json }),
          ...(spec.form === undefined ? {} : { form: spec.form }),
        },
        signal,
      );
      calls += reply.attempts;
      deps.metrics.call(
        { platform: platform.name, operation: spec.operation, result: String(reply.status) },
        reply.ms,
      );
      const { status, ms, attempts: tries } = reply;
      note(spec, started, { status, failure: null, ms, tries });
      return reply;
    } catch (thrown) {
      calls += 1;
      const took = deps.now().getTime() - started;
      const { kind } = asFailure(thrown);
      deps.metrics.call({ platform: platform.name, operation: spec.operation, result: kind }, took);
      note(spec, started, { status: null, failure: kind, ms: took, tries: 1 });
      throw thrown;
    }
  }

  async function paced(
    spec: CallSpec,
    signal: AbortSignal,
  ): Promise<{ reply: Reply; failure: Failure | undefined; used: unknown }> {
    const asked = deps.now().getTime();
    const lease = await deps.limiter.acquire({
      account: connection.id,
      operation: spec.operation,
      lane,
      spender: options.spender ?? spec.operation,
      weight: spec.weight ?? 1,
      limits: limitsOf(platform.limits, connection.settings),
      maxWaitMs: LONGEST_WAIT,
      signal,
      now: () => deps.now().getTime(),
    });
    deps.metrics.waited({ platform: platform.name }, deps.now().getTime() - asked);
    let outcome: Parameters<typeof lease.release>[0] = { charged: 0 };
    try {
      await tokens.look();
      const used = tokens.held;
      outcome = {};
      /* crash point: before-fetch. Nothing was sent. The budget that was taken comes back: by what the platform says
         of its own meter, or when the loan of a process that died lapses. */
      const headers = platform.auth.sign(used);
      const reply = await send(places.of(spec), spec, { headers, idempotent: spec.once !== true }, signal);
      /* crash point: after-fetch. The reply is in memory only and the run's place stands before it: it is asked for
         again. Every call of a run is a read, so asking twice does no harm; what starts an export is looked for first. */
      const now = deps.now();
      const failure = judgedWithout(reply, used, (told) =>
        classify(told, now, (one, at) => platform.classify(one, at, spec.operation)),
      );
      outcome = {
        ...platform.meter(reply),
        ...(failure?.kind === 'throttled'
          ? { throttledUntil: failure.retryAt ?? later(now, seconds(2)) }
          : {}),
      };
      return { reply, failure, used };
    } finally {
      await lease.release(outcome);
    }
  }

  async function call(spec: CallSpec, signal: AbortSignal): Promise<Reply> {
    await tokens.look();
    const fresh = await tokens.ready();
    let { reply, failure, used } = await paced(spec, signal);
    if (failure?.kind === 'credential' && !fresh && (await tokens.insteadOf(used)))
      ({ reply, failure, used } = await paced(spec, signal));
    const notice = platform.notice(reply, settings);
    if (notice !== null) notices.add(notice);
    if (failure && platform.tooLarge(reply)) throw new PageTooLarge(failure.message, { cause: failure });
    if (failure?.kind === 'credential') throw await tokens.refused(used, failure);
    if (failure) throw failure;
    return reply;
  }

  async function fetched<F extends { readonly attempts: number }>(
    { hosts, of: operation }: { readonly hosts: readonly RegExp[]; readonly of: string },
    fetch: (rule: HostRule) => Promise<F>,
  ): Promise<F> {
    const own = connection.baseUrl === null ? hosts : places.hosts;
    try {
      const file = await fetch({ hosts: own, private: connection.sandbox });
      calls += file.attempts;
      return file;
    } catch (thrown) {
      calls += 1;
      if (!(thrown instanceof Failure) || thrown instanceof LinkRefused) throw thrown;
      throw located(thrown, platform, connection, { operation });
    }
  }

  return {
    settings,
    call: async (spec, signal) => {
      try {
        return await call(spec, signal);
      } catch (thrown) {
        throw thrown instanceof Failure ? located(thrown, platform, connection, spec) : thrown;
      }
    },
    file: (address, from, signal) =>
      fetched(from, (rule) => fetchFile(deps.sender, address, rule, deps.now(), signal)),
    part: (address, from, signal) =>
      fetched(from, (rule) => fetchPart(deps.sender, address, rule, deps.now(), signal)),
    tend: (why) => tokens.tend(why),
    isRoomy: (reply) => platform.roomy(reply),
    takeCalls: () => {
      const taken = calls;
      calls = 0;
      return taken;
    },
    notices,
  };
}

/** The failure with what was tried and where, and the command that mends credentials. */
function located(
  failure: Failure,
  platform: Platform,
  connection: ConnectionRow,
  spec: Pick<CallSpec, 'operation'>,
): Failure {
  const next =
    failure.kind === 'credential'
      ? ` (npx stratus connections add ${platform.name} --name ${connection.name})`
      : '';
  return new Failure(failure.kind, `${connection.name}, ${spec.operation}: ${failure.message}${next}`, {
    cause: failure,
    ...(failure.retryAt === undefined ? {} : { retryAt: failure.retryAt }),
    ...(failure.detail === undefined ? {} : { detail: failure.detail }),
    operation: spec.operation,
  });
}

/** What the platform said to one cheap call, in a few words, and what it granted where it tells. */
export interface Proof {
  readonly says: string;
  readonly scopes: Scopes | null;
}

/** A cheap call, or a few, that prove the connection. */
export async function probe(
  deps: Deps,
  platform: Platform,
  connection: ConnectionRow,
  signal: AbortSignal,
): Promise<Proof> {
  const door = openDoor(deps, platform, connection, 'live', { evenRefused: true });
  const { body } = await door.call(platform.probe.request(door.settings), signal);
  const refused: string[] = [];
  for (const spec of platform.probe.also?.({ settings: door.settings, now: deps.now() }) ?? [])
    refused.push(...(await refusalOf(door, spec, signal)));
  return {
    says: [platform.probe.says(body), ...refused, ...door.notices].join('; '),
    scopes: platform.probe.scopes?.(body) ?? null,
  };
}

/** Why a call is refused, if it is. That it had to wait or failed otherwise says nothing of the account. */
async function refusalOf(door: Door, spec: CallSpec, signal: AbortSignal): Promise<string[]> {
  try {
    await door.call(spec, signal);
    return [];
  } catch (thrown) {
    const { kind, message } = asFailure(thrown);
    if (kind === 'credential') throw thrown;
    return kind === 'refused' ? [message] : [];
  }
}

/** Renews a connection's token without a call: what is due soon, or what a process that died has left open. */
export const tendTokens = (
  deps: Deps,
  platform: Platform,
  connection: ConnectionRow,
  why: 'dead' | 'ahead',
): Promise<boolean> => openDoor(deps, platform, connection).tend(why);

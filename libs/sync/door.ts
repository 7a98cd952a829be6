import { asFailure, Failure, later, seconds } from '#kernel';
import { allowedHost, classify, type Reply } from '#http';
import {
  claimRenewal,
  markReconnect,
  openCredentials,
  releaseRenewal,
  reloadConnection,
  saveCredentials,
  type ConnectionRow,
} from '#warehouse';
import type { CallSpec, Platform } from './define.js';
import type { Engine } from './engine.js';

/** The platform refused the page for its size; the run loop asks for a smaller one. */
export class PageTooLarge extends Error {
  override readonly name = 'PageTooLarge';
}

/** The only way from the engine to one account: signs, paces, sends, names failures and renews tokens. */
export interface Door {
  /** The connection's settings with the platform's defaults. */
  readonly settings: unknown;
  call(spec: CallSpec, signal: AbortSignal): Promise<Reply>;
  /** The reply shows room for a page of twice the size. */
  isRoomy(reply: Reply): boolean;
  /** Calls made since the last `takeCalls`, retries and token renewals included. */
  takeCalls(): number;
  /** What the platform told the operator since the door was opened. */
  readonly notices: ReadonlySet<string>;
}

type Deps = Pick<Engine, 'warehouse' | 'ring' | 'sender' | 'limiter' | 'metrics' | 'now'>;

/** A wait longer than this gives the worker back and snoozes the run. */
const LONGEST_WAIT = seconds(5);
/** A renewal's claim lapses after this, should its holder die. */
const RENEWAL_CLAIM = seconds(45);

/** Renewals under way in this process, so that the runs of one connection share one. */
const renewals = new Map<string, Promise<unknown>>();

export function openDoor(deps: Deps, platform: Platform, connection: ConnectionRow): Door {
  const settings = parse(platform, 'settings', connection.settings, connection);
  let credentials = parse(platform, 'credentials', openCredentials(deps.ring, connection), connection);
  const base = (connection.baseUrl ?? platform.baseUrl(settings)).replace(/\/$/, '');
  const hosts = connection.baseUrl === null ? platform.hosts : [new URL(base).hostname];
  const notices = new Set<string>();
  let calls = 0;

  async function send(
    spec: CallSpec,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Reply> {
    const url = base + spec.path;
    allowedHost(url, { hosts, private: connection.sandbox });
    const started = deps.now().getTime();
    try {
      const reply = await deps.sender.send(
        {
          method: spec.method ?? 'GET',
          url,
          headers: { ...spec.headers, ...headers },
          idempotent: true,
          private: connection.sandbox,
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
      return reply;
    } catch (thrown) {
      calls += 1;
      const took = deps.now().getTime() - started;
      deps.metrics.call(
        { platform: platform.name, operation: spec.operation, result: asFailure(thrown).kind },
        took,
      );
      throw thrown;
    }
  }

  async function paced(
    spec: CallSpec,
    signal: AbortSignal,
  ): Promise<{ reply: Reply; failure: Failure | undefined }> {
    const asked = deps.now().getTime();
    const lease = await deps.limiter.acquire({
      account: connection.id,
      operation: spec.operation,
      lane: 'live',
      spender: spec.operation,
      weight: spec.weight ?? 1,
      limits: platform.limits,
      maxWaitMs: LONGEST_WAIT,
      signal,
      now: () => deps.now().getTime(),
    });
    deps.metrics.waited({ platform: platform.name }, deps.now().getTime() - asked);
    let outcome: Parameters<typeof lease.release>[0] = {};
    try {
      const reply = await send(spec, platform.auth.sign(credentials), signal);
      const now = deps.now();
      const failure = classify(reply, now, (one, at) => platform.classify(one, at)) ?? undefined;
      outcome = {
        ...platform.meter(reply),
        ...(failure?.kind === 'throttled'
          ? { throttledUntil: failure.retryAt ?? later(now, seconds(2)) }
          : {}),
      };
      return { reply, failure };
    } finally {
      await lease.release(outcome);
    }
  }

  async function renewIfDue(force: boolean, signal: AbortSignal): Promise<boolean> {
    const dueAt = platform.auth.renewAt(credentials);
    if (!force && (dueAt === null || dueAt > deps.now())) return false;
    if (platform.auth.renew({ settings, credentials }) === null) return false;
    const before = JSON.stringify(credentials);
    const running =
      renewals.get(connection.id) ??
      renew(before, signal).finally(() => {
        renewals.delete(connection.id);
      });
    renewals.set(connection.id, running);
    credentials = await running;
    return true;
  }

  /** One replica renews; the others snooze a moment and find the new token. Saved before it is used. */
  async function renew(before: string, signal: AbortSignal): Promise<unknown> {
    const now = deps.now();
    if (!(await claimRenewal(deps.warehouse, connection.id, now, later(now, RENEWAL_CLAIM))))
      throw new Failure('throttled', 'another worker is renewing the token', {
        retryAt: later(now, seconds(2)),
      });
    try {
      const row = await reloadConnection(deps.warehouse, connection.id);
      if (!row) throw new Failure('config', `connection ${connection.name} was removed`);
      const stored = parse(platform, 'credentials', openCredentials(deps.ring, row), connection);
      if (JSON.stringify(stored) !== before) return stored;
      const spec = platform.auth.renew({ settings, credentials: stored })!;
      const reply = await send(spec, {}, signal);
      const failure = classify(reply, deps.now(), (one, at) => platform.classify(one, at));
      if (failure) throw failure;
      // Read as the stored ones are, so that the two can be compared: the platform's code may spell them otherwise.
      const made = platform.auth.renewed({ credentials: stored, body: reply.body, now: deps.now() });
      const renewed = parse(platform, 'credentials', made, connection);
      await saveCredentials(deps.warehouse, deps.ring, connection.id, renewed);
      return renewed;
    } finally {
      await releaseRenewal(deps.warehouse, connection.id);
    }
  }

  async function call(spec: CallSpec, signal: AbortSignal): Promise<Reply> {
    const fresh = await renewIfDue(false, signal);
    let { reply, failure } = await paced(spec, signal);
    if (failure?.kind === 'credential' && !fresh && (await renewIfDue(true, signal)))
      ({ reply, failure } = await paced(spec, signal));
    const notice = platform.notice(reply, settings);
    if (notice !== null) notices.add(notice);
    if (failure && platform.tooLarge(reply)) throw new PageTooLarge(failure.message, { cause: failure });
    if (failure) throw failure;
    return reply;
  }

  /** An operator entered others while ours were refused: those must not be blamed. */
  async function replaced(): Promise<boolean> {
    const row = await reloadConnection(deps.warehouse, connection.id);
    if (!row) return false;
    const stored = parse(platform, 'credentials', openCredentials(deps.ring, row), connection);
    return JSON.stringify(stored) !== JSON.stringify(credentials);
  }

  return {
    settings,
    call: async (spec, signal) => {
      try {
        return await call(spec, signal);
      } catch (thrown) {
        if (!(thrown instanceof Failure)) throw thrown;
        if (thrown.kind !== 'credential') throw located(thrown, platform, connection, spec);
        if (await replaced())
          throw new Failure(
            'transient',
            'the credentials were replaced meanwhile; it is tried again with the new ones',
            {
              cause: thrown,
            },
          );
        await markReconnect(deps.warehouse, connection.id, thrown.message);
        throw located(thrown, platform, connection, spec);
      }
    },
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
function located(failure: Failure, platform: Platform, connection: ConnectionRow, spec: CallSpec): Failure {
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

function parse(
  platform: Platform,
  what: 'settings' | 'credentials',
  value: unknown,
  connection: ConnectionRow,
): unknown {
  const parsed = platform[what].safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || what).join(', ');
  throw new Failure(
    'config',
    `connection ${connection.name} has wrong ${what} for ${platform.title} (${where}); set them with: npx stratus connections add ${platform.name} --name ${connection.name}`,
  );
}

/** One cheap call that proves the connection; what the platform said, in a few words. */
export async function probe(
  deps: Deps,
  platform: Platform,
  connection: ConnectionRow,
  signal: AbortSignal,
): Promise<string> {
  const door = openDoor(deps, platform, connection);
  const reply = await door.call(platform.probe.request(door.settings), signal);
  return [platform.probe.says(reply.body), ...door.notices].join('; ');
}

import { createHash } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import { Failure, later, milliseconds, seconds, type Duration } from '#kernel';
import { classify, type Limiter, type Reply } from '#http';
import { redactText } from '#telemetry';
import {
  claimRenewal,
  databaseFailure,
  holdRenewal,
  markReconnect,
  openCredentials,
  readStanding,
  releaseRenewal,
  saveRenewed,
  type ConnectionRow,
  type Standing,
} from '#warehouse';
import type { CallSpec } from './call-spec.js';
import type { Platform } from './define.js';
import type { Engine } from './engine.js';
import { limitsOf } from './limits.js';
import { parse } from './parse.js';
import { judgedWithout } from './withhold.js';

/** How long a claim lives past its last sign of life; longer than the call and its second try may take. */
const CLAIM = seconds(30);
const CALL_TIMEOUT = seconds(12);
const CALLS_TIMEOUT = seconds(25);
/** A run that waits longer than this for another replica's renewal, or for the limiter, gives its worker back. */
const PATIENCE = seconds(5);
const ASK_AGAIN = seconds(2);
/** How old a door's knowledge of its connection may be when it calls. */
const LOOK = seconds(1);
/** After a renewal ahead of time came to nothing, the token in hand serves for so long before the next try. */
const REST = seconds(30);
/** A platform's reply is worth every effort to store it: it holds the only token that still works. */
const STORING = seconds(60);

/** The connection waits for new credentials, and that is known already: nobody is to be told again. */
class Blocked extends Failure {
  constructor(reason: string, of?: Failure) {
    super('credential', reason, {
      cause: of,
      ...(of?.detail === undefined ? {} : { detail: of.detail }),
    });
  }
}

export interface Account {
  readonly platform: Platform;
  readonly connection: ConnectionRow;
  readonly settings: unknown;
  /** For a person's test of the connection: tries also what was refused before. */
  readonly evenRefused?: boolean;
}

/** One call past the limiter and without a signature; how long it may take, and whether it may be repeated. */
export type Exchange = (
  spec: CallSpec,
  options: { readonly idempotent: boolean; readonly timeoutMs: Duration },
  signal: AbortSignal,
) => Promise<Reply>;

export interface Tokens {
  /** What the next call is signed with. */
  readonly held: unknown;
  /** Takes over what other replicas renewed or an operator entered; throws Blocked where nothing may be called. */
  look(): Promise<void>;
  /** Renews what is due; true where `held` is fresh from the platform or from another replica. */
  ready(): Promise<boolean>;
  /** After a refusal of what a call was signed with: true where there are others to try with now. */
  insteadOf(refused: unknown): Promise<boolean>;
  /** Finishes what a process that died in the middle of a renewal has left open, and renews what is due before it dies. */
  tend(why: 'dead' | 'ahead'): Promise<boolean>;
  /** The platform refused these for good: stops the connection, unless an operator entered others meanwhile. */
  refused(used: unknown, failure: Failure): Promise<Failure>;
}

type Deps = Pick<Engine, 'warehouse' | 'ring' | 'now' | 'logger'> & {
  readonly limiter: Pick<Limiter, 'acquire'>;
  /** How long to wait for another replica's renewal; 5 s by default. */
  readonly renewalPatience?: Duration;
};

/** Renewals under way in this process, by warehouse and connection, so that all its runs share one. */
const shared = new WeakMap<object, Map<string, Promise<Standing>>>();

function underWay(warehouse: object): Map<string, Promise<Standing>> {
  const known = shared.get(warehouse) ?? new Map<string, Promise<Standing>>();
  shared.set(warehouse, known);
  return known;
}

/** From 1 to 1.5, always the same for one connection. */
const spread = (id: string): number =>
  1 + createHash('sha256').update(id).digest().readUInt32BE(0) / 0xffff_ffff / 2;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** One account's credentials in one door: whose they are now, when they are renewed, and by whom. */
export function holdTokens(deps: Deps, account: Account, exchange: Exchange): Tokens {
  const { platform, connection, settings, evenRefused = false } = account;
  const { id, name } = connection;
  const { auth } = platform;
  const open = (row: Pick<Standing, 'credentials'>): unknown =>
    parse(platform, 'credentials', openCredentials(deps.ring, { id, ...row }), connection);
  let standing: Standing = connection;
  let held = open(connection);
  let lookedAt = deps.now().getTime();
  let restUntil = 0;

  function adopt(next: Standing): void {
    if (next.credentials !== standing.credentials) held = open(next);
    standing = next;
  }

  const removed = (): Failure => new Failure('config', `connection ${name} was removed`);
  const blocked = (row: Standing): Blocked =>
    new Blocked(
      `nothing is called until it gets new credentials: ${row.statusReason ?? 'they were refused'}`,
    );

  const beingRenewed = (): Failure =>
    new Failure('throttled', 'another worker is renewing the token', {
      retryAt: later(deps.now(), ASK_AGAIN),
    });

  async function look(): Promise<void> {
    const now = deps.now().getTime();
    if (now - lookedAt < LOOK) return;
    lookedAt = now;
    const row = await readStanding(deps.warehouse, id);
    if (!row) throw removed();
    if (row.status === 'reconnect' && !evenRefused) throw blocked(row);
    adopt(row);
  }

  /** When the credentials in hand are to be renewed and when they die; null where neither. */
  function due(): { from: Date; deadAt: Date } | null {
    const deadAt = auth.expiresAt(held);
    if (deadAt === null || auth.renew({ settings, credentials: held }) === null) return null;
    return { from: later(deadAt, -auth.aheadMs * spread(id)), deadAt };
  }

  async function ready(): Promise<boolean> {
    const when = due();
    const now = deps.now();
    if (!when || when.from > now) return false;
    const alive = when.deadAt > now;
    if (alive && now.getTime() < restUntil) return false;
    try {
      await replace(held);
      return true;
    } catch (thrown) {
      if (!alive || !(thrown instanceof Failure) || thrown.outcome === 'cancel') throw thrown;
      restUntil = now.getTime() + REST;
      deps.logger.warn(
        { connection: name, kind: thrown.kind },
        `the token could not be renewed ahead of time and serves on: ${thrown.message}`,
      );
      return false;
    }
  }

  /** Until `held` is another than the one given. A renewal that is shared may have begun before that one was made. */
  async function replace(refused: unknown): Promise<void> {
    const renewals = underWay(deps.warehouse);
    for (let tries = 0; tries < 3 && same(held, refused); tries++) {
      let running = renewals.get(id);
      if (!running) {
        running = renew(refused).finally(() => renewals.delete(id));
        renewals.set(id, running);
      }
      adopt(await running);
    }
  }

  /** One replica renews; the others look at the row until the new token is there, and go on with it. */
  async function renew(before: unknown): Promise<Standing> {
    const ends = performance.now() + (deps.renewalPatience ?? PATIENCE);
    for (;;) {
      const claim = await claimRenewal(deps.warehouse, id, CLAIM, { evenRefused });
      if (!claim) throw removed();
      if (claim.claimed) return perform(claim.standing, before);
      if (claim.standing.status === 'reconnect' && !evenRefused) throw blocked(claim.standing);
      if (!same(open(claim.standing), before)) return claim.standing;
      if (performance.now() >= ends) throw beingRenewed();
      await after(50 + 100 * Math.random());
    }
  }

  async function perform(claim: Standing, before: unknown): Promise<Standing> {
    let ended = false;
    try {
      const stored = open(claim);
      if (!same(stored, before)) return claim;
      const spec = auth.renew({ settings, credentials: stored });
      if (spec === null) throw new Failure('credential', 'the credentials it has now cannot be renewed');
      const reply = await paced(spec, claim, stored);
      const renewed = renewedBy(reply, stored);
      const saved = await store(claim, renewed);
      ended = true;
      return saved;
    } catch (thrown) {
      // Before the claim ends: nobody else may find it free and ask the platform the same again.
      if (thrown instanceof Failure && thrown.kind === 'credential') throw await stopped(claim, thrown);
      throw thrown;
    } finally {
      // Without it the claim lapses by itself.
      if (!ended)
        await releaseRenewal(deps.warehouse, claim).catch((error: unknown) => {
          deps.logger.warn(
            { connection: name, error },
            'a renewal’s claim could not be given back; it lapses',
          );
        });
    }
  }

  async function paced(spec: CallSpec, claim: Standing, stored: unknown): Promise<Reply> {
    const lease = await deps.limiter.acquire({
      account: id,
      operation: spec.operation,
      lane: 'live',
      spender: 'token',
      weight: spec.weight ?? 1,
      limits: auth.limits ?? limitsOf(platform.limits, connection.settings),
      maxWaitMs: PATIENCE,
      signal: new AbortController().signal,
      now: () => deps.now().getTime(),
    });
    let outcome: Parameters<typeof lease.release>[0] = { charged: 0 };
    try {
      if (!(await holdRenewal(deps.warehouse, claim, CLAIM)))
        throw new Failure(
          'transient',
          'the renewal of the token passed to another worker; it is tried again',
        );
      outcome = {};
      // No run's signal: what the platform answered must be stored, whoever has lost interest.
      const reply = await exchange(
        spec,
        // Where a used token is still taken, a reply that was lost can be asked for again at once.
        { idempotent: auth.grace !== undefined, timeoutMs: CALL_TIMEOUT },
        AbortSignal.timeout(CALLS_TIMEOUT),
      );
      const failure = judgedWithout(reply, stored, refusal);
      if (failure?.kind === 'throttled')
        outcome = { throttledUntil: failure.retryAt ?? later(deps.now(), ASK_AGAIN) };
      if (failure) throw failure;
      return reply;
    } finally {
      await lease.release(outcome);
    }
  }

  /** What the platform says of a renewal, RFC 6749's errors included, whatever their status. */
  function refusal(reply: Reply): Failure | null {
    const failure = classify(reply, deps.now(), (one, at) => platform.classify(one, at)) ?? null;
    const error = oauthError(reply.body);
    if (error === null || (failure && failure.kind !== 'refused')) return failure;
    return new Failure(
      'credential',
      `the platform does not renew the token (${error}): connect the account again`,
    );
  }

  function renewedBy(reply: Reply, stored: unknown): unknown {
    try {
      // Read as the stored ones are, so that the two can be compared: the platform's code may spell them otherwise.
      return parse(
        platform,
        'credentials',
        auth.renewed({ credentials: stored, body: reply.body, now: deps.now() }),
        connection,
      );
    } catch (thrown) {
      if (thrown instanceof Failure && thrown.kind !== 'config') throw thrown;
      throw new Failure(
        'transient',
        `${platform.title} answered the renewal without a token that can be used`,
        {
          cause: thrown,
        },
      );
    }
  }

  /** Saved before it is used, however long the database is away: until then only this process knows the token. */
  async function store(claim: Standing, renewed: unknown): Promise<Standing> {
    const ends = performance.now() + STORING;
    for (let wait = 100; ; wait = Math.min(1000, wait * 2)) {
      try {
        const saved = await saveRenewed(deps.warehouse, deps.ring, claim, renewed, deps.now());
        if (saved) {
          deps.logger.info({ connection: name }, 'token renewed');
          return saved;
        }
        deps.logger.warn({ connection: name }, 'a renewal was overtaken by a newer one and is dropped');
        const now = await readStanding(deps.warehouse, id);
        if (!now) throw removed();
        return now;
      } catch (thrown) {
        const failure = databaseFailure(thrown);
        if (!(failure instanceof Failure) || failure.kind !== 'transient') throw thrown;
        if (performance.now() > ends)
          throw new Failure(
            'transient',
            'the renewed token could not be stored: Postgres was away too long',
            {
              cause: thrown,
            },
          );
        await after(milliseconds(wait));
      }
    }
  }

  async function stopped(at: Standing, failure: Failure): Promise<Failure> {
    const said = redactText(failure.detail ? `${failure.message} (${failure.detail})` : failure.message);
    const marked = await markReconnect(deps.warehouse, { id, renewal: at.renewal, reason: said }, deps.now());
    return marked ? new Blocked(failure.message, failure) : replaced(failure);
  }

  const replaced = (cause: Failure): Failure =>
    new Failure('transient', 'the credentials were replaced meanwhile; it is tried again with the new ones', {
      cause,
    });

  return {
    get held() {
      return held;
    },
    look,
    ready,
    async insteadOf(refused) {
      if (!same(held, refused)) return true;
      if (auth.renew({ settings, credentials: held }) === null) return false;
      await replace(refused);
      return !same(held, refused);
    },
    async tend(why) {
      const when = due();
      if (!when) return false;
      const now = deps.now();
      // One that is dead, or was never granted, waits for the first call that needs it.
      if (why === 'ahead') return when.from <= now && when.deadAt > now && ready();
      await replace(held);
      return true;
    },
    async refused(used, failure) {
      const row = await readStanding(deps.warehouse, id);
      if (!row) return removed();
      if (!same(open(row), used)) return replaced(failure);
      if (row.status === 'reconnect') return new Blocked(failure.message, failure);
      if (row.renewingUntil !== null && row.renewingUntil > deps.now()) return beingRenewed();
      return stopped(row, failure);
    },
  };
}

const OAUTH_ERRORS = new Set(['invalid_grant', 'invalid_client', 'unauthorized_client']);

function oauthError(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('error' in body)) return null;
  return typeof body.error === 'string' && OAUTH_ERRORS.has(body.error) ? body.error : null;
}

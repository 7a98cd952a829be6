import { setTimeout as after } from 'node:timers/promises';
import type { Warehouse } from '#warehouse';
import { Redis } from 'ioredis';
import type { Child } from './children.js';
import type { Crew } from './crew.js';
import { told, type Fault, type PlatformTrouble, type Timed, type Victim } from './faults.js';
import type { Links } from './links.js';
import type { Sandbox } from './sandbox.js';
import type { Servers } from './servers.js';
import type { Signs } from './signs.js';

export interface Struck extends Timed {
  /** When it was really done, since the storm's start. */
  readonly doneMs: number;
  /** False where there was nothing to strike at that moment. */
  readonly hit: boolean;
}

interface Field {
  readonly crew: Crew;
  readonly links: Links;
  readonly servers: Servers;
  readonly sandbox: Sandbox;
  readonly signs: Signs;
  readonly warehouse: Pick<Warehouse, 'query'>;
  readonly queuePrefix: string;
  readonly say: (line: string) => void;
}

/** Does what the plan says, at its times: one thing after another to each victim, everything else at once. */
export class Strikes {
  readonly done: Struck[] = [];
  private readonly lanes = new Map<string, Promise<void>>();
  /** Faults of platforms that were begun and not ended. */
  private readonly standing = new Set<readonly object[]>();
  readonly complaints: string[] = [];

  constructor(private readonly field: Field) {}

  /** Answers when the last fault of the plan is over. */
  async run(plan: readonly Timed[], startedAt: number, stop: AbortSignal): Promise<void> {
    for (const timed of plan) {
      const left = startedAt + timed.atMs - performance.now();
      if (left > 0) await after(left, undefined, { signal: stop }).catch(() => undefined);
      if (stop.aborted) break;
      const lane = laneOf(timed.fault);
      const before = this.lanes.get(lane) ?? Promise.resolve();
      const work = before.then(() => this.one(timed, startedAt, stop));
      this.lanes.set(lane, work);
    }
    await Promise.all(this.lanes.values());
  }

  private async one(timed: Timed, startedAt: number, stop: AbortSignal): Promise<void> {
    if (stop.aborted) return;
    const doneMs = Math.round(performance.now() - startedAt);
    this.field.say(`${seconds(doneMs)}  ${told(timed.fault)}`);
    try {
      const hit = await this.strike(timed.fault, (ms) =>
        after(ms, undefined, { signal: stop }).catch(() => undefined),
      );
      this.done.push({ ...timed, doneMs, hit });
    } catch (thrown) {
      this.complaints.push(
        `${told(timed.fault)}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      );
    }
  }

  /** True where it struck. Whatever it began it has ended when it answers. */
  private async strike(fault: Fault, pause: (ms: number) => Promise<void>): Promise<boolean> {
    const { crew, links, servers } = this.field;
    switch (fault.kind) {
      case 'kill': {
        const hit = await crew.kill(fault.victim);
        await pause(fault.forMs);
        if (hit) await crew.start(fault.victim);
        return hit;
      }
      case 'freeze': {
        const child = crew.child(fault.victim);
        if (!child?.alive) return false;
        if (fault.victim === 'scheduler') child.signal('SIGSTOP');
        else await this.freezeAtWork(child);
        await pause(fault.forMs);
        child.signal('SIGCONT');
        await this.zombieWrites(fault.victim);
        return child.alive;
      }
      case 'kill-redis':
      case 'kill-postgres': {
        const server = fault.kind === 'kill-redis' ? servers.redis : servers.postgres;
        await server.kill();
        await pause(fault.forMs);
        await server.start();
        return true;
      }
      case 'flush':
        await this.onRedis((redis) => redis.flushall());
        this.field.signs.redisEmptied();
        return true;
      case 'break-schedule':
        return this.onRedis((redis) => breakSchedule(redis, this.field.queuePrefix, fault.pick));
      case 'network':
        links.set(fault.victim, fault.target, fault.direction, fault.weather);
        await pause(fault.forMs);
        links.set(fault.victim, fault.target, fault.direction, null);
        return true;
      case 'platform':
        return this.trouble(fault.trouble, () => pause(fault.forMs));
    }
  }

  private async trouble(trouble: PlatformTrouble, pause: () => Promise<void>): Promise<boolean> {
    const { sandbox } = this.field;
    switch (trouble.kind) {
      case 'replies':
        await this.whileStanding(trouble.faults, pause);
        return true;
      case 'expire':
        await sandbox.knobs({ account: trouble.account, tokens: 'expire' });
        return true;
      case 'once':
        await sandbox.knobs({ account: trouble.account, refreshTokens: 'once' });
        await sandbox.knobs({ account: trouble.account, tokens: 'expire' });
        await this.whileStanding(
          [{ kind: 'reset', path: `/${trouble.account}/admin/oauth/access_token`, after: true, next: 1 }],
          pause,
        );
        await sandbox.knobs({ account: trouble.account, refreshTokens: 'until-used' });
        return true;
      case 'corrupt':
        return sandbox.corrupt(trouble.account, trouble.stream, async () => {
          await pause();
          await this.untilQuarantined(trouble.account);
        });
      case 'skew':
        await sandbox.knobs({ clockOffsetMs: trouble.offsetMs });
        await pause();
        await sandbox.knobs({ clockOffsetMs: 0 });
        return true;
    }
  }

  private async whileStanding(faults: readonly object[], pause: () => Promise<void>): Promise<void> {
    const turn = (): Promise<unknown> => this.field.sandbox.knobs({ faults: [...this.standing].flat() });
    this.standing.add(faults);
    await turn();
    await pause();
    this.standing.delete(faults);
    await turn();
  }

  /** What comes next may be a kill: what came back gets its time to try what it had in hand. */
  private async zombieWrites(victim: Victim): Promise<void> {
    const before = this.field.signs.refusedTo(victim);
    const ends = performance.now() + ZOMBIE_MS;
    while (performance.now() < ends && this.field.signs.refusedTo(victim) === before) await after(50);
  }

  /** Until a record of that account's is in the quarantine: a broken one must be read before it is mended. */
  private async untilQuarantined(account: string): Promise<void> {
    const ends = performance.now() + READ_MS;
    const there = async (): Promise<boolean> => {
      const rows = await this.field.warehouse.query(
        `select 1 from quarantine q join connections c on c.id = q.connection_id where c.name = $1 and q.state = 'open' limit 1`,
        [account],
      );
      return rows.length > 0;
    };
    while (performance.now() < ends && !(await there().catch(() => false))) await after(250);
  }

  /** Stops the worker in the middle of a run, where it has one within a few seconds: a zombie must have something to write. */
  private async freezeAtWork(child: Child): Promise<void> {
    const ends = performance.now() + AT_WORK_MS;
    for (;;) {
      child.signal('SIGSTOP');
      if (performance.now() > ends || (await this.isAtWork(child))) return;
      child.signal('SIGCONT');
      await after(50);
    }
  }

  private async isAtWork({ pid }: Child): Promise<boolean> {
    const at = (): Promise<{ id: string; pages: number }[]> =>
      this.field.warehouse.query(
        `select id, pages from runs where state = 'running' and worker like '%-' || $1 order by id`,
        [String(pid)],
      );
    try {
      const before = await at();
      // What it had sent before it was stopped is committed by then.
      await after(100);
      return before.length > 0 && JSON.stringify(await at()) === JSON.stringify(before);
    } catch {
      // Postgres is away.
      return false;
    }
  }

  /**
   * Does once more, where nothing else is wrong, what the plan wanted to be met and was not: what befell Redis may have
   * mended every broken schedule before the scheduler looked, and a busy machine may have made no call in time to be
   * told that it was one too many, and read no broken record.
   */
  async makeUpFor(plan: readonly Timed[]): Promise<void> {
    if (plan.some(({ fault }) => fault.kind === 'break-schedule')) await this.breakUntilRevived(60_000);
    const throttles = plan.find(({ fault }) => saysTooMany(fault));
    if (throttles) await this.strikeUntil(throttles.fault, async () => this.field.signs.met['429']! > 0);
    const corrupt = plan.find(({ fault }) => fault.kind === 'platform' && fault.trouble.kind === 'corrupt');
    if (!corrupt) return;
    await this.strikeUntil(corrupt.fault, async () => {
      const kept = await this.field.warehouse.query('select 1 from quarantine limit 1');
      return kept.length > 0;
    });
  }

  /** Nothing where it was met before; at most three times for as long as a stream may wait to be read. */
  private async strikeUntil(fault: Fault, isMet: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 3 && !(await isMet()); tries++) {
      const ends = performance.now() + READ_MS;
      await this.strike(fault, async () => {
        while (performance.now() < ends && !(await isMet())) await after(250);
      });
    }
  }

  /** Until the scheduler was seen to revive one, or the time is up. */
  private async breakUntilRevived(deadlineMs: number): Promise<void> {
    const { signs, queuePrefix } = this.field;
    const ends = performance.now() + deadlineMs;
    for (let pick = 0; !signs.met['scheduler repair'] && performance.now() < ends; pick = (pick + 0.37) % 1) {
      await this.onRedis((redis) => breakSchedule(redis, queuePrefix, pick));
      const looksAgain = Math.min(ends, performance.now() + 10_000);
      while (!signs.met['scheduler repair'] && performance.now() < looksAgain) await after(100);
    }
  }

  /** On the server itself, past every proxy. */
  private async onRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.field.servers.redis.url);
    redis.on('error', () => undefined);
    try {
      return await work(redis);
    } finally {
      redis.disconnect();
    }
  }
}

/** How long to wait for a worker to have a run under way. */
const AT_WORK_MS = 5000;
/** How long what was frozen may take to see that its run is another's. */
const ZOMBIE_MS = 3000;
/** How long a broken record may wait for its stream to be read: a few cadences. */
const READ_MS = 60_000;

const saysTooMany = (fault: Fault): boolean =>
  fault.kind === 'platform' &&
  fault.trouble.kind === 'replies' &&
  fault.trouble.faults.some(({ kind, status }) => kind === 'status' && status === 429);

/** What may not happen at the same time shares a lane. */
function laneOf(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
    case 'freeze':
      return fault.victim;
    case 'kill-redis':
    case 'flush':
    case 'break-schedule':
      return 'redis';
    case 'kill-postgres':
      return 'postgres';
    case 'network':
      return `${fault.target}/${fault.direction}`;
    case 'platform': {
      const { trouble } = fault;
      return 'account' in trouble ? `${trouble.kind}/${trouble.account}` : trouble.kind;
    }
  }
}

/**
 * Takes away the one job by which a schedule goes on, as soon as there is one to take: Redis may be empty until the
 * scheduler is back. False where none came.
 */
async function breakSchedule(redis: Redis, prefix: string, pick: number): Promise<boolean> {
  const ends = performance.now() + READ_MS;
  for (;;) {
    const taken = await takeTick(redis, `${prefix}:ticks`, pick);
    if (taken || performance.now() > ends) return taken;
    await after(250);
  }
}

/** Of the schedules that tick most often: it takes two spans until one is missed. */
async function takeTick(redis: Redis, ticks: string, pick: number): Promise<boolean> {
  const waiting = (await redis.zrange(`${ticks}:delayed`, 0, -1)).filter((id) => id.startsWith('repeat:'));
  const everyMs = await Promise.all(
    waiting.map(async (id) =>
      Number(await redis.hget(`${ticks}:${id.slice(0, id.lastIndexOf(':'))}`, 'every')),
    ),
  );
  const least = Math.min(...everyMs);
  const often = waiting.filter((_, i) => everyMs[i] === least);
  const id = often.sort()[Math.floor(pick * often.length)];
  if (id === undefined) return false;
  const taken = await redis.zrem(`${ticks}:delayed`, id);
  await redis.del(`${ticks}:${id}`);
  return taken > 0;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2).padStart(7)} s`;

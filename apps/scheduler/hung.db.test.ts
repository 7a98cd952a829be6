import { later, minutes, seconds } from '#kernel';
import { openQueues, type Closable, type Queues } from '#queue';
import { beat, heartbeats } from '#warehouse';
import { openTestEngine, type TestEngine } from '../../tests/engine.js';
import { fakePlatform, FakeShop } from '../../tests/fake-platform.js';
import { describeDb } from '../../tests/postgres.js';
import { deposeHung, startScheduler } from './index.js';
import { leaderLock } from './leader.js';
import { until } from '../../tests/until.js';

const platform = fakePlatform();

describeDb('a leader that hangs', () => {
  let db: TestEngine;
  let queues: Queues;
  const schedulers: Closable[] = [];
  beforeEach(async () => {
    db = await openTestEngine(platform, new FakeShop());
    queues = openQueues({
      store: { kind: 'postgres', url: db.url },
      platforms: ['fake'],
      onError: () => undefined,
    });
  });
  afterEach(async () => {
    await Promise.all(schedulers.splice(0).map((one) => one.close(seconds(5))));
    await queues.close();
    await db.close();
  });

  const start = (process: string, more: Partial<Parameters<typeof startScheduler>[0]> = {}): void => {
    const { warehouse, logger } = db.engine;
    const scheduler = startScheduler({
      warehouse,
      queues,
      logger,
      platforms: [platform],
      settings: new Map(),
      everyMs: 20,
      now: () => new Date(),
      process,
      ...more,
    });
    schedulers.push(scheduler);
  };
  const leading = async () =>
    (await heartbeats(db.engine.warehouse)).filter(({ part, leads }) => part === 'scheduler' && leads);

  it('gives the lead away, and another scheduler takes it', async () => {
    let asked!: () => void;
    const hung = new Promise<void>((resolve) => (asked = resolve));
    const stuck: Queues = {
      ...queues,
      schedules: () => {
        asked();
        return new Promise(() => undefined);
      },
    };
    start('stuck', { queues: stuck, patienceMs: 300 });
    await hung;
    start('well');
    await until(leading, (rows) => rows.some(({ process }) => process === 'well'));
    expect(db.logged.join()).toContain('gave the lead away');
  });

  it('is deposed by another where it cannot do that itself', async () => {
    const { warehouse, logger } = db.engine;
    const frozen = leaderLock(db.url);
    expect(await frozen.lead()).toBe(true);
    const at = new Date();
    const sign = { part: 'scheduler', platforms: [], slots: 0, meters: null } as const;
    await beat(warehouse, { ...sign, process: 'frozen', leads: true }, at);
    const other = leaderLock(db.url);
    const depose = (now: Date) => deposeHung({ warehouse, logger, now: () => now }, other, minutes(2));
    expect(await depose(later(at, minutes(2) - 1))).toBe(false);
    expect(await depose(later(at, minutes(2)))).toBe(true);
    await until(
      () => other.lead(),
      (leads) => leads,
    );
    expect(await frozen.lead().catch(() => false)).toBe(false);
    expect(db.logged.join()).toContain('the leader frozen showed no sign of life since');
    // Nobody is deposed on the word of a row alone.
    expect(await depose(later(at, minutes(9)))).toBe(false);
    await Promise.all([frozen.close(), other.close()]);
  });

  it('does not keep a scheduler from closing', async () => {
    const stuck: Queues = { ...queues, schedules: () => new Promise(() => undefined) };
    start('stuck', { queues: stuck });
    await schedulers.pop()!.close(50);
  });
});

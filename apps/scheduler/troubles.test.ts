import { days, hours, later, minutes } from '#kernel';
import type { FreshnessRow, Wait, WaitFacts } from '#warehouse';
import { troubles, WATCHED, type Sights } from './troubles.js';

const NOW = new Date('2026-11-21T14:00:00.000Z');

const run = (more: Partial<WaitFacts> = {}): WaitFacts => ({
  id: 'run-1',
  state: 'queued',
  stream: 'shopify.orders',
  connectionId: 'conn_1',
  connection: 'shop',
  platform: 'shopify',
  connectionStatus: 'active',
  statusReason: null,
  attempt: 0,
  pages: 0,
  notBefore: null,
  dueAt: later(NOW, -minutes(6)),
  reason: null,
  failure: null,
  failureKind: null,
  worker: null,
  leaseUntil: null,
  workerAlive: false,
  otherRun: null,
  otherWorker: null,
  otherSince: null,
  backfillId: null,
  backfillState: null,
  parallel: null,
  turn: null,
  ahead: 0,
  busy: 0,
  slots: 0,
  workerSeenAt: later(NOW, -minutes(6)),
  ...more,
});
const wait = (kind: Wait['kind'], text = 'because'): Wait => ({ kind, text, until: null, behind: 0 });
const due = {
  id: 'shopify.orders@conn_1',
  platform: 'shopify',
  connectionId: 'conn_1',
  connection: 'shop',
  stream: 'shopify.orders',
  cadence: { every: minutes(15) },
  unavailable: false,
};
const fresh = (more: Partial<FreshnessRow>): FreshnessRow => ({
  connectionId: 'conn_1',
  connection: 'shop',
  stream: 'shopify.orders',
  checkpointAt: null,
  lastSuccessAt: null,
  lastState: null,
  lastFailure: null,
  runningSince: null,
  openQuarantine: 0,
  comparedAt: null,
  drift: null,
  comparisonFailure: null,
  notice: null,
  unavailable: false,
  ...more,
});
const found = (seen: Partial<Sights>) => {
  const alerts = troubles(
    {
      waits: [],
      declared: [],
      freshness: [],
      madeAt: new Map([['conn_1', later(NOW, -days(9))]]),
      heals: new Map(),
      deaths: new Map(),
      ...seen,
    },
    NOW,
  );
  for (const { key } of alerts) expect(key).toMatch(WATCHED);
  return alerts;
};

describe('a queue that nobody works on', () => {
  it('is a trouble once for all its runs, after five minutes', () => {
    const waits = [
      { run: run(), wait: wait('no-worker') },
      { run: run({ id: 'run-2', dueAt: NOW }), wait: wait('no-worker') },
    ];
    const [alert, ...more] = found({ waits });
    expect(more).toEqual([]);
    expect(alert).toMatchObject({ key: 'no-worker/shopify', severity: 'critical' });
    expect(alert?.detail).toBe(
      'Runs have waited since 13:54:00 UTC and no worker was seen since 13:54:00 UTC. Start one (npx stratus worker, or docker compose up -d --scale worker=2); if one runs, its log says why it shows no sign of life.',
    );
  });

  it('is none while a worker may only be restarting, or has just been asked for', () => {
    const soon = later(NOW, -minutes(5) + 1);
    expect(found({ waits: [{ run: run({ workerSeenAt: soon }), wait: wait('no-worker') }] })).toEqual([]);
    expect(found({ waits: [{ run: run({ dueAt: soon }), wait: wait('no-worker') }] })).toEqual([]);
    expect(
      found({ waits: [{ run: run({ workerSeenAt: null, dueAt: soon }), wait: wait('no-worker') }] }),
    ).toEqual([]);
  });

  it('is another trouble where somebody paused it, and none where the connection is paused', () => {
    const old = { dueAt: later(NOW, -minutes(16)) };
    expect(found({ waits: [{ run: run(old), wait: wait('paused') }] })).toMatchObject([
      { key: 'queue-paused/shopify', severity: 'warning' },
    ]);
    expect(found({ waits: [{ run: run(), wait: wait('paused') }] })).toEqual([]);
    expect(
      found({ waits: [{ run: run({ ...old, connectionStatus: 'paused' }), wait: wait('paused') }] }),
    ).toEqual([]);
  });
});

describe('a run that waits though a worker is free', () => {
  it('is a trouble when three new jobs did not help', () => {
    const waits = [{ run: run(), wait: wait('next') }];
    expect(found({ waits, heals: new Map([['run-1', 2]]) })).toEqual([]);
    expect(found({ waits, heals: new Map([['run-1', 3]]) })).toMatchObject([
      { key: 'run-stuck/run-1', severity: 'critical', connectionId: 'conn_1', stream: 'shopify.orders' },
    ]);
    expect(found({ waits: [{ run: run(), wait: wait('quota') }], heals: new Map([['run-1', 3]]) })).toEqual(
      [],
    );
  });
});

describe('a stream that is late', () => {
  const late = fresh({ lastSuccessAt: later(NOW, -minutes(91)) });
  const declared = [due];

  it('is a trouble far past its cadence, with the reason of its waiting run', () => {
    const inTime = fresh({ lastSuccessAt: later(NOW, -minutes(90) + 1) });
    expect(found({ declared, freshness: [inTime] })).toEqual([]);
    const waits = [{ run: run(), wait: wait('quota', 'quota until 14:32:00 UTC: spent') }];
    expect(found({ declared, freshness: [late], waits })).toMatchObject([
      {
        key: 'stream-late/shopify.orders@conn_1',
        detail:
          'Last read whole 12:29:00 UTC. quota until 14:32:00 UTC: spent. See npx stratus runs and npx stratus status.',
      },
    ]);
    expect(found({ declared, freshness: [{ ...late, lastFailure: 'HTTP 400' }] })[0]?.detail).toContain(
      'HTTP 400',
    );
    expect(found({ declared, freshness: [late] })[0]?.detail).toContain('is a scheduler running?');
  });

  it('has by its own cadence longer or less', () => {
    const daily = [{ ...due, cadence: { pattern: '0 3 * * *' } }];
    expect(found({ declared: daily, freshness: [fresh({ lastSuccessAt: later(NOW, -hours(71)) })] })).toEqual(
      [],
    );
    expect(
      found({ declared: daily, freshness: [fresh({ lastSuccessAt: later(NOW, -hours(73)) })] }),
    ).toHaveLength(1);
  });

  it('counts from its connection’s first day where it was never read', () => {
    expect(found({ declared })).toHaveLength(1);
    expect(found({ declared, madeAt: new Map([['conn_1', later(NOW, -minutes(80))]]) })).toEqual([]);
    expect(found({ declared: [], freshness: [late] })).toEqual([]);
  });

  it('is none while its pages come', () => {
    expect(found({ declared, freshness: [{ ...late, runningSince: NOW }] })).toEqual([]);
    const yielded = [{ run: run({ pages: 12 }), wait: wait('behind') }];
    expect(found({ declared, freshness: [late], waits: yielded })).toEqual([]);
    const failing = [{ run: run({ pages: 12, failure: 'HTTP 502' }), wait: wait('backoff') }];
    expect(found({ declared, freshness: [late], waits: failing })).toHaveLength(1);
  });
});

describe('a schedule that dies', () => {
  it('is a trouble the third time in a day', () => {
    const deaths = (n: number) => new Map([[due.id, Array.from({ length: n }, () => NOW)]]);
    expect(found({ declared: [{ ...due }], deaths: deaths(2), madeAt: new Map() })).toEqual([]);
    expect(found({ declared: [{ ...due }], deaths: deaths(3), madeAt: new Map() })).toMatchObject([
      { key: 'schedule-dies/shopify.orders@conn_1', severity: 'warning' },
    ]);
  });
});

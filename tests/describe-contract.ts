import { createSender, type Sender } from '#http';
import { days, earlier, later, minutes } from '#kernel';
import type { Platform, Stream, Window } from '#sync';
import {
  findCheckpoint,
  insertBackfill,
  reloadConnection,
  type ConnectionRow,
  type RunRow,
} from '#warehouse';
import { openTestEngine, type TestEngine } from './engine.js';
import { describeDb } from './postgres.js';
import { witness, type Description, type Witness } from './witness.js';
import type { Simulator } from '../apps/sandbox/simulator.js';

/** A running stand-in of the platform, and the strings to pull on it. */
export interface Stage {
  readonly baseUrl: string;
  /** What answers there. */
  readonly simulator: Pick<Simulator, 'handle'>;
  readonly settings: object;
  readonly credentials: object;
  /** Texts that nobody may ever read: tokens, secrets. */
  readonly secrets: readonly string[];
  /** How many records of a stream there are. */
  records(stream: string): number;
  /** How many things its list is of, where records are not listed themselves (parcels, of orders); by default the records. */
  listed?(stream: string): number;
  /** How many rows of each table they make. */
  rows(stream: string): Readonly<Record<string, number>>;
  /** Changes so many records of a stream, all in one instant. */
  touch(stream: string, count: number): void;
  /** What the next calls meet instead of an answer. */
  fault(kind: 'throttled' | 'failing' | 'html' | 'reset' | 'truncated', calls: number): void;
  /** Breaks one record of the stream on the wire, until it is mended. */
  corrupt(stream: string): void;
  mend(): void;
  /** Tokens end: `expire` those that can be renewed, `revoke` all. */
  tokens(end: 'expire' | 'revoke'): void;
  close(): Promise<void>;
}

export type OpenStage = (shape: {
  /** About how many records; exactly so many where that is the platform's main stream. */
  readonly records: number;
  readonly now: () => number;
}) => Promise<Stage>;

type Case =
  | 'empty'
  | 'exactly full'
  | 'ties'
  | 'edits while reading'
  | 'throttled'
  | 'expired token'
  | 'dead token'
  | 'bad record';

type SliceWindow = Window & { readonly from: Date };

/** All that can be asked for in three slices, the most recent first; none where a stream tells no changes. */
function slicesOf({ cursor }: Stream, now: Date): SliceWindow[] {
  if (!cursor) return [];
  const to = earlier(now, cursor.settle ?? 0);
  const from = cursor.reach === undefined ? new Date('2015-01-01T00:00:00Z') : earlier(now, cursor.reach);
  const starts = [from, earlier(now, days(30)), earlier(now, days(7))];
  const ends = [...starts.slice(1).map((start) => earlier(start, cursor.grain ?? 1)), to];
  return starts.map((start, i) => ({ from: start, to: ends[i]! })).reverse();
}

/** The same promises of every connector, against its own stand-in, through the real engine, door and network. */
export function describeContract(
  platform: Platform,
  open: OpenStage,
  {
    described,
    skip = {},
  }: {
    /** By which every call and every reply of all the cases is judged; undefined where the vendor's data is not here. */
    readonly described: Description | undefined;
    /** Cases that cannot apply, each with the reason. */
    readonly skip?: Partial<Record<Case, string>>;
  },
): void {
  describeDb(`the contract of ${platform.title}`, () => {
    let db: TestEngine;
    let stage: Stage;
    let connection: ConnectionRow;
    let sender: Sender;
    const looked = new Set<string>();
    let witnesses: Witness[] = [];
    beforeAll(async () => {
      sender = createSender({ retryDelayMs: 1 });
      db = await openTestEngine(platform, sender);
    });
    afterAll(async () => {
      sender.close();
      await db.close();
    });
    afterEach(async () => {
      await stage.close();
      const wrong = witnesses.flatMap((one) => one.wrong);
      for (const { seen } of witnesses) for (const operation of seen.keys()) looked.add(operation);
      witnesses = [];
      expect(wrong).toEqual([]);
    });

    const start = async (records: number): Promise<void> => {
      stage = await open({ records, now: () => db.clock.now.getTime() });
      witnesses.push(witness(stage.simulator, described));
      connection = await db.connect({
        settings: stage.settings as Record<string, string>,
        credentials: stage.credentials as Record<string, string>,
        baseUrl: stage.baseUrl,
        sandbox: true,
      });
    };
    const queue = async (stream: Stream, pageSize?: number, kind: RunRow['kind'] = 'incremental') => {
      const run = await db.queue(connection, { stream: stream.name, kind });
      if (pageSize !== undefined)
        await db.engine.warehouse.query('update runs set page_size = $2 where id = $1', [run.id, pageSize]);
      return run;
    };
    const run = async (stream: Stream, pageSize?: number, kind?: RunRow['kind']): Promise<RunRow> =>
      db.finish(await queue(stream, pageSize, kind));

    const tables = (stream: Stream) => [stream.into, ...stream.children.map(({ into }) => into)];
    /** Every row is here, and a comparison of every column with the platform finds nothing to change. */
    const expectWhole = async (
      stream: Stream,
      missing = 0,
      state: RunRow['state'] = 'succeeded',
    ): Promise<void> => {
      for (const { name } of tables(stream)) {
        const [counted] = await db.engine.warehouse.query<{ n: string }>(
          `select count(*) as n from "${name}" where connection_id = $1 and deleted_at is null`,
          [connection.id],
        );
        if (missing === 0)
          expect({ table: name, rows: Number(counted?.n) }).toEqual({
            table: name,
            rows: stage.rows(stream.name)[name],
          });
      }
      expect(await run(stream, undefined, 'refresh')).toMatchObject({
        state,
        records: stage.records(stream.name),
        inserted: 0,
        changed: 0,
        gone: 0,
        quarantined: missing,
      });
    };

    const streams = platform.streams.map((stream) => [stream.name, stream] as const);
    const each = (name: Case | 'one and many', test: (stream: Stream) => Promise<void>): void => {
      const reason = skip[name as Case];
      if (reason === undefined) it.each(streams)(`%s: ${name}`, (_, stream) => test(stream));
      else it.skip.each(streams)(`%s: ${name} (${reason})`, () => undefined);
    };

    each('empty', async (stream) => {
      await start(0);
      expect(await run(stream)).toMatchObject({ state: 'succeeded', records: stage.records(stream.name) });
      await expectWhole(stream);
    });

    each('one and many', async (stream) => {
      for (const records of [1, 9]) {
        await start(records);
        const done = await run(stream, stream.size.min);
        expect(done).toMatchObject({
          state: 'succeeded',
          records: stage.records(stream.name),
          changed: 0,
          gone: 0,
        });
        const rows = Object.values(stage.rows(stream.name)).reduce((a, b) => a + b, 0);
        expect(done.inserted).toBe(rows);
        await expectWhole(stream);
        expect(await run(stream)).toMatchObject({ state: 'succeeded', inserted: 0, changed: 0, gone: 0 });
        if (records === 1) await stage.close();
      }
    });

    each('exactly full', async (stream) => {
      await start(8);
      const records = stage.records(stream.name);
      const listed = stage.listed?.(stream.name) ?? records;
      let size = Math.min(listed, stream.size.start);
      while (listed % size !== 0) size--;
      const done = await db.finish(await queue(stream, size), {
        platform: { ...platform, roomy: () => false },
      });
      expect(done).toMatchObject({ state: 'succeeded', records });
      // One more where the platform does not say that there is no more.
      if (stream.each === undefined && stream.cursor?.maxSpan === undefined)
        expect([listed / size, listed / size + 1]).toContain(done.pages);
      // Each parent and each span has a last page of its own.
      else expect(done.pages).toBeGreaterThanOrEqual(listed / size);
      await expectWhole(stream);
    });

    each('ties', async (stream) => {
      await start(9);
      await run(stream);
      db.clock.now = later(db.clock.now, minutes(10));
      stage.touch(stream.name, Math.min(7, stage.records(stream.name)));
      db.clock.now = later(db.clock.now, minutes(10));
      // More of one instant than a page holds.
      expect(await run(stream, stream.size.min)).toMatchObject({ state: 'succeeded' });
      await expectWhole(stream);
    });

    each('edits while reading', async (stream) => {
      await start(9);
      let pages = 0;
      const reading = await queue(stream, stream.size.min);
      await db.finish(reading, {
        progress: async () => {
          db.clock.now = later(db.clock.now, 1000);
          if (++pages <= 3) stage.touch(stream.name, 2);
        },
      });
      db.clock.now = later(db.clock.now, minutes(10));
      expect(await run(stream)).toMatchObject({ state: 'succeeded' });
      await expectWhole(stream);
    });

    each('throttled', async (stream) => {
      await start(5);
      stage.fault('throttled', 2);
      const first = await queue(stream);
      expect((await db.attempt(first)).to).toBe('later');
      expect(await db.find(first)).toMatchObject({ state: 'snoozed', attempt: 0, failureKind: 'throttled' });
      expect(await db.finish(first)).toMatchObject({ state: 'succeeded', attempt: 1 });
      await expectWhole(stream);
    });

    it.each(
      streams.flatMap(([name, stream]) =>
        (['failing', 'html', 'reset', 'truncated'] as const).map((kind) => [name, kind, stream] as const),
      ),
    )('%s: %s, in passing', async (_, kind, stream) => {
      await start(5);
      stage.fault(kind, 3);
      expect(await run(stream)).toMatchObject({ state: 'succeeded' });
      await expectWhole(stream);
    });

    each('expired token', async (stream) => {
      await start(5);
      const first = await queue(stream, stream.size.min);
      let pages = 0;
      const done = await db.finish(first, {
        progress: async () => {
          if (++pages === 1) stage.tokens('expire');
        },
      });
      expect(done).toMatchObject({ state: 'succeeded', failure: null });
      await expectWhole(stream);
    });

    each('dead token', async (stream) => {
      await start(5);
      stage.tokens('revoke');
      expect(await run(stream)).toMatchObject({ state: 'failed', failureKind: 'credential', attempt: 1 });
      expect(await reloadConnection(db.engine.warehouse, connection.id)).toMatchObject({
        status: 'reconnect',
      });
    });

    each('bad record', async (stream) => {
      await start(9);
      stage.corrupt(stream.name);
      for (const one of witnesses) one.heeds = false;
      // A document is not done with before all of it has landed: its run is red.
      const state = stream.download ? 'failed' : 'succeeded';
      expect(await run(stream)).toMatchObject({ state, quarantined: 1 });
      await expectWhole(stream, 1, state);
      stage.mend();
      for (const one of witnesses) one.heeds = true;
      expect(await run(stream, undefined, 'refresh')).toMatchObject({ state: 'succeeded', quarantined: 0 });
      await expectWhole(stream);
      const open = await db.engine.warehouse.query(
        `select 1 from quarantine where connection_id = $1 and state = 'open'`,
        [connection.id],
      );
      expect(open).toEqual([]);
    });

    it.each(streams)('%s: killed between pages, again and again', async (_, stream) => {
      await start(9);
      const killed = await queue(stream, stream.size.min);
      for (let attempts = 0; attempts < 4; attempts++) {
        const stop = new AbortController();
        await db.attempt(killed, {
          signal: stop.signal,
          progress: async () => stop.abort(new Error('killed')),
        });
      }
      const rows = Object.values(stage.rows(stream.name)).reduce((a, b) => a + b, 0);
      expect(await db.finish(killed)).toMatchObject({
        state: 'succeeded',
        records: stage.records(stream.name),
        inserted: rows,
        changed: 0,
      });
      await expectWhole(stream);
    });

    it('a backfill in slices brings every row once and leaves the live checkpoint alone', async () => {
      await start(9);
      for (const [name, stream] of streams) {
        const windows = slicesOf(stream, db.clock.now);
        if (windows.length === 0) continue;
        const { slices } = await insertBackfill(
          db.engine.warehouse,
          {
            connectionId: connection.id,
            stream: name,
            from: windows.at(-1)!.from,
            to: windows[0]!.to,
            slice: 'month',
            parallel: 2,
            requestedBy: 'ann',
            windows,
          },
          db.clock.now,
        );
        const done: RunRow[] = [];
        for (const slice of slices) done.push(await db.finish(slice));
        const sum = (of: 'inserted' | 'changed' | 'gone'): number => done.reduce((n, one) => n + one[of], 0);
        const rows = Object.values(stage.rows(name)).reduce((a, b) => a + b, 0);
        expect({
          name,
          states: done.map(({ state, failure }) => failure ?? state),
          inserted: sum('inserted'),
          changed: sum('changed') + sum('gone'),
        }).toEqual({ name, states: done.map(() => 'succeeded'), inserted: rows, changed: 0 });
        expect(await findCheckpoint(db.engine.warehouse, connection.id, name)).toBeNull();
        await expectWhole(stream);
      }
    });

    it('nothing secret is logged, stored or told', async () => {
      await start(3);
      stage.fault('failing', 1);
      for (const [, stream] of streams) await run(stream);
      stage.tokens('revoke');
      await run(streams[0]![1]);
      const told = await Promise.all(
        ['runs', 'run_logs', 'quarantine', 'connections', 'streams'].map((table) =>
          db.engine.warehouse.query(`select * from ${table}`),
        ),
      );
      const text = `${db.logged.join('\n')}\n${JSON.stringify(told)}`;
      for (const secret of stage.secrets) expect(text.includes(secret)).toBe(false);
    });

    // The cases themselves found nothing, each as it ended.
    (described ? it : it.skip)('every call and every reply was as the vendor describes it', () => {
      expect(looked.size).toBeGreaterThanOrEqual(streams.length);
    });
  });
}

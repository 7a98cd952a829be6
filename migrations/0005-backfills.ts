import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Backfills: a past range of one stream, cut into slices that are runs of their own beside the live one. */
export class Backfills1763700000005 implements MigrationInterface {
  readonly name = 'Backfills1763700000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table backfills (
        id text primary key,
        connection_id text not null references connections (id) on delete cascade,
        stream text not null,
        window_from timestamptz not null,
        window_to timestamptz not null,
        slice text not null,
        parallel integer not null check (parallel > 0),
        state text not null default 'running'
          check (state in ('running', 'paused', 'succeeded', 'failed', 'cancelled')),
        requested_by text not null,
        created_at timestamptz not null default now(),
        finished_at timestamptz
      );
      create index backfills_open on backfills (state) where state in ('running', 'paused');
      create index backfills_recent on backfills (created_at desc);

      alter table runs
        add backfill_id text references backfills (id) on delete cascade,
        add slice integer,
        add seat integer;
      create unique index runs_slice on runs (backfill_id, slice) where backfill_id is not null;
      create index runs_slices_open on runs (backfill_id, window_to desc)
        where backfill_id is not null and state in ('queued', 'running', 'snoozed');
      -- A backfill has as many seats as slices may run at once: whatever races, no two running slices share one.
      create unique index runs_seat on runs (backfill_id, seat) where state = 'running';

      -- Slices run beside the live run and beside each other, and a comparison of ids beside them all; whatever else
      -- reads a stream does so alone.
      drop index runs_one_running;
      create unique index runs_one_running on runs (connection_id, stream)
        where state = 'running' and backfill_id is null and kind <> 'reconcile';
      create unique index runs_one_reconciling on runs (connection_id, stream)
        where state = 'running' and kind = 'reconcile';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

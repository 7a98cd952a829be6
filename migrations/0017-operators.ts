import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What operators see and set: calls and attempts of runs, schedules of their own, who sees to a failure, and indexes for their lists. */
export class Operators1763700000017 implements MigrationInterface {
  readonly name = 'Operators1763700000017';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- A schedule of a stream's own by cron, in the zone it was written for.
      alter table streams
        add cron text,
        add zone text,
        add constraint streams_one_cadence check (cron is null or every_ms is null),
        add constraint streams_zone_of_cron check ((cron is null) = (zone is null));

      -- Calls of a run, as they were answered. No foreign key: the books must not wait for the run's row.
      create table run_calls (
        id bigint generated always as identity primary key,
        run_id text not null,
        at timestamptz not null,
        operation text not null,
        method text not null,
        path text not null,
        -- Null where nothing was answered; then 'failure' says why.
        status integer,
        failure text,
        ms integer not null,
        tries integer not null
      );
      create index run_calls_run on run_calls (run_id, id);
      create index run_calls_at on run_calls using brin (at);

      create index quota_usage_minute on quota_usage using brin (minute);

      -- A worker that shows its presence by a lock: one whose lock is gone is dead.
      alter table heartbeats add present boolean not null default false;

      create table run_attempts (
        run_id text not null references runs (id) on delete cascade,
        lease integer not null,
        worker text,
        started_at timestamptz,
        ended_at timestamptz not null,
        -- What the run's row said then; 'lost' where its worker died.
        ended text not null,
        failure_kind text,
        said text,
        primary key (run_id, lease)
      );

      create index run_attempts_at on run_attempts using brin (ended_at);
      create index run_logs_at on run_logs using brin (at);

      alter table failures add assigned_to text;
      create table failure_hours (
        workspace_id text not null references workspaces (id),
        fingerprint text not null,
        hour timestamptz not null,
        count bigint not null,
        primary key (workspace_id, fingerprint, hour)
      );

      -- For how many days each kind of book is kept.
      create table retention (
        workspace_id text primary key references workspaces (id),
        calls integer not null default 7 check (calls between 1 and 366),
        logs integer not null default 90 check (logs between 1 and 3660),
        audit integer not null default 730 check (audit between 30 and 3660)
      );

      -- Lists of runs, the newest first: of a connection, and of those in one state or of one cause.
      create index runs_listed on runs (connection_id, queued_at desc, id desc);
      create index runs_listed_state on runs (connection_id, state, queued_at desc, id desc);
      create index runs_listed_cause on runs (connection_id, failure_kind, queued_at desc, id desc)
        where failure_kind is not null;
      create index runs_listed_failed on runs (connection_id, stream, queued_at desc, id desc) where state = 'failed';
      create index quarantine_listed on quarantine (connection_id, state, last_seen_at desc, id desc);
      create index backfills_listed on backfills (connection_id, created_at desc, id desc);
      create index audit_log_subject on audit_log (workspace_id, subject, id desc) where subject is not null;

      -- What people look orders up by.
      create index ix_orders_listed on orders (connection_id, purchase_date desc, source_id desc);
      create index ix_orders_email on orders (lower(email)) where email is not null;
      create index ix_orders_customer_id on orders (customer_id) where customer_id is not null;
      create index ix_orders_tracking_number on orders (tracking_number) where tracking_number is not null;
      create index ix_shopify_customers_name on shopify_customers (lower(display_name) text_pattern_ops);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

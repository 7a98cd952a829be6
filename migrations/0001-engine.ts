import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Workspaces, users, connections, checkpoints, runs, quarantine, audit log. */
export class Engine1763700000001 implements MigrationInterface {
  readonly name = 'Engine1763700000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table workspaces (
        id text primary key,
        name text not null,
        created_at timestamptz not null default now()
      );
      insert into workspaces (id, name) values ('default', 'Default');

      create table users (
        id text primary key,
        workspace_id text not null references workspaces (id),
        name text not null,
        password_hash text not null,
        role text not null check (role in ('viewer', 'operator', 'admin')),
        created_at timestamptz not null default now(),
        unique (workspace_id, name)
      );

      create table sessions (
        id_hash text primary key,
        user_id text not null references users (id) on delete cascade,
        csrf text not null,
        created_at timestamptz not null default now(),
        expires_at timestamptz not null
      );

      create table connections (
        id text primary key,
        workspace_id text not null references workspaces (id),
        platform text not null,
        name text not null,
        status text not null default 'active' check (status in ('active', 'paused', 'reconnect')),
        status_reason text,
        settings jsonb not null default '{}',
        base_url text,
        sandbox boolean not null default false,
        credentials text not null,
        renewing_until timestamptz,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        unique (workspace_id, name)
      );

      create table streams (
        connection_id text not null references connections (id) on delete cascade,
        stream text not null,
        enabled boolean,
        every_ms bigint,
        lookback_ms bigint,
        notice text,
        notice_at timestamptz,
        primary key (connection_id, stream)
      );

      create table checkpoints (
        connection_id text not null references connections (id) on delete cascade,
        stream text not null,
        cursor_at timestamptz not null,
        run_id text not null,
        updated_at timestamptz not null default now(),
        primary key (connection_id, stream)
      );

      create table runs (
        id text primary key,
        connection_id text not null references connections (id) on delete cascade,
        stream text not null,
        kind text not null check (kind in ('incremental', 'backfill', 'refresh')),
        trigger text not null check (trigger in ('schedule', 'manual')),
        slot timestamptz,
        state text not null default 'queued'
          check (state in ('queued', 'running', 'snoozed', 'succeeded', 'failed', 'cancelled')),
        dry boolean not null default false,
        window_from timestamptz,
        window_to timestamptz,
        place jsonb,
        cursor_at timestamptz,
        page_size integer,
        lease integer not null default 0,
        lease_until timestamptz,
        worker text,
        attempt integer not null default 0,
        not_before timestamptz,
        reason text,
        pages integer not null default 0,
        calls integer not null default 0,
        records integer not null default 0,
        inserted integer not null default 0,
        changed integer not null default 0,
        same integer not null default 0,
        gone integer not null default 0,
        quarantined integer not null default 0,
        failure_kind text,
        failure text,
        queued_at timestamptz not null default now(),
        started_at timestamptz,
        finished_at timestamptz,
        busy_ms bigint not null default 0,
        unique (connection_id, stream, slot)
      );
      create unique index runs_one_running on runs (connection_id, stream) where state = 'running';
      create index runs_open on runs (state, lease_until) where state in ('queued', 'running', 'snoozed');
      create index runs_recent on runs (connection_id, stream, queued_at desc);
      create index runs_finished on runs (finished_at desc);

      create table run_logs (
        id bigint generated always as identity primary key,
        run_id text not null references runs (id) on delete cascade,
        at timestamptz not null default now(),
        level text not null check (level in ('info', 'warn', 'error')),
        message text not null
      );
      create index run_logs_run on run_logs (run_id, id);

      create table quarantine (
        id bigint generated always as identity primary key,
        connection_id text not null references connections (id) on delete cascade,
        stream text not null,
        record_key text not null,
        run_id text not null,
        page integer not null,
        payload jsonb not null,
        reason text not null,
        state text not null default 'open' check (state in ('open', 'landed')),
        times integer not null default 1,
        first_seen_at timestamptz not null default now(),
        last_seen_at timestamptz not null default now(),
        unique (connection_id, stream, record_key)
      );
      create index quarantine_open on quarantine (connection_id, stream) where state = 'open';

      create table audit_log (
        id bigint generated always as identity primary key,
        workspace_id text not null references workspaces (id),
        at timestamptz not null default now(),
        actor text not null,
        action text not null,
        subject text,
        outcome text not null
      );
      create index audit_log_recent on audit_log (workspace_id, at desc);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

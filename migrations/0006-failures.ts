import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The error desk: runs and quarantined records grouped by what went wrong, and a group retried or replayed at once. */
export class Failures1763700000006 implements MigrationInterface {
  readonly name = 'Failures1763700000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table failures (
        workspace_id text not null references workspaces (id),
        fingerprint text not null,
        kind text not null,
        platform text not null,
        stream text not null,
        operation text,
        message text not null,
        state text not null default 'open' check (state in ('open', 'resolved', 'ignored')),
        first_seen_at timestamptz not null,
        last_seen_at timestamptz not null,
        count bigint not null,
        reopened integer not null default 0,
        example jsonb not null,
        resolved_at timestamptz,
        resolved_by text,
        note text,
        primary key (workspace_id, fingerprint)
      );
      create index failures_recent on failures (workspace_id, state, last_seen_at desc);

      create table bulk_actions (
        id text primary key,
        workspace_id text not null references workspaces (id),
        action text not null check (action in ('retry', 'replay')),
        filter jsonb not null,
        state text not null default 'running' check (state in ('running', 'done', 'aborted')),
        total integer not null,
        done integer not null default 0,
        failed integer not null default 0,
        requested_by text not null,
        created_at timestamptz not null,
        finished_at timestamptz
      );

      -- A failure of a run is mended by a later run that brought what this one should have.
      alter table runs
        drop constraint runs_kind_check,
        add constraint runs_kind_check check (kind in ('incremental', 'backfill', 'refresh', 'reconcile', 'replay')),
        add fingerprint text,
        add mended_at timestamptz,
        add bulk_id text references bulk_actions (id) on delete set null;
      create index runs_fingerprint on runs (fingerprint, queued_at desc) where fingerprint is not null;
      create index runs_unmended on runs (connection_id, stream) where fingerprint is not null and mended_at is null;
      create index runs_unmended_alike on runs (fingerprint) where fingerprint is not null and mended_at is null;
      create index runs_bulk on runs (bulk_id) where bulk_id is not null;

      alter table quarantine
        drop constraint quarantine_state_check,
        add constraint quarantine_state_check check (state in ('open', 'landed', 'ignored')),
        add fingerprint text,
        -- False where the payload is not kept as it was sent.
        add whole boolean not null default true,
        add edited_payload jsonb,
        add edited_by text,
        add edited_at timestamptz,
        -- The run that is to replay it.
        add replay_run text;
      create index quarantine_fingerprint on quarantine (fingerprint) where state = 'open';
      create index quarantine_replay on quarantine (replay_run, id) where replay_run is not null;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

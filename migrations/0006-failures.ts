import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The error desk: runs and quarantined records grouped by what went wrong, and bulk retries of a group. */
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
        count integer not null default 1,
        reopened integer not null default 0,
        example jsonb not null,
        resolved_at timestamptz,
        resolved_by text,
        note text,
        primary key (workspace_id, fingerprint)
      );
      create index failures_recent on failures (workspace_id, state, last_seen_at desc);

      alter table runs add fingerprint text;
      create index runs_fingerprint on runs (fingerprint) where fingerprint is not null;

      alter table quarantine
        drop constraint quarantine_state_check,
        add constraint quarantine_state_check check (state in ('open', 'landed', 'ignored')),
        add fingerprint text,
        add edited_payload jsonb,
        add edited_by text,
        add edited_at timestamptz;
      create index quarantine_fingerprint on quarantine (fingerprint) where state = 'open';

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
        created_at timestamptz not null default now(),
        finished_at timestamptz
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Alerts that wait for a person, and the fencing number of token renewals. */
export class Alerts1763700000007 implements MigrationInterface {
  readonly name = 'Alerts1763700000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table alerts (
        id bigint generated always as identity primary key,
        workspace_id text not null references workspaces (id),
        key text not null,
        severity text not null check (severity in ('warning', 'critical')),
        title text not null,
        detail text not null,
        connection_id text references connections (id) on delete cascade,
        stream text,
        state text not null default 'open' check (state in ('open', 'resolved')),
        times integer not null default 1,
        first_at timestamptz not null,
        last_at timestamptz not null,
        resolved_at timestamptz
      );
      create unique index alerts_one_open on alerts (workspace_id, key) where state = 'open';
      create index alerts_recent on alerts (workspace_id, last_at desc);

      alter table connections
        add renewal integer not null default 0,
        add renewed_at timestamptz;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

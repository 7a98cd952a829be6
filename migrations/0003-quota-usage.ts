import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What every account's budgets were spent on, per minute. */
export class QuotaUsage1763700000003 implements MigrationInterface {
  readonly name = 'QuotaUsage1763700000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table quota_usage (
        connection_id text not null references connections (id) on delete cascade,
        minute timestamptz not null,
        limit_name text not null,
        operation text not null,
        lane text not null check (lane in ('write', 'live', 'backfill')),
        spender text not null,
        calls integer not null default 0,
        used bigint not null default 0,
        refused integer not null default 0,
        waited_ms bigint not null default 0,
        primary key (connection_id, minute, limit_name, operation, lane, spender)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

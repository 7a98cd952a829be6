import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which workers and schedulers are alive, and what their meters said last. */
export class Heartbeats1763700000008 implements MigrationInterface {
  readonly name = 'Heartbeats1763700000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table heartbeats (
        process text not null,
        part text not null check (part in ('worker', 'scheduler')),
        platforms text[] not null default '{}',
        slots integer not null default 0,
        leads boolean not null default false,
        meters jsonb,
        started_at timestamptz not null,
        seen_at timestamptz not null,
        stopped_at timestamptz,
        primary key (process, part)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What streams of every shape keep beside their rows: a run's parents, documents read, columns for rows of others. */
export class Shapes1763700000012 implements MigrationInterface {
  readonly name = 'Shapes1763700000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- What the account does not have, and since when that is known.
      alter table streams add unavailable text, add unavailable_at timestamptz;

      -- The parents a run reads, fixed when it begins and dropped when it succeeds.
      create table run_parents (
        run_id text primary key references runs (id) on delete cascade,
        parents jsonb not null
      );

      -- Documents that landed whole: each is read once.
      create table documents (
        connection_id text not null references connections (id) on delete cascade,
        stream text not null,
        id text not null,
        run_id text not null,
        kept_at timestamptz not null default now(),
        primary key (connection_id, stream, id)
      );

      -- What a stream says of rows that another one owns, by the record that says it. 'wants' holds in turn what the row
      -- is found by, as column=value.
      create table patches (
        connection_id text not null references connections (id) on delete cascade,
        stream text not null,
        target text not null,
        clock text not null,
        key text not null,
        wants text[] not null,
        at timestamptz not null,
        filled jsonb not null,
        run_id text not null,
        applied_connection_id text,
        applied_source_id text,
        applied_at timestamptz,
        primary key (connection_id, stream, target, clock, key)
      );
      create index patches_applied on patches (applied_connection_id, applied_source_id);
      create index patches_waiting on patches using gin (wants) where applied_at is null;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a stream says of another's row may leave it again: its owner's own word is kept for that. */
export class MovedWords1763700000018 implements MigrationInterface {
  readonly name = 'MovedWords1763700000018';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- The group's columns as the row's owner says them. Null where nothing is applied, or where that was done before
      -- this was kept: such a word stays where it is until its owner speaks again.
      alter table patches add displaced jsonb;
      drop index patches_waiting;
      create index patches_wants on patches using gin (wants);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

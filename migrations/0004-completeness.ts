import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the source says it holds beside what the warehouse holds, drift found by reconciling, and how late records come. */
export class Completeness1763700000004 implements MigrationInterface {
  readonly name = 'Completeness1763700000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table runs
        drop constraint runs_connection_id_stream_slot_key,
        add unique (connection_id, stream, kind, slot),
        drop constraint runs_kind_check,
        add constraint runs_kind_check check (kind in ('incremental', 'backfill', 'refresh', 'reconcile')),
        add source_count bigint,
        add our_count bigint,
        add source_sum numeric,
        add our_sum numeric,
        add verdict text check (verdict in ('matched', 'differs', 'uncounted')),
        add verdict_reason text,
        add drift jsonb,
        add accepted_by text,
        add accepted_at timestamptz,
        -- What the run reads now, whether it has read it to its end, and the checkpoint it started from.
        add reading text not null default 'window' check (reading in ('window', 'again', 'confirm', 'tail')),
        add read_at timestamptz,
        add checkpoint_at timestamptz;

      -- How far the source's own count vouches for what was read; what was read before there was one is believed.
      alter table checkpoints add proven_at timestamptz;
      update checkpoints set proven_at = cursor_at;

      alter table quarantine add version timestamptz;

      -- What a census counts.
      create index ix_orders_updated on orders (connection_id, source_updated_at);
      create index ix_shopify_customers_updated on shopify_customers (connection_id, source_updated_at);
      create index ix_shopify_products_updated on shopify_products (connection_id, source_updated_at);

      -- The newest comparison of a stream among the many runs that read it.
      create index runs_compared on runs (connection_id, stream, queued_at desc) where kind = 'reconcile';

      create table run_seen (
        run_id text not null references runs (id) on delete cascade,
        source_id text not null,
        version timestamptz,
        primary key (run_id, source_id)
      );

      create table late_arrivals (
        connection_id text not null references connections (id) on delete cascade,
        stream text not null,
        day date not null,
        records integer not null default 0,
        beyond_lookback integer not null default 0,
        max_ms bigint not null default 0,
        histogram integer[] not null,
        primary key (connection_id, stream, day)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

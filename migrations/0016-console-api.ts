import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the API keeps: tokens of scripts, invitations, second factors, sign-in attempts, repeats, deeds with their before and after. */
export class ConsoleApi1763700000016 implements MigrationInterface {
  readonly name = 'ConsoleApi1763700000016';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- A second factor: the secret sealed, the last time step it was used in, what is left of the one-time codes as hashes.
      alter table users
        add totp_secret text,
        add totp_since timestamptz,
        add totp_step bigint,
        add recovery_codes text[] not null default '{}';

      -- Tokens of scripts. Only a hash is kept; each dies with its owner, and never may more than its owner does now.
      create table api_tokens (
        id text primary key,
        workspace_id text not null references workspaces (id),
        user_id text not null references users (id) on delete cascade,
        name text not null,
        token_hash text not null unique,
        role text not null check (role in ('viewer', 'operator', 'admin')),
        areas text[],
        created_at timestamptz not null,
        expires_at timestamptz not null,
        last_used_at timestamptz
      );
      create index api_tokens_workspace on api_tokens (workspace_id, created_at desc, id);
      create index api_tokens_user on api_tokens (user_id);

      create table invitations (
        id text primary key,
        workspace_id text not null references workspaces (id),
        code_hash text not null unique,
        role text not null check (role in ('viewer', 'operator', 'admin')),
        created_by text not null,
        created_at timestamptz not null,
        expires_at timestamptz not null
      );
      create index invitations_workspace on invitations (workspace_id, created_at desc, id);

      -- Attempts within the window, newest last, by name or address: counted once for all replicas.
      create table sign_in_attempts (
        key text primary key,
        times timestamptz[] not null
      );

      -- A way back from a platform's own sign-in page: what was entered, sealed, until the browser returns with the state.
      create table oauth_dances (
        state_hash text primary key,
        workspace_id text not null references workspaces (id),
        session_hash text not null references sessions (id_hash) on delete cascade,
        sealed text not null,
        expires_at timestamptz not null
      );
      create index oauth_dances_session on oauth_dances (session_hash);

      create table idempotency_keys (
        caller text not null,
        key text not null,
        fingerprint text not null,
        status integer,
        reply text,
        at timestamptz not null,
        primary key (caller, key)
      );
      create index idempotency_keys_at on idempotency_keys (at);

      -- A deed with its before and after; 'undo' is what takes it back, 'undone_by' the deed that did.
      alter table audit_log
        add actor_id text,
        add via text check (via in ('session', 'token')),
        add route text,
        add before jsonb,
        add after jsonb,
        add undo jsonb,
        add undone_by bigint references audit_log (id);
      create index audit_log_pages on audit_log (workspace_id, id desc);
      create index sessions_user on sessions (user_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations only go forward; restore a backup to go back');
  }
}

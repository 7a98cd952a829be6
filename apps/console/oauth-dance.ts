import { createHash, randomBytes } from 'node:crypto';
import { later, minutes, seal, unseal } from '#kernel';
import type { App } from '#sync';
import type { ConsoleOptions } from './options.js';

/*
 * The way to a platform's own sign-in page and back. What was entered before waits here, sealed, under the hash of the
 * state that the browser takes along; only the session that set out may come back, once, within a quarter of an hour.
 */

/** Codes live no longer than this on any platform. */
const LASTS = minutes(15);

/** What is kept while the browser is away. */
export interface Dance {
  readonly platform: string;
  readonly name: string;
  readonly settings: unknown;
  readonly baseUrl: string | null;
  readonly sandbox: boolean;
  readonly app: App;
  readonly redirectUri: string;
  /** PKCE's secret (RFC 7636); the platform saw its digest. */
  readonly verifier: string;
}

type Doors = Pick<ConsoleOptions, 'warehouse' | 'ring'>;

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Sets out: gives the state and the challenge for the platform's page. */
export async function beginDance(
  { warehouse, ring }: Doors,
  who: { readonly workspace: string; readonly session: string },
  entered: Omit<Dance, 'verifier'>,
  now: Date,
): Promise<{ state: string; challenge: string }> {
  const state = randomBytes(32).toString('base64url');
  const verifier = randomBytes(32).toString('base64url');
  const key = digestOf(state);
  await warehouse.query('delete from oauth_dances where expires_at <= $1', [now]);
  await warehouse.query(
    `insert into oauth_dances (state_hash, workspace_id, session_hash, sealed, expires_at) values ($1, $2, $3, $4, $5)`,
    [
      key,
      who.workspace,
      who.session,
      seal(ring, rowName(key), JSON.stringify({ ...entered, verifier } satisfies Dance)),
      later(now, LASTS),
    ],
  );
  return { state, challenge: digestOf(verifier) };
}

/** Comes back: what was kept, and from then on nothing; null for a state that this session did not set out with. */
export async function endDance(
  { warehouse, ring }: Doors,
  who: { readonly workspace: string; readonly session: string },
  state: string,
  now: Date,
): Promise<Dance | null> {
  const key = digestOf(state);
  const [kept] = await warehouse.query<{ sealed: string }>(
    `with kept as (
       delete from oauth_dances where state_hash = $1 and workspace_id = $2 and session_hash = $3 and expires_at > $4
       returning sealed
     ) select sealed from kept`,
    [key, who.workspace, who.session, now],
  );
  return kept ? (JSON.parse(unseal(ring, rowName(key), kept.sealed)) as Dance) : null;
}

const rowName = (key: string): string => `oauth_dances/${key}`;

import type { Duration, KeyRing } from '#kernel';
import { sealCredentials } from './credentials.js';
import type { ConnectionRow } from './rows.js';
import type { Warehouse } from './warehouse.js';

/*
 * One renewal at a time, by a claim with a number instead of a lock: nothing is held open over the network. A claim
 * lapses by itself when its holder dies, judged by the database's clock alone: where the hosts' clocks differ, two
 * could renew with one refresh token, and a strict platform ends the whole grant for that.
 */

/** What a process must know of a connection before it calls. */
export type Standing = Pick<
  ConnectionRow,
  'id' | 'status' | 'statusReason' | 'credentials' | 'renewal' | 'renewingUntil'
>;

const STANDING = `id, status, status_reason as "statusReason", credentials, renewal, renewing_until as "renewingUntil"`;

export async function readStanding(warehouse: Warehouse, id: string): Promise<Standing | null> {
  const [row] = await warehouse.query<Standing>(`select ${STANDING} from connections where id = $1`, [id]);
  return row ?? null;
}

export interface RenewalClaim {
  /** Ours: nobody else renews until it lapses. `standing` then holds its number. */
  readonly claimed: boolean;
  readonly standing: Standing;
}

/**
 * Takes the right to renew for so long; not where another has it, nor, unless `evenRefused`, where the credentials
 * were refused for good. Null where there is no such connection.
 */
export async function claimRenewal(
  warehouse: Warehouse,
  id: string,
  lasting: Duration,
  { evenRefused = false } = {},
): Promise<RenewalClaim | null> {
  const [row] = await warehouse.query<Standing & { claimed: boolean }>(
    `with taken as (
       update connections set renewal = renewal + 1, renewing_until = clock_timestamp() + $2 * interval '1 ms'
       where id = $1 and (renewing_until is null or renewing_until < clock_timestamp())
         and (status <> 'reconnect' or $3)
       returning *
     )
     select ${STANDING}, true as claimed from taken
     union all
     select ${STANDING}, false from connections where id = $1 and not exists (select from taken)`,
    [id, lasting, evenRefused],
  );
  if (!row) return null;
  const { claimed, ...standing } = row;
  return { claimed, standing };
}

/** Makes sure of the claim just before the call, for so long again; false where it has passed to another. */
export async function holdRenewal(
  warehouse: Warehouse,
  claim: Pick<Standing, 'id' | 'renewal'>,
  lasting: Duration,
): Promise<boolean> {
  const rows = await warehouse.query<{ id: string }>(
    `with held as (
       update connections set renewing_until = clock_timestamp() + $3 * interval '1 ms'
       where id = $1 and renewal = $2 and renewing_until is not null returning id
     ) select id from held`,
    [claim.id, claim.renewal, lasting],
  );
  return rows.length > 0;
}

/**
 * Keeps the renewed credentials and ends the claim. Null, and nothing is kept, where a newer claim was taken or other
 * credentials were entered since: whoever slept through its own claim must not overwrite what came after.
 */
export async function saveRenewed(
  warehouse: Warehouse,
  ring: KeyRing,
  claim: Pick<Standing, 'id' | 'renewal'>,
  credentials: unknown,
  now: Date,
): Promise<Standing | null> {
  const [row] = await warehouse.query<Standing>(
    `with saved as (
       update connections set credentials = $3, renewing_until = null, renewed_at = $4, updated_at = $4
       where id = $1 and renewal = $2 returning *
     ) select ${STANDING} from saved`,
    [claim.id, claim.renewal, sealCredentials(ring, claim.id, credentials), now],
  );
  return row ?? null;
}

export async function releaseRenewal(
  warehouse: Warehouse,
  claim: Pick<Standing, 'id' | 'renewal'>,
): Promise<void> {
  await warehouse.query(`update connections set renewing_until = null where id = $1 and renewal = $2`, [
    claim.id,
    claim.renewal,
  ]);
}

/** Active connections whose last renewal began and never ended: its process died, perhaps with the new token. */
export async function deadRenewals(warehouse: Warehouse): Promise<string[]> {
  const rows = await warehouse.query<{ id: string }>(
    `select id from connections where status = 'active' and renewing_until < clock_timestamp()`,
  );
  return rows.map((row) => row.id);
}

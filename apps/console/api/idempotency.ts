import { createHmac } from 'node:crypto';
import { earlier, hours, minutes } from '#kernel';
import type { Warehouse } from '#warehouse';
import { Problem } from './problem.js';

/** A key is remembered this long; what it did is not done again before. */
const REMEMBERED = hours(24);
/** A call that has not answered by then died with its console. What it did is not known. */
const LONGEST_CALL = minutes(2);

/** One `Idempotency-Key` of one caller, for the time of its call. */
export interface Claim {
  /** Keeps the reply for repeats. `reply` is null where it holds a secret. */
  done(status: number, reply: string | null): Promise<void>;
  /** Nothing was done: the key may be used again. */
  release(): Promise<void>;
}

/** What a repeat is answered with. */
export interface Repeat {
  readonly status: number;
  /** JSON, or null where it was shown once. */
  readonly reply: string | null;
}

/** What a call was, by its digest; keyed, since a body may hold a password that a bare digest would give away. */
export const fingerprintOf = (secret: Buffer, route: string, said: unknown): string =>
  createHmac('sha256', secret)
    .update(JSON.stringify([route, said]))
    .digest('base64url');

/**
 * Claims the key for this call, or gives what was answered to it before. Throws `conflict` while the first call is
 * under way, and `unusable` where the key stood for another call.
 */
export async function claimKey(
  warehouse: Warehouse,
  claim: { caller: string; key: string; fingerprint: string; now: Date },
): Promise<Claim | Repeat> {
  const { caller, key, fingerprint, now } = claim;
  await warehouse.query('delete from idempotency_keys where at < $1', [earlier(now, REMEMBERED)]);
  const mine = await warehouse.query(
    `insert into idempotency_keys (caller, key, fingerprint, at) values ($1, $2, $3, $4)
     on conflict (caller, key) do nothing returning 1`,
    [caller, key, fingerprint, now],
  );
  if (mine.length > 0) return claimed(warehouse, caller, key);
  const [row] = await warehouse.query<Kept>(
    'select fingerprint, status, reply, at from idempotency_keys where caller = $1 and key = $2',
    [caller, key],
  );
  if (!row)
    throw new Problem('conflict', 'the first call with this Idempotency-Key was just refused: send it again');
  if (row.fingerprint !== fingerprint)
    throw new Problem('unusable', 'this Idempotency-Key stood for another call: use a new one for each');
  if (row.status !== null) return { status: row.status, reply: row.reply };
  throw new Problem(
    'conflict',
    row.at < earlier(now, LONGEST_CALL)
      ? 'the first call with this Idempotency-Key never answered: look what it did, then use a new key'
      : 'the first call with this Idempotency-Key is still under way',
    { retryAfter: 1 },
  );
}

interface Kept {
  readonly fingerprint: string;
  readonly status: number | null;
  readonly reply: string | null;
  readonly at: Date;
}

const claimed = (warehouse: Warehouse, caller: string, key: string): Claim => ({
  async done(status, reply) {
    await warehouse.query(
      `with kept as (
         update idempotency_keys set status = $3, reply = $4 where caller = $1 and key = $2 returning 1
       ) select from kept`,
      [caller, key, status, reply],
    );
  },
  async release() {
    await warehouse.query('delete from idempotency_keys where caller = $1 and key = $2 and status is null', [
      caller,
      key,
    ]);
  },
});

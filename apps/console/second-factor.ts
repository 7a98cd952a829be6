import { createHash, randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { seal, unseal, type KeyRing } from '#kernel';
import { factorRow, type Warehouse } from '#warehouse';

/**
 * A second factor: six digits of an authenticator app (TOTP, RFC 6238), or one of ten codes that are good for one time.
 * The secret is sealed; a code is taken once, in whichever console it is shown first.
 */
interface Doors {
  readonly warehouse: Warehouse;
  readonly ring: KeyRing;
}

/** One step of 30 s to either side: clocks differ, and people type slowly. */
const WINDOW = 1;
const CODES = 10;

function totpOf(ring: KeyRing, userId: string, name: string, sealed: string): TOTP {
  return new TOTP({
    issuer: 'Stratus',
    label: name,
    secret: Secret.fromBase32(unseal(ring, factorRow(userId), sealed)),
  });
}

/** Makes a secret and keeps it sealed; it counts only once a code of it was shown (`confirmFactor`). */
export async function beginFactor(
  { warehouse, ring }: Doors,
  user: { readonly id: string; readonly name: string },
): Promise<{ secret: string; uri: string }> {
  const secret = new Secret({ size: 20 }).base32;
  const sealed = seal(ring, factorRow(user.id), secret);
  await warehouse.query(
    `with begun as (
       update users set totp_secret = $2, totp_step = null where id = $1 and totp_since is null returning 1
     ) select from begun`,
    [user.id, sealed],
  );
  return { secret, uri: totpOf(ring, user.id, user.name, sealed).toString() };
}

/** Turns it on where the code is right, and gives the codes for the day the phone is lost; null where it is wrong. */
export async function confirmFactor(
  doors: Doors,
  userId: string,
  code: string,
  now: Date,
): Promise<string[] | null> {
  if (!(await takeDigits(doors, userId, code, now))) return null;
  const codes = Array.from({ length: CODES }, newCode);
  await doors.warehouse.query(
    `with confirmed as (
       update users set totp_since = $2, recovery_codes = $3::text[] where id = $1 returning 1
     ) select from confirmed`,
    [userId, now, codes.map(hashOf)],
  );
  return codes;
}

export async function dropFactor({ warehouse }: Pick<Doors, 'warehouse'>, userId: string): Promise<void> {
  await warehouse.query(
    `with dropped as (
       update users set totp_secret = null, totp_since = null, totp_step = null, recovery_codes = '{}' where id = $1
       returning 1
     ) select from dropped`,
    [userId],
  );
}

/** Whether the user has one that counts. */
export async function hasFactor({ warehouse }: Pick<Doors, 'warehouse'>, userId: string): Promise<boolean> {
  const rows = await warehouse.query('select 1 from users where id = $1 and totp_since is not null', [
    userId,
  ]);
  return rows.length > 0;
}

/** Takes a code: digits of the app, or one of the codes for one time. True where it was good, and then never again. */
export async function takeCode(doors: Doors, userId: string, code: string, now: Date): Promise<boolean> {
  if (await takeDigits(doors, userId, code, now)) return true;
  const spent = await doors.warehouse.query<{ id: string }>(
    `with spent as (
       update users set recovery_codes = array_remove(recovery_codes, $2)
       where id = $1 and $2 = any(recovery_codes) returning id
     ) select id from spent`,
    [userId, hashOf(code.trim().toLowerCase())],
  );
  return spent.length > 0;
}

async function takeDigits(
  { warehouse, ring }: Doors,
  userId: string,
  code: string,
  now: Date,
): Promise<boolean> {
  const [user] = await warehouse.query<{ name: string; sealed: string | null }>(
    'select name, totp_secret as sealed from users where id = $1',
    [userId],
  );
  const token = code.replace(/\s/g, '');
  if (!user?.sealed || !/^\d{6}$/.test(token)) return false;
  const totp = totpOf(ring, userId, user.name, user.sealed);
  const timestamp = now.getTime();
  const delta = totp.validate({ token, timestamp, window: WINDOW });
  if (delta === null) return false;
  // A code that somebody saw over the shoulder is no use to him: each step counts once.
  const taken = await warehouse.query<{ id: string }>(
    `with taken as (
       update users set totp_step = $2 where id = $1 and (totp_step is null or totp_step < $2) returning id
     ) select id from taken`,
    [userId, String(totp.counter({ timestamp }) + delta)],
  );
  return taken.length > 0;
}

const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** 20 letters out of 32: 100 bits, too many to try, so that a plain hash keeps them. */
function newCode(): string {
  const group = (): string =>
    Array.from({ length: 5 }, () => LETTERS.charAt(randomInt(LETTERS.length))).join('');
  return [group(), group(), group(), group()].join('-');
}

const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex');

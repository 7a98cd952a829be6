import { earlier, later, minutes } from '#kernel';
import type { Warehouse } from '#warehouse';

/** Failed sign-ins within this window count. */
export const WINDOW = minutes(15);
/** For one name of one workspace, from anywhere. */
export const PER_NAME = 10;
/** From one address, for any name. */
export const PER_ADDRESS = 30;

export interface SignInLimit {
  /**
   * Books one attempt before the password is looked at, so that attempts sent together count together. Gives the
   * seconds to wait where there were too many already.
   */
  enter(name: string, address: string): Promise<{ retryAfter: number } | null>;
  /** The password was right: the name starts afresh and the address gets its attempt back. */
  succeeded(name: string, address: string): Promise<void>;
}

/** A name as the limit knows it: two workspaces may have a user of the same name. */
export const userKey = (workspace: string, name: string): string => `${workspace}/${name}`;

/** Longer ones are nobody's; the key is an index's. */
const cut = (text: string): string => text.slice(0, 200);
const nameKey = (name: string): string => cut(`name ${name.toLowerCase()}`);
const addressKey = (address: string): string => cut(`address ${address}`);

/** Counts in Postgres, so that N consoles behind a balancer allow no more attempts than one. */
export function signInLimit(warehouse: Warehouse, now: () => Date): SignInLimit {
  return {
    async enter(name, address) {
      const at = now();
      const keys = [nameKey(name), addressKey(address)];
      const full = await warehouse.transaction(async (manager) => {
        await manager.query(SWEEP, [earlier(at, WINDOW), keys]);
        const rows: { key: string; times: Date[] }[] = await manager.query(LOCK, [keys, earlier(at, WINDOW)]);
        const waits = rows.flatMap(({ key, times }) => {
          const allowed = key === keys[0] ? PER_NAME : PER_ADDRESS;
          return times.length >= allowed ? [times[times.length - allowed]!] : [];
        });
        if (waits.length === 0) await manager.query(BOOK, [keys, at]);
        return waits;
      });
      if (full.length === 0) return null;
      const frees = Math.max(...full.map((time) => later(time, WINDOW).getTime())) - at.getTime();
      return { retryAfter: Math.max(1, Math.ceil(frees / 1000)) };
    },
    async succeeded(name, address) {
      await warehouse.query('delete from sign_in_attempts where key = $1', [nameKey(name)]);
      await warehouse.query(
        `with given as (
           update sign_in_attempts set times = trim_array(times, 1) where key = $1 and cardinality(times) > 0 returning 1
         ) select from given`,
        [addressKey(address)],
      );
    },
  };
}

/** Keys that nobody tried for a window; a flood of new names leaves nothing for ever. */
const SWEEP = `
  delete from sign_in_attempts where key in (
    select key from sign_in_attempts
    where (times[cardinality(times)] <= $1 or times = '{}') and not key = any($2::text[]) limit 20 for update skip locked)`;

/** Makes both rows and locks them, in the keys' order: attempts on one name or from one address wait for each other. */
const LOCK = `
  insert into sign_in_attempts as s (key, times) select key, '{}' from unnest($1::text[]) key order by key
  on conflict (key) do update set times = array(select t from unnest(s.times) t where t > $2 order by t)
  returning key, times`;

const BOOK = `
  with booked as (
    update sign_in_attempts set times = times || $2::timestamptz where key = any($1::text[]) returning 1
  ) select from booked`;

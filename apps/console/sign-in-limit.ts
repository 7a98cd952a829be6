import { minutes } from '#kernel';

/** Failed sign-ins within this window count. */
export const WINDOW = minutes(15);
/** For one name, from anywhere. */
export const PER_NAME = 10;
/** From one address, for any name. */
export const PER_ADDRESS = 30;
/** Names and addresses remembered at once; a flood of new ones pushes out the oldest. */
const REMEMBERED = 10_000;

export interface SignInLimit {
  /**
   * Books one attempt before the password is looked at, so that attempts sent together count together. Gives the
   * seconds to wait where there were too many already.
   */
  enter(name: string, address: string): { retryAfter: number } | null;
  /** The password was right: the name starts afresh and the address gets its attempt back. */
  succeeded(name: string, address: string): void;
}

/** Counts in this process's memory: with N consoles behind a balancer, N times as many attempts are possible. */
export function signInLimit(now: () => Date): SignInLimit {
  const attempts = new Map<string, number[]>();

  const recent = (key: string): number[] => {
    const since = now().getTime() - WINDOW;
    return (attempts.get(key) ?? []).filter((at) => at > since);
  };
  const keep = (key: string, times: number[]): void => {
    attempts.delete(key);
    if (times.length > 0) attempts.set(key, times);
    for (const oldest of attempts.keys()) {
      if (attempts.size <= REMEMBERED) break;
      attempts.delete(oldest);
    }
  };
  const nameKey = (name: string): string => `name ${name.toLowerCase()}`;
  const addressKey = (address: string): string => `address ${address}`;

  return {
    enter(name, address) {
      const books = [
        { key: nameKey(name), allowed: PER_NAME },
        { key: addressKey(address), allowed: PER_ADDRESS },
      ].map((book) => ({ ...book, times: recent(book.key) }));
      const waits = books
        .filter(({ times, allowed }) => times.length >= allowed)
        .map(({ times, allowed }) => times[times.length - allowed]! + WINDOW - now().getTime());
      if (waits.length > 0) return { retryAfter: Math.max(1, Math.ceil(Math.max(...waits) / 1000)) };
      for (const { key, times } of books) keep(key, [...times, now().getTime()]);
      return null;
    },
    succeeded(name, address) {
      keep(nameKey(name), []);
      keep(addressKey(address), recent(addressKey(address)).slice(0, -1));
    },
  };
}

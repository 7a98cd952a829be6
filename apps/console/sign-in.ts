import type { ConsoleOptions } from './options.js';
import { hasFactor, takeCode } from './second-factor.js';
import { openSession } from './sessions.js';
import { userKey, signInLimit } from './sign-in-limit.js';
import { verifyUser } from './users.js';

type Doors = Pick<ConsoleOptions, 'warehouse' | 'ring' | 'now'>;

export interface SignInAttempt {
  readonly name: string;
  readonly password: string;
  readonly workspace: string;
  /** Digits of the second factor, or a code for one time. */
  readonly code: string | undefined;
  /** Where it comes from. */
  readonly address: string;
}

/** What came of it: a session, too many attempts, a wrong name or password, or a second factor that is still to be shown. */
export type SignedInNow =
  | {
      readonly came: 'in';
      readonly userId: string;
      readonly session: Awaited<ReturnType<typeof openSession>>;
    }
  | { readonly came: 'wait'; readonly retryAfter: number }
  | { readonly came: 'wrong' }
  | { readonly came: 'code'; readonly wrong: boolean };

/**
 * The only way to a session. The attempt is booked before the password is looked at; a wrong second factor leaves it
 * booked, so six digits cannot be tried out either.
 */
export async function signIn(doors: Doors, given: SignInAttempt): Promise<SignedInNow> {
  // Nobody's name holds what Postgres refuses to look for.
  const attempt = { ...given, name: sayable(given.name), workspace: sayable(given.workspace) };
  const { warehouse, now } = doors;
  const limit = signInLimit(warehouse, now);
  const name = userKey(attempt.workspace, attempt.name);
  const wait = await limit.enter(name, attempt.address);
  if (wait) return { came: 'wait', retryAfter: wait.retryAfter };
  const user = await verifyUser(warehouse, attempt.name, attempt.password.slice(0, 1000), attempt.workspace);
  if (!user) return { came: 'wrong' };
  if (await hasFactor(doors, user.id)) {
    if (!attempt.code) return { came: 'code', wrong: false };
    if (!(await takeCode(doors, user.id, attempt.code, now()))) return { came: 'code', wrong: true };
  }
  await limit.succeeded(name, attempt.address);
  return { came: 'in', userId: user.id, session: await openSession(warehouse, user.id, now()) };
}

const sayable = (text: string): string => text.replaceAll('\0', '\uFFFD').slice(0, 200);

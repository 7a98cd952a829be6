import { z } from 'zod';
import type { Role } from '#warehouse';
import { beginFactor, confirmFactor, dropFactor, hasFactor, takeCode } from '../../second-factor.js';
import { endSessions } from '../../sessions.js';
import { userKey, signInLimit } from '../../sign-in-limit.js';
import { LONGEST_PASSWORD, setPassword, SHORTEST_PASSWORD, verifyUser } from '../../users.js';
import type { Caller } from '../callers.js';
import type { ConsoleOptions } from '../../options.js';
import { Problem } from '../problem.js';
import { resource, route } from '../route.js';

export const password = z.string().min(SHORTEST_PASSWORD).max(LONGEST_PASSWORD);

const current = z.string().max(1000).meta({ description: 'your present password' });
const code = z.string().max(40).meta({ description: 'six digits of your authenticator' });

export const passwords = resource('account', 'Your own password and second factor. For people alone.', {
  'PUT /account/password': route({
    summary: 'Sets your password; ends your other sessions',
    may: 'viewer',
    people: true,
    audit: 'password.set',
    body: z.strictObject({ current, fresh: password }),
    reply: 'nothing',
    handle: async ({ body, caller, doors, tell }) => {
      tell({ subject: caller.name });
      await mustKnowPassword(doors, caller, body.current);
      await setPassword(doors.warehouse, caller.name, body.fresh, {
        keepSession: caller.id,
        workspace: caller.workspace,
      });
    },
  }),

  'POST /account/second-factor': route({
    summary: 'Makes the secret of a second factor; it counts once a code of it was confirmed',
    may: 'viewer',
    people: true,
    once: true,
    audit: 'second-factor.begin',
    body: z.strictObject({ current }),
    reply: z.object({
      secret: z.string().meta({ description: 'for the authenticator, where its camera cannot help' }),
      uri: z.string().meta({ description: 'otpauth://… for the authenticator' }),
    }),
    handle: async ({ body, caller, doors, tell }) => {
      tell({ subject: caller.name });
      await mustKnowPassword(doors, caller, body.current);
      if (await hasFactor(doors, caller.userId))
        throw new Problem('conflict', 'there is a second factor already: take it off first');
      return beginFactor(doors, { id: caller.userId, name: caller.name });
    },
  }),

  'POST /account/second-factor/confirm': route({
    summary: 'Turns the second factor on; gives the recovery codes once and ends your other sessions',
    may: 'viewer',
    people: true,
    once: true,
    audit: 'second-factor.on',
    body: z.strictObject({ code }),
    reply: z.object({ recoveryCodes: z.array(z.string()) }),
    handle: async ({ body, caller, doors, now, tell }) => {
      tell({ subject: caller.name });
      if (await hasFactor(doors, caller.userId))
        throw new Problem('conflict', 'the second factor is on already');
      const limit = signInLimit(doors.warehouse, doors.now);
      await mustNotTryOn(limit, caller);
      const recoveryCodes = await confirmFactor(doors, caller.userId, body.code, now);
      if (!recoveryCodes)
        throw new Problem('unusable', 'this code is not right: does the clock of the phone go right?');
      await limit.succeeded(userKey(caller.workspace, caller.name), caller.id);
      await endSessions(doors.warehouse, caller.userId, caller.id);
      return { recoveryCodes };
    },
  }),

  'DELETE /account/second-factor': route({
    summary: 'Takes your second factor off',
    may: 'viewer',
    people: true,
    audit: 'second-factor.off',
    body: z.strictObject({ current, code }),
    reply: 'nothing',
    handle: async ({ body, caller, doors, now, tell }) => {
      tell({ subject: caller.name });
      await mustKnowPassword(doors, caller, body.current);
      if (!(await takeCode(doors, caller.userId, body.code, now)))
        throw new Problem('forbidden', 'this code is not right, or was used before');
      await dropFactor(doors, caller.userId);
      await endSessions(doors.warehouse, caller.userId, caller.id);
    },
  }),
});

type Doors = Pick<ConsoleOptions, 'warehouse' | 'now'>;

/** A session left open must not be enough to lock its owner out. Wrong ones count like failed sign-ins. */
async function mustKnowPassword(
  { warehouse, now }: Doors,
  caller: Caller & { readonly role: Role },
  given: string,
): Promise<void> {
  const limit = signInLimit(warehouse, now);
  await mustNotTryOn(limit, caller);
  if (!(await verifyUser(warehouse, caller.name, given, caller.workspace)))
    throw new Problem('forbidden', 'the present password is wrong');
  await limit.succeeded(userKey(caller.workspace, caller.name), caller.id);
}

async function mustNotTryOn(limit: ReturnType<typeof signInLimit>, caller: Caller): Promise<void> {
  const wait = await limit.enter(userKey(caller.workspace, caller.name), caller.id);
  if (wait) throw new Problem('too-many', 'too many attempts; try again later', wait);
}

import { Failure } from '#kernel';
import { Unavailable, type Platform } from '#sync';
import { z } from 'zod';

type Reply = Parameters<Platform['meter']>[0];

const Message = z.object({ message: z.string() });

/** The shapes in which FreeAgent says what is wrong. */
const Refused = z.union([
  z.object({ errors: z.array(Message) }).transform(({ errors }) => errors.map(({ message }) => message)),
  z.object({ errors: z.object({ error: Message }) }).transform(({ errors }) => [errors.error.message]),
  z
    .object({ errors: z.record(z.string(), z.array(z.string())) })
    .transform(({ errors }) =>
      Object.entries(errors).flatMap(([field, all]) => all.map((one) => `${field} ${one}`)),
    ),
  Message.transform(({ message }) => [message]),
  z
    .object({ error: z.string(), error_description: z.string().optional() })
    .transform(({ error, error_description }) => [error_description ?? error]),
  z.string().transform((text) => (text.trim() === '' || /^\s*</.test(text) ? [] : [text.trim()])),
]);

/** What FreeAgent said in words, whichever of its shapes it chose; undefined where it said nothing. */
export function saidIn(body: unknown): string | undefined {
  const said = Refused.safeParse(body);
  return said.success && said.data.length > 0 ? said.data.join('; ').slice(0, 300) : undefined;
}

const TokenError = z.object({ error: z.string() });

/** Only what differs from the default reading: the token endpoint's refusals, and what this account does not have. */
export function classify({ status, body }: Reply): Failure | undefined {
  const said = saidIn(body);
  const detail = said === undefined ? {} : { detail: said };
  if ((status === 400 || status === 401) && TokenError.safeParse(body).success)
    return new Failure(
      'credential',
      'FreeAgent gave no token: the refresh token was used, revoked or has expired; connect the company again',
      detail,
    );
  if (status === 401 && said?.startsWith('HTTP Basic'))
    return new Failure(
      'credential',
      'FreeAgent gave no token: the client id or secret is wrong; check both and reconnect',
      detail,
    );
  if (status === 403)
    return new Unavailable(
      '403: this user’s access level is too low for it, or the company’s plan lacks it; raise the level in FreeAgent under Users',
      detail,
    );
  if (status === 404)
    return new Unavailable(
      '404: FreeAgent knows no such list for this company; the feature is off, or the user may not see it',
      detail,
    );
  return undefined;
}

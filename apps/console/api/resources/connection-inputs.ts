import { z } from 'zod';
import { Failure, type Json } from '#kernel';
import { probe, type Platform } from '#sync';
import type { ConnectionRow } from '#warehouse';
import { redactText } from '#telemetry';
import { guardAddress } from '../../address-guard.js';
import type { ConsoleOptions } from '../../options.js';
import { Problem, type FieldError } from '../problem.js';

/** The value as the platform takes it; throws `invalid` with its fields, and never with what was entered. */
export function checked(
  platform: Platform,
  what: 'settings' | 'credentials',
  value: unknown,
): Record<string, Json> {
  const parsed = platform[what].safeParse(value);
  if (parsed.success) return parsed.data as Record<string, Json>;
  const errors = parsed.error.issues.slice(0, 20).map((issue): FieldError => ({
    field: ['body', what, ...issue.path.map(String)].join('.').slice(0, 200),
    message:
      issue.code === 'invalid_union' ? 'fits none of the ways to sign in' : issue.message.slice(0, 300),
  }));
  throw new Problem('invalid', `${platform.title} cannot be reached with these ${what}; nothing was saved`, {
    errors,
  });
}

/** What a connection's calls go by, as entered. */
interface Place {
  readonly baseUrl: string | null;
  readonly sandbox: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Where calls would go, or null for the platform's own place; throws `invalid` for an address that leads where they may
 * not go, be it the base URL or the one in the settings where tokens are renewed.
 */
export async function checkedPlace(
  { doors, workspace }: { readonly doors: ConsoleOptions; readonly workspace: string },
  { baseUrl, sandbox, settings }: Place,
): Promise<string | null> {
  const guarded = async (field: string, address: string): Promise<string> => {
    try {
      return await guardAddress(doors.warehouse, address, { workspace, sandbox });
    } catch (thrown) {
      if (!(thrown instanceof Failure)) throw thrown;
      throw new Problem('invalid', 'calls cannot go to this address; nothing was saved', {
        errors: [{ field, message: redactText(thrown.message) }],
      });
    }
  };
  const { tokenUrl } = settings;
  if (typeof tokenUrl === 'string') await guarded('body.settings.tokenUrl', tokenUrl);
  return baseUrl === null ? null : guarded('body.baseUrl', baseUrl);
}

export function platformNamed({ platforms }: ConsoleOptions, name: string): Platform {
  const found = platforms.find((one) => one.name === name);
  if (found) return found;
  throw new Problem('invalid', 'there is no such platform', {
    errors: [{ field: 'body.platform', message: `one of ${platforms.map((one) => one.name).join(', ')}` }],
  });
}

export const tested = z
  .object({
    ok: z.boolean(),
    says: z.string().meta({ description: 'what the platform answered, or why it did not' }),
    scopes: z
      .object({ granted: z.array(z.string()), missing: z.array(z.string()) })
      .nullable()
      .meta({ description: 'what it granted and what streams lack; null where the platform does not tell' }),
    ms: z.number(),
    resumed: z.number().meta({ description: 'runs that had waited for credentials and go on' }),
  })
  .meta({ id: 'ConnectionTest' });

const LONGEST_TEST_MS = 20_000;

/** One cheap call with the connection as it is saved. What the platform refuses is an answer, not an error. */
export async function tryOut(
  { engine, platforms }: ConsoleOptions,
  connection: ConnectionRow,
): Promise<Omit<z.input<typeof tested>, 'resumed'>> {
  const platform = platforms.find((one) => one.name === connection.platform)!;
  const started = performance.now();
  const took = (): number => Math.round(performance.now() - started);
  try {
    const { says, scopes } = await probe(
      engine(),
      platform,
      connection,
      AbortSignal.timeout(LONGEST_TEST_MS),
    );
    return {
      ok: true,
      says: redactText(says),
      scopes: scopes && { granted: [...scopes.granted], missing: [...scopes.missing] },
      ms: took(),
    };
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : 'it could not be tried';
    return { ok: false, says: redactText(said), scopes: null, ms: took() };
  }
}

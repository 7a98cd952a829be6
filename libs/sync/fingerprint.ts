import { createHash } from 'node:crypto';
import { Failure } from '#kernel';
import { redactText } from '#telemetry';
import type { Cause } from '#warehouse';
import { z } from 'zod';

/*
 * What groups failures on the error desk. Two runs that fail for one cause say the same sentence with other numbers,
 * ids, dates and values in it: those are taken out, and what is left is hashed with where it happened.
 */

/** Where something failed. */
interface Where {
  readonly platform: string;
  /** The stream's name. */
  readonly name: string;
}

/** Long enough for a sentence and what the platform said; a page of HTML is cut off. */
const LONGEST = 400;
const MOST_READ = 4000;
/** How many of a record's faults tell its cause. */
const FAULTS = 3;

const TLD =
  'com|net|org|io|co|uk|de|fr|eu|us|ca|nz|au|app|dev|shop|cloud|store|info|biz|example|test|local|localhost|internal|invalid';

/** In order: what an earlier rule took out is not looked at by a later one. */
const RULES: readonly (readonly [RegExp, string])[] = [
  // What JavaScript says of our own bugs names the field, not a value.
  [/\((reading|setting) '([A-Za-z_$][\w$]*)'\)/g, '($1 $2)'],
  // Names of fields in a JSON text stay, values go.
  [/\\?"([A-Za-z_][\w.-]{0,40})\\?"(?=\s*:)/g, '$1'],
  [/"(?:[^"\\]|\\.)*(?:"|$)/g, '*'],
  [/“[^”]*(?:”|$)|`[^`]*(?:`|$)/g, '*'],
  [/(?<!\w)'[^']*'(?!\w)/g, '*'],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s)>\],;]+/gi, 'HOST'],
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, '*'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '#'],
  [/\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?/g, '#'],
  [/\[[0-9a-f:]*:[0-9a-f:.]+\](?::\d+)?/gi, 'HOST'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?:\/\S*)?/g, 'HOST'],
  [/\b\d\d:\d\d(?::\d\d(?:\.\d+)?)?\b/g, '#'],
  [/(?<![\w.-])[a-z][\w-]*(?:\.[\w-]+)*:\d{2,5}(?:\/[^\s);,]*)?(?!\w)/gi, 'HOST'],
  [new RegExp(`(?<![\\w.])(?:[a-z0-9-]+\\.)+(?:${TLD})(?![\\w.]\\w)`, 'gi'), 'HOST'],
  // Tokens and ids of letters and digits, short ones only where they are hexadecimal.
  [/\b(?=[a-z_-]*\d)[0-9a-f]{8,}\b/gi, '#'],
  [/\b(?=(?:[a-z_-]*\d){3})[\w-]{12,}\b/gi, '#'],
  [/(?:(?<!\w)[+-])?\d+(?:[.,_]\d+)*(?:e[+-]?\d+)?/gi, '#'],
  [/#(?:[\s,]*#)+/g, '#'],
  [/\s+/g, ' '],
];
/** A message without what differs between two failures of one cause. `connection` is the name of the one it speaks of. */
export function normalise(message: string, connection?: string): string {
  const text = connection === undefined ? message : withoutName(message, connection);
  // The status a platform answered tells causes apart; its own trouble is one, whichever gateway says it.
  const [status = ''] = /^(?:\d{3}|5xx): /.exec(text) ?? [];
  const plain = RULES.reduce(
    (rest, [pattern, by]) => rest.replace(pattern, by),
    text.slice(status.length, MOST_READ),
  );
  return (status.replace(/^5\d\d/, '5xx') + plain.trim()).slice(0, LONGEST);
}

/** The places where our own sentences name the connection; elsewhere its name may be a word like any other. */
function withoutName(message: string, name: string): string {
  const it = name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return message
    .replace(new RegExp(`^${it}, `), '')
    .replace(new RegExp(`(\\bconnection |--name )${it}(?![\\w-])`, 'g'), '$1*');
}

function cause(kind: Cause['kind'], where: Where, operation: string | null, message: string): Cause {
  const { platform, name: stream } = where;
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([kind, platform, stream, operation, message]))
    .digest('hex')
    .slice(0, 16);
  return { fingerprint, kind, platform, stream, operation, message };
}

/** Why a run failed, as the error desk groups it. */
export function runCause(where: Where, failure: Failure, connection?: string): Cause {
  // Where we tried again to no end, what the platform said each time is chance; otherwise it tells causes apart.
  const detail = failure.outcome === 'cancel' && failure.detail ? ` (${failure.detail})` : '';
  // The door says where it was, for people; its own reading of the reply is below.
  const said = failure.operation !== undefined && failure.cause instanceof Failure ? failure.cause : failure;
  const message = normalise(redactText(said.message + detail), connection);
  return cause(failure.kind, where, failure.operation ?? null, message);
}

/** Why a record could not be used: its faults without their values, whichever lines of it they are in. */
export function recordCause(where: Where, error: unknown): Cause {
  return cause('record', where, null, redactText(faultsOf(error)));
}

function faultsOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return normalise(textOf(error));
  const faults = new Set(
    error.issues.map(({ path, message }) => normalise(`${path.join('.') || 'record'}: ${message}`)),
  );
  const told = [...faults].slice(0, FAULTS).join('; ');
  return (faults.size > FAULTS ? `${told}; and more` : told).slice(0, LONGEST);
}

const textOf = (error: unknown): string =>
  error instanceof Failure
    ? error.message
    : error instanceof Error
      ? `${error.name}: ${error.message}`
      : String(error);

import type { z } from 'zod';
import { days, Failure, hours, nearest, type Duration } from '#kernel';
import {
  explain,
  VARIABLE_NAMES,
  VARIABLES,
  type Explained,
  type LogLevel,
  type VariableName,
} from './variables.js';

/** The environment, parsed once in each app's main file and handed down as plain values. */
export interface Env {
  /** `cluster` where both addresses are set, `embedded` where neither is. */
  readonly mode: 'embedded' | 'cluster';
  readonly redisUrl: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly secretKey: string | undefined;
  readonly dataDir: string;
  readonly queuePrefix: string;
  readonly configFile: string;
  /** Undefined: the file's, else `info`. */
  readonly logLevel: LogLevel | undefined;
  /** Runs one worker process works on at a time. */
  readonly concurrency: number;
  readonly host: string;
  readonly port: number;
  /** Reverse proxies before the console. */
  readonly trustProxy: number;
  readonly secureCookies: boolean;
  /** How people reach the console; undefined: as each request says. */
  readonly publicUrl: string | undefined;
  /** How mail leaves; undefined: not at all. */
  readonly mail:
    | {
        readonly host: string;
        readonly port: number;
        readonly user: string | undefined;
        readonly password: string | undefined;
        readonly from: string;
      }
    | undefined;
  readonly metricsToken: string | undefined;
  /** Where a worker or scheduler serves its own metrics; undefined: nowhere. */
  readonly metricsPort: number | undefined;
  readonly lockMs: Duration;
  readonly leaseMs: Duration;
  readonly reconcileMs: Duration;
  readonly sliceMs: Duration;
  readonly stopMs: Duration;
  /** By stream, or by `platform.` for all of a platform's, as the variables of the requirement documents say it. */
  readonly lookbacks: Readonly<Record<string, Duration | undefined>>;
  /** The platforms' own variables, as a platform's `fromEnv` reads them. */
  readonly platforms: Readonly<Record<string, string | undefined>>;
}

const HERE = 'See docs/configuration.md.';

/**
 * Reads and checks every variable. Throws one `config` Failure that names each mistake: the variable, what was read
 * (never a secret) and what is allowed.
 */
export function readEnv(env: Readonly<Record<string, string | undefined>>): Env {
  const set = Object.fromEntries(
    VARIABLE_NAMES.map((name) => [name, env[name]?.trim()]).filter(([, value]) => value),
  ) as Partial<Record<VariableName, string>>;
  const parsed = VARIABLES.safeParse(set);
  const wrong = new Set(parsed.success ? [] : parsed.error.issues.map((issue) => issue.path[0]));
  const mistakes = [
    ...VARIABLE_NAMES.filter((name) => wrong.has(name)).map((name) => complaint(name, set[name] ?? '')),
    ...misspelled(env),
    ...oneWithoutTheOther(set),
  ];
  if (!parsed.success || mistakes.length > 0) throw new Failure('config', [...mistakes, HERE].join('\n'));

  const read = parsed.data;
  return {
    mode: read.REDIS_URL === undefined ? 'embedded' : 'cluster',
    redisUrl: read.REDIS_URL,
    databaseUrl: read.DATABASE_URL,
    secretKey: read.STRATUS_SECRET_KEY,
    dataDir: read.STRATUS_DATA_DIR,
    queuePrefix: read.STRATUS_QUEUE_PREFIX,
    configFile: read.STRATUS_CONFIG,
    logLevel: read.LOG_LEVEL,
    concurrency: read.STRATUS_CONCURRENCY,
    host: read.HOST,
    port: read.PORT,
    trustProxy: read.STRATUS_TRUST_PROXY,
    secureCookies: read.STRATUS_SECURE_COOKIES,
    publicUrl: read.STRATUS_PUBLIC_URL,
    mail: mailOf(read),
    metricsToken: read.METRICS_TOKEN,
    metricsPort: read.STRATUS_METRICS_PORT,
    lockMs: read.STRATUS_LOCK_MS,
    leaseMs: read.STRATUS_LEASE_MS,
    reconcileMs: read.STRATUS_RECONCILE_MS,
    sliceMs: read.STRATUS_SLICE_MS,
    stopMs: read.STRATUS_STOP_MS,
    lookbacks: {
      'shopify.': spanOf(hours, read.SHOPIFY_SYNC_LOOKBACK_HOURS),
      'freeagent.contacts': spanOf(days, read.FREEAGENT_CONTACTS_LOOKBACK_DAYS),
      'freeagent.invoices': spanOf(days, read.FREEAGENT_INVOICES_LOOKBACK_DAYS),
      'freeagent.bills': spanOf(days, read.FREEAGENT_BILLS_LOOKBACK_DAYS),
      'freeagent.bank_transactions': spanOf(days, read.FREEAGENT_BANK_TRANSACTIONS_LOOKBACK_DAYS),
      'freeagent.transactions': spanOf(days, read.FREEAGENT_TRANSACTIONS_LOOKBACK_DAYS),
      'shipbob.orders': spanOf(hours, read.SHIPBOB_STATUS_LOOKBACK_HOURS),
      'shipbob.returns': spanOf(days, read.SHIPBOB_RETURNS_LOOKBACK_DAYS),
      'shipbob.receiving': spanOf(days, read.SHIPBOB_RECEIVING_LOOKBACK_DAYS),
      'amazon.orders': spanOf(hours, read.AMZ_SYNC_LOOKBACK_HOURS),
      'amazon.settlements': spanOf(days, read.AMZ_SETTLEMENT_LOOKBACK_DAYS),
    },
    platforms: Object.fromEntries(
      VARIABLE_NAMES.filter((name) => PLATFORMS.has(explain(name).group)).map((name) => [name, set[name]]),
    ),
  };
}

function mailOf(read: Readonly<z.output<typeof VARIABLES>>): Env['mail'] {
  if (read.SMTP_HOST === undefined) return undefined;
  const from = read.SMTP_FROM ?? read.SMTP_USER;
  if (from === undefined)
    throw new Failure('config', `SMTP_HOST is set and SMTP_FROM is not; allowed: a mail address.\n${HERE}`);
  return {
    host: read.SMTP_HOST,
    port: read.SMTP_PORT,
    user: read.SMTP_USER,
    password: read.SMTP_PASSWORD,
    from,
  };
}

function complaint(name: VariableName, value: string): string {
  const { allowed, secret } = explain(name);
  const read = secret
    ? 'holds a value that cannot be used (not shown: it is a secret)'
    : `is ${JSON.stringify(value)}`;
  return `${name} ${read}; allowed: ${allowed}.`;
}

function oneWithoutTheOther(set: Partial<Record<VariableName, string>>): string[] {
  const pair = ['REDIS_URL', 'DATABASE_URL'] as const;
  const [here, missing] = set.REDIS_URL ? pair : [...pair].reverse();
  if (!here || !missing || !set[here] || set[missing]) return [];
  return [
    `${here} is set and ${missing} is not; allowed: both, for cluster mode, or neither, for embedded mode.`,
  ];
}

const spanOf = (unit: (n: number) => Duration, n: number | undefined): Duration | undefined =>
  n === undefined ? undefined : unit(n);

const PLATFORMS: ReadonlySet<string> = new Set<Explained['group']>([
  'Shopify',
  'FreeAgent',
  'ShipBob',
  'Amazon',
]);

const OURS = /^(STRATUS|SHOPIFY|FREEAGENT|SHIPBOB|AMZ)_/;

/** A variable that looks like one of ours and is none would otherwise be ignored in silence. */
function misspelled(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(env).flatMap((name) => {
    const prefix = OURS.exec(name)?.[0];
    if (prefix === undefined || (VARIABLE_NAMES as string[]).includes(name)) return [];
    const siblings = VARIABLE_NAMES.filter((known) => known.startsWith(prefix));
    const meant = nearest(
      name.slice(prefix.length),
      siblings.map((known) => known.slice(prefix.length)),
    );
    return meant ? [`${name} is not a variable of Stratus; did you mean ${prefix}${meant}?`] : [];
  });
}

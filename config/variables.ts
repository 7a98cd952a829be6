import { z } from 'zod';
import { minutes, readKeyRing, seconds, type Duration } from '#kernel';

/** What the reference and every complaint about a variable say of it. */
export interface Explained {
  readonly group:
    | 'Stores'
    | 'Process'
    | 'Console'
    | 'Timing'
    | 'Shopify'
    | 'FreeAgent'
    | 'ShipBob'
    | 'Amazon';
  readonly means: string;
  readonly allowed: string;
  readonly example: string;
  /** Its value never appears in a message. */
  readonly secret?: true;
}

const about = <T extends z.ZodType>(schema: T, explained: Explained): T => schema.meta({ ...explained });

const text = z.string();

const address = (protocols: RegExp) =>
  text.refine((value) => URL.canParse(value) && protocols.test(new URL(value).protocol));

const whole = (min: number, max: number) =>
  text
    .regex(/^\d+$/)
    .transform(Number)
    .refine((n) => n >= min && n <= max);

const span = (min: Duration, max: Duration) => whole(min, max);

const flag = text.regex(/^(?:true|false|1|0|yes|no)$/i).transform((value) => /^(?:true|1|yes)$/i.test(value));

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `INFO` and `warning` are written too. */
export const logLevel = text
  .transform((value) => value.toLowerCase().replace(/^warning$/, 'warn'))
  .pipe(z.enum(LOG_LEVELS, LOG_LEVELS.join(', ')));

const opensSeals = (value: string): boolean => {
  try {
    return readKeyRing(value).keys.size > 0;
  } catch {
    return false;
  }
};

const milliseconds = (min: Duration, max: Duration): string => `whole milliseconds from ${min} to ${max}`;
const DAY = minutes(24 * 60);

/** Every environment variable of Stratus. An empty one counts as not set. */
export const VARIABLES = z.object({
  REDIS_URL: about(address(/^rediss?:$/).optional(), {
    group: 'Stores',
    means:
      'The Redis (7 or newer) that holds work in flight and the shared limiter. With `DATABASE_URL` it turns on cluster mode; without both Stratus runs embedded.',
    allowed: 'an address such as redis://host:6379 or rediss://user:password@host:6380/0',
    example: 'redis://redis:6379',
    secret: true,
  }),
  DATABASE_URL: about(address(/^postgres(?:ql)?:$/).optional(), {
    group: 'Stores',
    means:
      'The Postgres (15 or newer) that holds the warehouse and all truth. Set together with `REDIS_URL`.',
    allowed: 'an address such as postgres://user:password@host:5432/database',
    example: 'postgres://stratus:stratus@postgres:5432/stratus',
    secret: true,
  }),
  STRATUS_SECRET_KEY: about(text.refine(opensSeals).optional(), {
    group: 'Stores',
    means:
      'Seals the credentials of connections: 32 bytes in base64, the same for every process. Several, separated by commas, rotate: the first seals, all open. Make one with `node -p "crypto.randomBytes(32).toString(\'base64\')"`. Embedded mode makes its own and keeps it in `STRATUS_DATA_DIR`.',
    allowed: 'one or more keys of 32 bytes in base64, separated by commas',
    example: '',
    secret: true,
  }),
  STRATUS_DATA_DIR: about(text.default('.stratus'), {
    group: 'Stores',
    means: 'Where embedded mode keeps its Postgres and its key.',
    allowed: 'a folder that may be written',
    example: '/var/lib/stratus',
  }),
  STRATUS_QUEUE_PREFIX: about(text.regex(/^[^:\s]+$/).default('{stratus}'), {
    group: 'Stores',
    means: 'Begins the name of every Redis key. The braces keep all of them on one node of a Redis Cluster.',
    allowed: 'a word without colons or spaces',
    example: '{stratus}',
  }),
  STRATUS_CONFIG: about(text.default('config/stratus.yaml'), {
    group: 'Process',
    means: 'The file that says which streams run and how often.',
    allowed: 'the path of a YAML file',
    example: '/etc/stratus.yaml',
  }),
  LOG_LEVEL: about(logLevel.optional(), {
    group: 'Process',
    means: 'How much is logged. Wins over `log_level` in `STRATUS_CONFIG`; `info` where neither is set.',
    allowed: LOG_LEVELS.join(', '),
    example: 'debug',
  }),
  STRATUS_CONCURRENCY: about(whole(1, 256).prefault('8'), {
    group: 'Process',
    means: 'How many runs one worker process works on at a time; most of a run is waiting for its platform.',
    allowed: 'a whole number from 1 to 256',
    example: '16',
  }),
  HOST: about(text.default('127.0.0.1'), {
    group: 'Console',
    means: 'The address the console listens on. `0.0.0.0` opens it to the network: put TLS before it.',
    allowed: 'an address or host name of this machine',
    example: '0.0.0.0',
  }),
  PORT: about(whole(0, 65_535).prefault('8080'), {
    group: 'Console',
    means: 'The port the console listens on; 0 takes any that is free.',
    allowed: 'a whole number from 0 to 65535',
    example: '8080',
  }),
  STRATUS_TRUST_PROXY: about(whole(0, 16).prefault('0'), {
    group: 'Console',
    means: 'How many reverse proxies stand before the console; one too many lets a caller forge its address.',
    allowed: 'a whole number from 0 to 16',
    example: '1',
  }),
  STRATUS_SECURE_COOKIES: about(flag.prefault('false'), {
    group: 'Console',
    means: 'Send the session cookie over TLS alone. Turn it on wherever people reach the console by https.',
    allowed: 'true or false',
    example: 'true',
  }),
  STRATUS_PUBLIC_URL: about(address(/^https?:$/).optional(), {
    group: 'Console',
    means:
      'How people reach the console. Platforms send their browsers back there after a sign-in; without it, to where each request came from.',
    allowed: 'an address such as https://stratus.example',
    example: 'https://stratus.example',
  }),
  SMTP_HOST: about(text.optional(), {
    group: 'Console',
    means: 'The server that takes mail. Without it no mail is sent.',
    allowed: 'a host name',
    example: 'smtp.example',
  }),
  SMTP_PORT: about(whole(1, 65_535).prefault('587'), {
    group: 'Console',
    means: 'Its port: TLS from the first byte on 465, by STARTTLS on others.',
    allowed: 'a port from 1 to 65535',
    example: '587',
  }),
  SMTP_USER: about(text.optional(), {
    group: 'Console',
    means: 'Who signs in to it; nobody by default.',
    allowed: 'any text',
    example: '',
  }),
  SMTP_PASSWORD: about(text.optional(), {
    group: 'Console',
    means: 'The password of `SMTP_USER`. It is only sent over TLS.',
    allowed: 'any text',
    example: '',
    secret: true,
  }),
  SMTP_FROM: about(text.includes('@').optional(), {
    group: 'Console',
    means: 'Whom mail is from; `SMTP_USER` by default.',
    allowed: 'a mail address',
    example: 'stratus@shop.example',
  }),
  METRICS_TOKEN: about(text.min(16).optional(), {
    group: 'Console',
    means: 'The bearer token that `/metrics` asks for. Without it, `/metrics` wants a signed-in operator.',
    allowed: 'at least 16 characters',
    example: '',
    secret: true,
  }),
  STRATUS_METRICS_PORT: about(whole(1, 65_535).optional(), {
    group: 'Console',
    means:
      'Where a worker or scheduler serves its own metrics (`/metrics`), on HOST. Unset: not at all; the console always serves its own.',
    allowed: 'a whole number from 1 to 65535',
    example: '9464',
  }),
  STRATUS_LOCK_MS: about(span(1000, minutes(10)).prefault(String(seconds(30))), {
    group: 'Timing',
    means: 'How long a job stays locked to a worker that has gone silent. Shorter returns it sooner.',
    allowed: milliseconds(1000, minutes(10)),
    example: '30000',
  }),
  STRATUS_LEASE_MS: about(span(1000, minutes(60)).prefault(String(seconds(60))), {
    group: 'Timing',
    means: 'How long a run may show no progress before another worker may take it over.',
    allowed: milliseconds(1000, minutes(60)),
    example: '60000',
  }),
  STRATUS_RECONCILE_MS: about(span(500, minutes(60)).prefault(String(seconds(30))), {
    group: 'Timing',
    means: 'How often the scheduler compares what should be scheduled with what is.',
    allowed: milliseconds(500, minutes(60)),
    example: '30000',
  }),
  STRATUS_SLICE_MS: about(span(1000, DAY).prefault(String(seconds(60))), {
    group: 'Timing',
    means: 'How long a run works before it lets others go first and queues itself again.',
    allowed: milliseconds(1000, DAY),
    example: '60000',
  }),
  STRATUS_STOP_MS: about(span(1000, minutes(10)).prefault(String(seconds(20))), {
    group: 'Timing',
    means:
      'How long a process takes at most to stop in good order. Keep it below the grace the orchestrator gives.',
    allowed: milliseconds(1000, minutes(10)),
    example: '20000',
  }),
  SHOPIFY_SHOP: about(text.regex(/^[a-z0-9][a-z0-9-]*(\.myshopify\.com)?$/i).optional(), {
    group: 'Shopify',
    means: 'The shop that `stratus connections import-env` makes a connection of.',
    allowed: 'a shop such as your-store or your-store.myshopify.com',
    example: 'your-store.myshopify.com',
  }),
  SHOPIFY_ACCESS_TOKEN: about(text.optional(), {
    group: 'Shopify',
    means: 'The Admin API token of a custom app. Or set the client id and secret.',
    allowed: 'a token that begins with shpat_',
    example: '',
    secret: true,
  }),
  SHOPIFY_CLIENT_ID: about(text.optional(), {
    group: 'Shopify',
    means: 'The client id of an app that asks for its own short-lived tokens.',
    allowed: 'the id shown in the app’s settings',
    example: '',
  }),
  SHOPIFY_CLIENT_SECRET: about(text.optional(), {
    group: 'Shopify',
    means: 'The secret that belongs to the client id.',
    allowed: 'the secret shown in the app’s settings',
    example: '',
    secret: true,
  }),
  SHOPIFY_API_VERSION: about(text.regex(/^(?:\d{4}-(?:01|04|07|10)|unstable)$/).optional(), {
    group: 'Shopify',
    means: 'The version of the Admin API to call; the connector’s own where it is not set.',
    allowed: 'a quarter such as 2026-10',
    example: '2026-10',
  }),
  SHOPIFY_SYNC_LOOKBACK_HOURS: about(whole(0, 24 * 60).optional(), {
    group: 'Shopify',
    means: 'How far each run steps back from its checkpoint to catch late edits, in hours.',
    allowed: 'a whole number from 0 to 1440',
    example: '24',
  }),
  FREEAGENT_CLIENT_ID: about(text.optional(), {
    group: 'FreeAgent',
    means: 'The OAuth identifier of the app that a user of the company approved.',
    allowed: 'an identifier from dev.freeagent.com',
    example: '',
  }),
  FREEAGENT_CLIENT_SECRET: about(text.optional(), {
    group: 'FreeAgent',
    means:
      'The secret that belongs to the identifier; with it and the refresh token the connection renews itself.',
    allowed: 'a secret from dev.freeagent.com',
    example: '',
    secret: true,
  }),
  FREEAGENT_REDIRECT_URI: about(text.optional(), {
    group: 'FreeAgent',
    means: 'Not needed: only the browser that approves the app uses it.',
    allowed: 'anything',
    example: '',
  }),
  FREEAGENT_ACCESS_TOKEN: about(text.optional(), {
    group: 'FreeAgent',
    means: 'A token in hand. Alone it serves for what is left of its hour.',
    allowed: 'a token',
    example: '',
    secret: true,
  }),
  FREEAGENT_REFRESH_TOKEN: about(text.optional(), {
    group: 'FreeAgent',
    means:
      'What the user’s approval of the app brought; it changes with each renewal, and the newest is kept sealed.',
    allowed: 'a token',
    example: '',
    secret: true,
  }),
  FREEAGENT_API_VERSION: about(text.regex(/^\d{4}-\d{2}-\d{2}$/).optional(), {
    group: 'FreeAgent',
    means: 'Sent as X-Api-Version; FreeAgent’s oldest behaviour where it is not set.',
    allowed: 'a date',
    example: '2024-10-01',
  }),
  FREEAGENT_CONTACTS_LOOKBACK_DAYS: about(whole(0, 366).optional(), {
    group: 'FreeAgent',
    means: 'How far each run of the contacts steps back from its checkpoint, in days.',
    allowed: 'a whole number from 0 to 366',
    example: '30',
  }),
  FREEAGENT_INVOICES_LOOKBACK_DAYS: about(whole(0, 366).optional(), {
    group: 'FreeAgent',
    means: 'How far each run of the invoices steps back from its checkpoint, in days.',
    allowed: 'a whole number from 0 to 366',
    example: '30',
  }),
  FREEAGENT_BILLS_LOOKBACK_DAYS: about(whole(0, 366).optional(), {
    group: 'FreeAgent',
    means: 'How far each run of the bills steps back from its checkpoint, in days.',
    allowed: 'a whole number from 0 to 366',
    example: '30',
  }),
  FREEAGENT_BANK_TRANSACTIONS_LOOKBACK_DAYS: about(whole(0, 366).optional(), {
    group: 'FreeAgent',
    means: 'How far each run of the bank transactions steps back from its checkpoint, in days.',
    allowed: 'a whole number from 0 to 366',
    example: '30',
  }),
  FREEAGENT_TRANSACTIONS_LOOKBACK_DAYS: about(whole(0, 366).optional(), {
    group: 'FreeAgent',
    means: 'How far each run of the general ledger steps back from its checkpoint, in days.',
    allowed: 'a whole number from 0 to 366',
    example: '30',
  }),
  SHIPBOB_TOKEN: about(text.optional(), {
    group: 'ShipBob',
    means: 'The personal access token that `stratus connections import-env` makes a connection of.',
    allowed: 'a token made in ShipBob under Integrations, API',
    example: '',
    secret: true,
  }),
  SHIPBOB_BASE: about(text.regex(/^https:\/\/\S+$/).optional(), {
    group: 'ShipBob',
    means:
      'The API and its version; the connector’s own where it is not set, or where that version is switched off.',
    allowed: 'an address such as https://api.shipbob.com/2026-01',
    example: 'https://api.shipbob.com/2026-01',
  }),
  SHIPBOB_STATUS_LOOKBACK_HOURS: about(whole(0, 24 * 60).optional(), {
    group: 'ShipBob',
    means: 'How far each run of the orders steps back from its checkpoint to catch late edits, in hours.',
    allowed: 'a whole number from 0 to 1440',
    example: '24',
  }),
  SHIPBOB_RETURNS_LOOKBACK_DAYS: about(whole(0, 366).optional(), {
    group: 'ShipBob',
    means: 'The same of the returns, in days.',
    allowed: 'a whole number from 0 to 366',
    example: '30',
  }),
  SHIPBOB_RECEIVING_LOOKBACK_DAYS: about(whole(0, 366).optional(), {
    group: 'ShipBob',
    means: 'The same of the goods on their way in, in days.',
    allowed: 'a whole number from 0 to 366',
    example: '14',
  }),
  AMZ_CLIENT_ID: about(text.optional(), {
    group: 'Amazon',
    means: 'The client id of the app that the seller authorised.',
    allowed: 'an id that begins with amzn1.application-oa2-client.',
    example: '',
  }),
  AMZ_CLIENT_SECRET: about(text.optional(), {
    group: 'Amazon',
    means: 'The secret that belongs to the client id; Amazon wants it rotated every 180 days.',
    allowed: 'a secret that begins with amzn1.oa2-cs.v1.',
    example: '',
    secret: true,
  }),
  AMZ_REFRESH_TOKEN: about(text.optional(), {
    group: 'Amazon',
    means: 'What the seller’s authorisation of the app brought.',
    allowed: 'a token that begins with Atzr|',
    example: '',
    secret: true,
  }),
  AMZ_ACCESS_TOKEN: about(text.optional(), {
    group: 'Amazon',
    means: 'Not needed: it lives an hour, and a new one is asked for.',
    allowed: 'anything',
    example: '',
    secret: true,
  }),
  AMZ_MARKETPLACE_IDS: about(text.optional(), {
    group: 'Amazon',
    means: 'The marketplaces of one region that the seller sells in.',
    allowed: 'ids such as A1F83G8C2ARO7P, divided by commas',
    example: 'A1F83G8C2ARO7P,A1PA6795UKMFR9',
  }),
  AMZ_REGION: about(text.regex(/^(?:us-east-1|eu-west-1|us-west-2)$/).optional(), {
    group: 'Amazon',
    means:
      'The region, by the name AWS has for it: North America, Europe, the Far East. Europe where it is not set.',
    allowed: 'us-east-1, eu-west-1 or us-west-2',
    example: 'eu-west-1',
  }),
  AMZ_ENDPOINT: about(text.regex(/^https:\/\/\S+$/).optional(), {
    group: 'Amazon',
    means: 'The region’s own address, which wins over the region.',
    allowed: 'an address such as https://sellingpartnerapi-eu.amazon.com',
    example: 'https://sellingpartnerapi-eu.amazon.com',
  }),
  AMZ_SYNC_LOOKBACK_HOURS: about(whole(0, 24 * 60).optional(), {
    group: 'Amazon',
    means: 'How far each run of the orders steps back from its checkpoint to catch late edits, in hours.',
    allowed: 'a whole number from 0 to 1440',
    example: '24',
  }),
  AMZ_SETTLEMENT_LOOKBACK_DAYS: about(whole(0, 89).optional(), {
    group: 'Amazon',
    means: 'How far back each run looks for settlements it has not read, in days.',
    allowed: 'a whole number from 0 to 89',
    example: '85',
  }),
});

export type VariableName = keyof typeof VARIABLES.shape;

export const VARIABLE_NAMES = Object.keys(VARIABLES.shape) as VariableName[];

/** What is known about a variable, and its value where nobody sets one. */
export function explain(name: VariableName): Explained & { readonly standard: string | undefined } {
  const schema: z.ZodType = VARIABLES.shape[name];
  const value = schema.safeParse(undefined);
  return {
    ...(schema.meta() as unknown as Explained),
    standard:
      value.success && value.data !== undefined ? String(value.data as string | number | boolean) : undefined,
  };
}

import { CronExpressionParser } from 'cron-parser';
import { isAlias, isMap, isScalar, LineCounter, parseDocument, type Document, type YAMLError } from 'yaml';
import { z } from 'zod';
import { days, Failure, hours, minutes, nearest, parseDuration, seconds, type Duration } from '#kernel';
import { logLevel, type LogLevel } from './variables.js';

/** How often a stream runs: every so many milliseconds, or by a cron pattern in UTC. */
export type Schedule = { readonly every: Duration } | { readonly pattern: string };

export interface StreamConfig {
  readonly enabled: boolean;
  readonly schedule?: Schedule;
  readonly lookbackMs?: Duration;
  /** When both sides are compared by id; nightly where nothing is said. */
  readonly reconcile?: Schedule | 'off';
}

export interface StratusConfig {
  readonly logLevel: LogLevel | undefined;
  /** By stream name (`shopify.orders`). A stream that is not in it runs as the catalog says. */
  readonly streams: ReadonlyMap<string, StreamConfig>;
}

export interface KnownPlatform {
  readonly platform: string;
  /** `orders` or `shopify.orders`. */
  readonly streams: readonly string[];
}

/** The shortest cadence: below it a scheduler does little but schedule. */
const SHORTEST = seconds(1);
const LONGEST = days(366);
/** A list of every id more often than this would be read for its own sake. */
const SHORTEST_COMPARISON = minutes(1);

const yesOrNo = z.boolean('true or false');
const span = z.string('a span such as 90s, 15m, 24h or 7d').transform((text, ctx) => {
  const duration = parseDuration(text);
  if (duration !== undefined) return duration;
  ctx.addIssue({ code: 'custom', message: 'a span such as 90s, 15m, 24h or 7d' });
  return z.NEVER;
});
const count = (what: string, max: number) =>
  z.int(`a whole number of ${what} from 0 to ${max}`).min(0, `from 0 to ${max}`).max(max, `from 0 to ${max}`);

const cron = z
  .string('a cron pattern in UTC such as "0 * * * *"')
  .refine(isCron, 'a cron pattern in UTC of five fields such as "0 * * * *" or "*/15 6-22 * * 1-5"');

function isCron(pattern: string): boolean {
  // The parser fills missing fields with stars: "5" would run every second of minute zero or worse.
  if (!/^@\w+$/.test(pattern) && pattern.trim().split(/\s+/).length !== 5) return false;
  try {
    CronExpressionParser.parse(pattern, { tz: 'UTC' }).next();
    return true;
  } catch {
    return false;
  }
}

const COMPARISONS =
  'off, a cron pattern in UTC of five fields such as "30 2 * * *", or a span from 1m to 366d';

const comparison = z.unknown().transform((value, ctx): Schedule | 'off' => {
  // YAML 1.1 readers and people both write a bare `off` for false.
  if (value === 'off' || value === false) return 'off';
  if (typeof value === 'string') {
    const every = parseDuration(value);
    if (every !== undefined && every >= SHORTEST_COMPARISON && every <= LONGEST) return { every };
    if (every === undefined && isCron(value)) return { pattern: value };
  }
  ctx.addIssue({ code: 'custom', message: COMPARISONS });
  return z.NEVER;
});

/** A map with exactly these keys; another key is answered with the list of them. */
function exactly<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? Object.keys(shape).join(', ')
        : `a map of ${Object.keys(shape).join(', ')}`,
  });
}

const streamShape = exactly({
  enabled: yesOrNo.default(true),
  schedule: cron.optional(),
  every: span.refine((every) => every >= SHORTEST && every <= LONGEST, 'a span from 1s to 366d').optional(),
  lookback: span.optional(),
  reconcile: comparison.optional(),
  lookback_hours: count('hours', 24 * 366).optional(),
  lookback_days: count('days', 366).optional(),
}).superRefine((stream, ctx) => {
  const onlyOne = (names: (keyof typeof stream)[]): void => {
    const [first, second] = names.filter((name) => stream[name] !== undefined);
    if (first && second)
      ctx.addIssue({ code: 'custom', path: [second], message: `${first} or ${second}, not both` });
  };
  onlyOne(['schedule', 'every']);
  onlyOne(['lookback', 'lookback_hours', 'lookback_days']);
});

function fileShape(known: readonly KnownPlatform[]) {
  return exactly({
    global: exactly({
      timezone: z.literal('UTC', 'UTC; every instant and schedule of Stratus is in it').optional(),
      log_level: logLevel.optional(),
    }).optional(),
    integrations: exactly(
      Object.fromEntries(
        known.map(({ platform, streams }) => [
          platform,
          exactly({
            enabled: yesOrNo.default(true),
            features: exactly(
              Object.fromEntries(streams.map((name) => [shortName(platform, name), yesOrNo.optional()])),
            ).optional(),
            ...Object.fromEntries(streams.map((name) => [shortName(platform, name), streamShape.optional()])),
          }).optional(),
        ]),
      ),
    ).optional(),
  });
}

const shortName = (platform: string, stream: string): string =>
  stream.startsWith(`${platform}.`) ? stream.slice(platform.length + 1) : stream;

/**
 * Reads the text of `config/stratus.yaml`. Throws one `config` Failure that names each mistake: file, line and column,
 * the key, what was read and what is allowed.
 */
export function readStratusFile(
  text: string,
  filePath: string,
  known: readonly KnownPlatform[],
): StratusConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${filePath}:${line}:${col}`;
  };
  refuse(document.errors.map((error) => `${at(error.pos[0])} ${syntaxComplaint(error)}`));

  const parsed = fileShape(known).safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    refuse(
      parsed.error.issues.flatMap((issue) => {
        const path = issue.path as (string | number)[];
        if (issue.code !== 'unrecognized_keys') return [valueComplaint(document, path, issue.message, at)];
        return issue.keys.map((key) => keyComplaint(document, [...path, key], issue.message, at));
      }),
    );
    throw new Failure('config', `${filePath} could not be read`);
  }

  const streams = new Map<string, StreamConfig>();
  const integrations = (parsed.data.integrations ?? {}) as Record<
    string,
    Record<string, unknown> | undefined
  >;
  for (const { platform, streams: names } of known) {
    const section = integrations[platform];
    if (!section) continue;
    for (const name of names) {
      const short = shortName(platform, name);
      const stream = section[short] as z.output<typeof streamShape> | undefined;
      const features = (section['features'] ?? {}) as Record<string, boolean | undefined>;
      const off = section['enabled'] === false || features[short] === false;
      if (stream || off) streams.set(`${platform}.${short}`, streamConfig(stream ?? { enabled: true }, off));
    }
  }
  return { logLevel: parsed.data.global?.log_level, streams };
}

function refuse(mistakes: readonly string[]): void {
  if (mistakes.length > 0) throw new Failure('config', mistakes.join('\n'));
}

function streamConfig(stream: z.output<typeof streamShape>, isOff: boolean): StreamConfig {
  const schedule: Schedule | undefined =
    stream.every !== undefined
      ? { every: stream.every }
      : stream.schedule !== undefined
        ? { pattern: stream.schedule }
        : undefined;
  const lookbackMs =
    stream.lookback ??
    (stream.lookback_hours === undefined ? undefined : hours(stream.lookback_hours)) ??
    (stream.lookback_days === undefined ? undefined : days(stream.lookback_days));
  return {
    enabled: stream.enabled && !isOff,
    ...(schedule ? { schedule } : {}),
    ...(lookbackMs === undefined ? {} : { lookbackMs }),
    ...(stream.reconcile === undefined ? {} : { reconcile: stream.reconcile }),
  };
}

type At = (offset: number) => string;

function valueComplaint(document: Document, path: (string | number)[], allowed: string, at: At): string {
  const where = at(keyOffset(document, path));
  const value: unknown = document.toJS();
  const read = path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | null)?.[key], value);
  return `${where} ${path.join('.') || 'the file'} is ${JSON.stringify(read) ?? 'missing'}; allowed: ${allowed}`;
}

function keyComplaint(document: Document, path: (string | number)[], allowed: string, at: At): string {
  const key = String(path.at(-1));
  const meant = nearest(key, allowed.split(', '));
  const hint = meant ? `; did you mean ${meant}?` : '';
  return `${at(keyOffset(document, path))} ${path.join('.')} is not known; allowed: ${allowed}${hint}`;
}

/** Where the last key of the path stands in the text. */
function keyOffset(document: Document, path: readonly (string | number)[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (!isMap(node)) break;
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
    if (!pair) break;
    if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
    node = pair.value;
  }
  return offset;
}

function syntaxComplaint(error: YAMLError): string {
  if (error.code === 'DUPLICATE_KEY') return 'this key stands twice in its map; allowed: once';
  if (error.code === 'TAB_AS_INDENT') return 'the line is indented with a tab; allowed: spaces';
  return `is not YAML: ${error.message}`;
}

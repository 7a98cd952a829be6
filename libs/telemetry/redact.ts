/**
 * The one place where secrets are taken out of what leaves the process as text: whole fields by their name, however
 * deep they stand, and in any text what looks like a token, an authorisation header or a credential in a URL.
 */
const CENSORED = '[redacted]';

/** Names of fields, without their case, `-` and `_`. */
const SECRET_FIELD =
  /(?:token|secret|password|passwordhash|passwd|apikey|secretkey|authorization|cookie|credentials|csrf)$/;

const PATTERNS: readonly [RegExp, string][] = [
  [/\bshp(?:at|ca|pa|ss|rt)_[A-Za-z0-9_-]+/g, CENSORED],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/g, CENSORED],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${CENSORED}`],
  [/(\/\/[^\s/:@]*:)[^\s/@]+@/g, `$1${CENSORED}@`],
  // Quotes may be escaped: bodies are often told as JSON inside JSON.
  [
    /((?:access|refresh|id)[_-]?token|client[_-]?secret|secret[_-]?key|password|api[_-]?key|authorization|set-cookie)(\\*"?\s*[:=]\s*\\*"?)[^\s"&,}\\]+/gi,
    `$1$2${CENSORED}`,
  ],
  [/("(?:token|secret|cookie|credentials)\\*"\s*:\s*\\*")[^"\\]+/gi, `$1${CENSORED}`],
  // After a colon these words also begin an explanation: only `token=…` is surely a value.
  [/\b(token|secret|cookie)=[^\s"&,;}]+/gi, `$1=${CENSORED}`],
];

/** Free text without what looks like a secret. */
export function redactText(text: string): string {
  return PATTERNS.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}

/** Deeper ones are cut off: a log line is for reading. */
const DEEPEST = 8;

/** Fields of a log line without secrets: errors as name, kind and message, nothing of their own fields or stack. */
export function redactFields(fields: object): Record<string, unknown> {
  return plain(fields, [fields]);
}

function plain(fields: object, path: readonly object[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value != null && SECRET_FIELD.test(name.replace(/[-_]/g, '').toLowerCase())
        ? CENSORED
        : redact(value, path),
    ]),
  );
}

function redact(value: unknown, path: readonly object[]): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Error)
    return {
      name: value.name,
      ...('kind' in value && typeof value.kind === 'string' ? { kind: value.kind } : {}),
      message: redactText(value.message),
    };
  if (path.length >= DEEPEST || path.includes(value)) return '…';
  const below = [...path, value];
  return Array.isArray(value) ? value.map((one) => redact(one, below)) : plain(value, below);
}

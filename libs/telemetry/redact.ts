/**
 * The one place where secrets are taken out of what leaves the process as text. Structured logs lose whole keys;
 * free text loses what looks like a token, an authorisation header or a credential in a URL.
 */
export const SECRET_KEYS = [
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'passwordHash',
  'credentials',
  'accessToken',
  'access_token',
  'refreshToken',
  'refresh_token',
  'clientSecret',
  'client_secret',
  'x-shopify-access-token',
  'apiKey',
  'secret',
  'token',
] as const;

const PATTERNS: readonly [RegExp, string][] = [
  [/\bshp(?:at|ca|pa|ss|rt)_[A-Za-z0-9_-]+/g, '[redacted]'],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, '$1 [redacted]'],
  [/(\/\/[^\s/:@]*:)[^\s/@]+@/g, '$1[redacted]@'],
  [
    /((?:access|refresh)_?token|client_?secret|password|api_?key|authorization|x-shopify-access-token)("?\s*[:=]\s*"?)[^\s"&,}]+/gi,
    '$1$2[redacted]',
  ],
];

/** Free text without what looks like a secret. */
export function redactText(text: string): string {
  return PATTERNS.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), text);
}

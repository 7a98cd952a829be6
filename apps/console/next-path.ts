/**
 * Where to go after the sign-in: a path of this console, whatever the link said. Anything that a browser could read
 * as another site (`//host`, `/\host`, `/..//host`, a scheme) becomes `/`.
 */
export function nextPath(asked: unknown): string {
  if (typeof asked !== 'string' || !asked.startsWith('/')) return '/';
  const base = 'http://console.invalid';
  const url = URL.canParse(asked, base) ? new URL(asked, base) : undefined;
  if (url?.origin !== base) return '/';
  return url.pathname.startsWith('//') ? '/' : `${url.pathname}${url.search}`;
}

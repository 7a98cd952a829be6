import { Failure } from '#kernel';
import type { ConnectionRow } from '#warehouse';
import type { Platform } from './define.js';

/** A connection's settings or credentials as the platform's schema reads them; the failure names fields, never values. */
export function parse(
  platform: Platform,
  what: 'settings' | 'credentials',
  value: unknown,
  connection: ConnectionRow,
): unknown {
  const parsed = platform[what].safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || what).join(', ');
  throw new Failure(
    'config',
    `connection ${connection.name} has wrong ${what} for ${platform.title} (${where}); set them with: npx stratus connections add ${platform.name} --name ${connection.name}`,
  );
}

import type { HostRule } from '#http';
import type { ConnectionRow } from '#warehouse';
import type { CallSpec } from './call-spec.js';
import type { Platform } from './define.js';

/** Where a connection's calls go. */
interface Places {
  /** The only hosts they may go to. */
  readonly hosts: HostRule['hosts'];
  /** The address of a call. */
  of(spec: CallSpec): string;
  /** The same of one that renews tokens. */
  ofTokens(spec: CallSpec): string;
}

/**
 * A connection with a base url of its own asks that one for everything, at the platform's own paths. Its `tokenUrl`, which
 * any connection's settings may hold, is where tokens are renewed: a whole address, or a host alone for the platform's path.
 */
export function placesOf(platform: Platform, connection: ConnectionRow, settings: unknown): Places {
  const { baseUrl } = connection;
  const own = (baseUrl ?? platform.baseUrl(settings)).replace(/\/$/, '');
  const tokens = tokenUrlOf(connection.settings);
  const of = ({ base, path }: CallSpec): string =>
    (base !== undefined && baseUrl === null ? base.replace(/\/$/, '') : own) + path;
  return {
    hosts: [
      ...(baseUrl === null ? platform.hosts : [new URL(own).hostname]),
      ...(tokens === null ? [] : [tokens.hostname]),
    ],
    of,
    ofTokens(spec) {
      if (tokens === null) return of(spec);
      return tokens.pathname === '/' ? tokens.origin + spec.path : tokens.href;
    },
  };
}

function tokenUrlOf(settings: unknown): URL | null {
  if (typeof settings !== 'object' || settings === null || !('tokenUrl' in settings)) return null;
  const { tokenUrl } = settings;
  return typeof tokenUrl === 'string' && URL.canParse(tokenUrl) ? new URL(tokenUrl) : null;
}

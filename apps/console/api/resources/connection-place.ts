import type { Json } from '#kernel';
import type { Platform } from '#sync';
import type { ConnectionRow } from '#warehouse';
import { Problem } from '../problem.js';

/** What says where a connection's calls go, and its credentials with them. */
type Place = Pick<ConnectionRow, 'baseUrl' | 'sandbox' | 'settings'>;

/** The address in the settings where tokens are renewed: no setting of the platform's own, so an edit of those keeps it. */
export const tokenUrlOf = ({ settings: { tokenUrl } }: Pick<Place, 'settings'>): Record<string, Json> =>
  tokenUrl === undefined ? {} : { tokenUrl };

/**
 * Throws `conflict`, with the field `body.credentials`, where what is stored would be sent to another host than before: scheme,
 * name and port count, wherever they come from (the base URL, a setting such as the shop's name, the address that renews
 * tokens). Whoever may edit an address must not thereby learn a secret that is shown to nobody. A path may change, and what only
 * closes a stand-in's doors.
 */
export function mustStayThere(platform: Platform, before: Place, to: Place): void {
  const opened = to.sandbox && !before.sandbox;
  if (!opened && hostsOf(platform, before) === hostsOf(platform, to)) return;
  throw new Problem(
    'conflict',
    'its credentials would go to another host: enter them again beside the new address',
    {
      errors: [
        { field: 'body.credentials', message: 'enter them again: those that are stored go nowhere else' },
      ],
    },
  );
}

/** Every origin that learns the credentials, as one text. Without a base URL calls may go to any host of the platform. */
function hostsOf(platform: Platform, place: Place): string {
  const settings = platform.settings.safeParse(place.settings);
  const own = settings.success ? platform.baseUrl(settings.data) : 'nowhere';
  return JSON.stringify([
    place.baseUrl === null ? 'the platform' : 'a place of its own',
    originOf(place.baseUrl ?? own),
    originOf(place.settings['tokenUrl']),
  ]);
}

function originOf(address: unknown): string | null {
  if (typeof address !== 'string') return null;
  return URL.canParse(address) ? new URL(address).origin : address;
}

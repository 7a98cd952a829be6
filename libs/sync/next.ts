import type { Place } from './call-spec.js';

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

/** Relay connections: `{ after: endCursor }` until `hasNextPage` is false. */
export function afterCursor(pageInfo: PageInfo): { after: string } | null {
  return pageInfo.hasNextPage && pageInfo.endCursor !== null ? { after: pageInfo.endCursor } : null;
}

/** The cursor a Relay place holds; null for the first page. */
export function cursorOf(place: Place | null): string | null {
  return typeof place === 'object' && place !== null && 'after' in place && typeof place.after === 'string'
    ? place.after
    : null;
}

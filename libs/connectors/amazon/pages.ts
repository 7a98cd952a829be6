import type { Place } from '#sync';

/** Amazon's lists end where no token comes; a page may be empty and still not the last. */
export const afterToken = (token: string | null | undefined): Place | null =>
  token === undefined || token === null || token === '' ? null : { token };

/** The token a place holds; undefined for the first page. */
export const tokenOf = (place: Place | null): string | undefined =>
  typeof place === 'object' && place !== null && 'token' in place && typeof place.token === 'string'
    ? place.token
    : undefined;

/** The text at one field of a record that may not be one. */
export const textAt =
  (field: string) =>
  (payload: unknown): string | null => {
    if (typeof payload !== 'object' || payload === null) return null;
    const value: unknown = (payload as Readonly<Record<string, unknown>>)[field];
    return typeof value === 'string' && value !== '' ? value : null;
  };

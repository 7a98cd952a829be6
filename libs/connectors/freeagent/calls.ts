import type { CallSpec } from '#sync';
import type { FreeAgentSettings } from './settings.js';

/** One read, `/v2` before its path; JSON is asked for, since the answer would be XML for some clients. */
export function get(
  settings: FreeAgentSettings,
  operation: string,
  query: NonNullable<CallSpec['query']> = {},
): CallSpec {
  const { apiVersion } = settings;
  return {
    path: `/v2/${operation}`,
    query,
    headers: {
      accept: 'application/json',
      ...(apiVersion === undefined ? {} : { 'x-api-version': apiVersion }),
    },
    operation,
  };
}

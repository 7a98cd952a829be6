import type { Call } from './call.js';
import type { Shop } from './shop.js';
import { fault, type Answer } from './simulator.js';
import type { TokenGrant } from './tokens.js';

/** The header every Admin call carries. */
export function tokenOf(call: Call): string | undefined {
  const value = call.headers['x-shopify-access-token'];
  return typeof value === 'string' ? value : undefined;
}

export const UNAUTHORIZED = '[API] Invalid API key or access token (unrecognized login or wrong password)';

function fieldsOf(call: Call): Readonly<Record<string, unknown>> | undefined {
  const type = String(call.headers['content-type'] ?? '');
  const text = call.body.toString('utf8');
  if (!type.includes('json')) return Object.fromEntries(new URLSearchParams(text));
  try {
    const fields: unknown = JSON.parse(text);
    return fields !== null && typeof fields === 'object' ? (fields as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const denied = (operation: string, error: string, description: string): Answer => ({
  status: 400,
  body: JSON.stringify({ error, error_description: description }),
  note: { outcome: error, operation },
});

/** `POST /admin/oauth/access_token`: client credentials, or a refresh of an expiring token. */
export function answerToken(shop: Shop, call: Call, nowMs: number): Answer {
  if (call.method !== 'POST') return fault(404, 'Not Found', 'not-found', 'none');
  const fields = fieldsOf(call);
  const grant = fields?.['grant_type'];
  const operation = grant === 'refresh_token' ? 'token-refresh' : 'token';
  if (!fields || (grant !== 'client_credentials' && grant !== 'refresh_token'))
    return denied(operation, 'invalid_request', 'The grant_type is missing or not supported');
  if (!shop.tokens.isClient(fields['client_id'], fields['client_secret']))
    return denied(operation, 'invalid_client', 'Client authentication failed');
  const granted: TokenGrant | undefined =
    grant === 'client_credentials'
      ? shop.tokens.grantClient(nowMs)
      : shop.tokens.refresh(fields['refresh_token'], nowMs);
  if (!granted)
    return denied(operation, 'invalid_grant', 'The refresh token is invalid, expired or already used');
  return {
    status: 200,
    body: JSON.stringify({ ...granted, scope: [...shop.scopes].join(',') }),
    note: { outcome: 'served', operation },
  };
}

/** `GET /admin/oauth/access_scopes.json`. */
export function answerScopes(shop: Shop, call: Call, nowMs: number): Answer {
  const token = tokenOf(call);
  if (call.method !== 'GET') return fault(404, 'Not Found', 'not-found', 'none');
  if (token === undefined || !shop.tokens.authenticate(token, nowMs))
    return fault(401, UNAUTHORIZED, 'unauthorized', 'access-scopes');
  const scopes = [...shop.scopes].map((handle) => ({ handle }));
  return {
    status: 200,
    body: JSON.stringify({ access_scopes: scopes }),
    note: { outcome: 'served', operation: 'access-scopes' },
  };
}

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

/** `POST /admin/oauth/access_token`: client credentials, a code for an expiring token, or a refresh of one. */
export function answerToken(shop: Shop, call: Call, nowMs: number): Answer {
  if (call.method !== 'POST') return fault(404, 'Not Found', 'not-found', 'none');
  const fields = fieldsOf(call);
  const grant = fields?.['grant_type'];
  const operation = grant === 'refresh_token' ? 'token-refresh' : 'token';
  const isCode = grant === undefined && fields?.['code'] !== undefined && fields['expiring'] === '1';
  if (!fields || (grant !== 'client_credentials' && grant !== 'refresh_token' && !isCode))
    return denied(operation, 'invalid_request', 'The grant_type is missing or not supported');
  if (!shop.tokens.isClient(fields['client_id'], fields['client_secret']))
    return denied(operation, 'invalid_client', 'Client authentication failed');
  const granted: TokenGrant | undefined =
    grant === 'client_credentials'
      ? shop.tokens.grantClient(nowMs)
      : isCode
        ? shop.tokens.exchange(fields['code'], nowMs)
        : shop.tokens.refresh(fields['refresh_token'], nowMs);
  if (!granted && isCode)
    return denied(operation, 'invalid_request', 'The authorization code was not found or was already used');
  if (!granted)
    return denied(operation, 'invalid_grant', 'The refresh token is invalid, expired or already used');
  return {
    status: 200,
    body: JSON.stringify({ ...granted, scope: [...shop.scopes].join(',') }),
    note: { outcome: 'served', operation },
  };
}

/** `GET /admin/oauth/authorize`: the owner says yes at once, and is sent back with a code and Shopify's signature. */
export function answerAuthorize(shop: Shop, call: Call, nowMs: number): Answer {
  const query = new URLSearchParams(call.query ?? '');
  const redirect = query.get('redirect_uri') ?? '';
  if (call.method !== 'GET' || !shop.tokens.knowsApp(query.get('client_id')) || !URL.canParse(redirect))
    return fault(400, 'Oauth error invalid_request', 'invalid_request', 'authorize');
  const to = new URL(redirect);
  const brought = {
    code: shop.tokens.code(redirect, nowMs),
    host: Buffer.from(`admin.shopify.com/store/${shop.name}`).toString('base64url'),
    shop: `${shop.name}.myshopify.com`,
    state: query.get('state') ?? '',
    timestamp: String(Math.floor(nowMs / 1000)),
  };
  const signed = Object.entries(brought)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('&');
  for (const [name, value] of Object.entries({ ...brought, hmac: shop.tokens.signature(signed) }))
    to.searchParams.set(name, value);
  return {
    status: 302,
    body: '',
    headers: { location: to.toString() },
    note: { outcome: 'served', operation: 'authorize' },
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

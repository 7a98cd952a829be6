import type { Consent } from '#sync';
import { credentialsGranted, type FreeAgentCredentials } from './auth.js';
import type { FreeAgentSettings } from './settings.js';

/** FreeAgent knows neither scopes (the user's own access level is what the token may) nor PKCE. */
export const consent: Consent<FreeAgentSettings, FreeAgentCredentials> = {
  page: ({ clientId, redirectUri, state }) => ({
    path: '/v2/approve_app',
    query: { client_id: clientId, response_type: 'code', redirect_uri: redirectUri, state },
  }),
  exchange: ({ app, code, redirectUri }) => ({
    method: 'POST',
    path: '/v2/token_endpoint',
    headers: {
      accept: 'application/json',
      authorization: `Basic ${Buffer.from(`${app.clientId}:${app.clientSecret}`).toString('base64')}`,
    },
    form: { grant_type: 'authorization_code', code, redirect_uri: redirectUri },
    operation: 'token_endpoint',
  }),
  granted: ({ app, body, now }) => credentialsGranted(app, body, now),
};

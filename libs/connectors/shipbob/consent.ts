import type { Consent } from '#sync';
import { credentialsGranted, type ShipBobCredentials } from './auth.js';
import { SCOPES } from './scopes.js';
import { authOf, type ShipBobSettings } from './settings.js';

/** ShipBob brings the browser back by a form that it posts, and wants PKCE's verifier with the code. */
export const consent: Consent<ShipBobSettings, ShipBobCredentials> = {
  page: ({ settings, clientId, redirectUri, state, challenge }) => ({
    base: authOf(settings),
    path: '/connect/authorize',
    query: {
      client_id: clientId,
      // The list of channels is what a connection is tried out with.
      scope: [...SCOPES, 'channels_read', 'offline_access'].join(' '),
      redirect_uri: redirectUri,
      response_type: 'code',
      response_mode: 'form_post',
      state,
      // It makes an id token good for one sign-in; we ask for none, and the state says the same.
      nonce: state,
      integration_name: 'Stratus',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    },
  }),
  exchange: ({ settings, app, code, redirectUri, verifier }) => ({
    method: 'POST',
    base: authOf(settings),
    path: '/connect/token',
    form: {
      grant_type: 'authorization_code',
      client_id: app.clientId,
      client_secret: app.clientSecret,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    },
    operation: 'token',
  }),
  granted: ({ app, redirectUri, body, now }) => credentialsGranted({ ...app, redirectUri }, body, now),
};

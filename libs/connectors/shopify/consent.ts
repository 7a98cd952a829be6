import { createHmac, timingSafeEqual } from 'node:crypto';
import { minutes } from '#kernel';
import type { BroughtQuery, Consent } from '#sync';
import { credentialsGranted, type ShopifyCredentials } from './auth.js';
import { SCOPES } from './scopes.js';
import type { ShopifySettings } from './settings.js';

/** Shopify signs the moment at which it sent the browser back; its own libraries take it for this long. */
const FRESH = minutes(1.5);

/**
 * What Shopify brings back is signed: every parameter but `hmac`, sorted, under the app's secret. One that is forged, of
 * another shop or old is not exchanged.
 */
function forged({ brought, settings, app, now }: BroughtQuery<ShopifySettings>): string | null {
  const { hmac = '', ...signed } = brought;
  const said = Object.entries(signed)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('&');
  const wanted = createHmac('sha256', app.clientSecret).update(said).digest();
  const given = Buffer.from(hmac, 'hex');
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    return 'it is not signed with the app’s secret: check that, and begin again';
  if (signed['shop'] !== `${settings.shop}.myshopify.com`) return 'it is of another shop';
  const age = now.getTime() - Number(signed['timestamp']) * 1000;
  return Math.abs(age) <= FRESH ? null : 'it is too old: begin again';
}

/** For an app of the Dev Dashboard that a shop of another organisation installs: tokens of an hour that renew themselves. */
export const consent: Consent<ShopifySettings, ShopifyCredentials> = {
  page: ({ settings, clientId, redirectUri, state }) => ({
    base: `https://${settings.shop}.myshopify.com`,
    path: '/admin/oauth/authorize',
    query: { client_id: clientId, scope: SCOPES.join(','), redirect_uri: redirectUri, state },
  }),
  forged,
  exchange: ({ app, code }) => ({
    method: 'POST',
    path: '/admin/oauth/access_token',
    form: { client_id: app.clientId, client_secret: app.clientSecret, code, expiring: '1' },
    operation: 'token',
  }),
  granted: ({ app, body, now }) => credentialsGranted(app, body, now),
};

import type { Answer, Call } from './call.js';
import { refuse } from './call.js';
import type { Company } from './company.js';

/** Who calls the token endpoint: by HTTP Basic, or by fields of the form. */
function clientOf(call: Call, form: URLSearchParams): readonly [id: string | null, secret: string | null] {
  const [, basic] = /^Basic (\S+)$/i.exec(String(call.headers['authorization'] ?? '')) ?? [];
  if (basic === undefined) return [form.get('client_id'), form.get('client_secret')];
  const [, id = '', secret = ''] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(basic, 'base64').toString('utf8')) ?? [];
  return [id, secret];
}

/** `POST /v2/token_endpoint`. */
export function answerToken(company: Company, call: Call, nowMs: number): Answer {
  const form = new URLSearchParams(call.body.toString('utf8'));
  if (!company.tokens.isClient(...clientOf(call, form)))
    return { status: 401, body: 'HTTP Basic: Access denied.\n', outcome: 'invalid_client' };
  const grant = form.get('grant_type');
  const exceeded = grant === 'refresh_token' ? company.meter.refresh(nowMs) : undefined;
  if (exceeded !== undefined) return throttled(exceeded);
  const granted =
    grant === 'refresh_token'
      ? company.tokens.refresh(form.get('refresh_token'), nowMs)
      : grant === 'authorization_code'
        ? company.tokens.exchange(form.get('code'), form.get('redirect_uri'), nowMs)
        : undefined;
  return granted
    ? { status: 200, body: granted, outcome: 'served' }
    : { status: 400, body: { error: 'invalid_grant' }, outcome: 'invalid_grant' };
}

/** `GET /v2/approve_app`: the user says yes, and is sent back with a code. */
export function answerApproval(company: Company, query: URLSearchParams, nowMs: number): Answer {
  const redirect = query.get('redirect_uri') ?? '';
  if (!company.tokens.knowsApp(query.get('client_id')) || !URL.canParse(redirect))
    return refuse(401, 'Unknown app', 'invalid_client');
  if (query.get('response_type') !== 'code') return refuse(400, 'response_type must be code', 'malformed');
  const to = new URL(redirect);
  to.searchParams.set('code', company.tokens.code(redirect, nowMs));
  const state = query.get('state');
  if (state !== null) to.searchParams.set('state', state);
  return { status: 302, body: '', outcome: 'served', headers: { location: to.toString() } };
}

/** Plain text, and the same wait whatever is left of the minute. */
export const throttled = (sentence: string): Answer => ({
  status: 429,
  body: sentence,
  outcome: 'throttled',
  headers: { 'retry-after': '60' },
});

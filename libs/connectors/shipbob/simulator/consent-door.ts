import type { Account } from './account.js';
import { refusal, type Answer } from './answer.js';
import type { Call } from './call.js';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' };
const escaped = (text: string): string => text.replace(/[&"<>]/g, (one) => ESCAPES[one]!);

/**
 * `GET /connect/authorize`: the owner says yes at once, and the browser is brought back by a form that posts itself
 * (`response_mode=form_post`), as the platform does it.
 */
export function answerAuthorize(account: Account, call: Call, nowMs: number): Answer {
  const query = new URLSearchParams(call.query);
  const redirectUri = query.get('redirect_uri') ?? '';
  const challenge = query.get('code_challenge') ?? '';
  const right =
    call.method === 'GET' &&
    account.tokens.knowsApp(query.get('client_id')) &&
    URL.canParse(redirectUri) &&
    query.get('response_type') === 'code' &&
    query.get('response_mode') === 'form_post' &&
    query.get('code_challenge_method') === 'S256' &&
    challenge !== '';
  if (!right) return refusal(400, 'invalid_request', 'authorize', { error: 'invalid_request' });
  const fields = {
    code: account.tokens.code({ redirectUri, challenge }, nowMs),
    scope: query.get('scope') ?? '',
    state: query.get('state') ?? '',
  };
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`,
  );
  return {
    status: 200,
    body: `<!doctype html><form method="post" action="${escaped(redirectUri)}">${inputs.join('')}<noscript><button>Continue</button></noscript></form><script>document.forms[0].submit()</script>`,
    note: { outcome: 'served', operation: 'authorize' },
  };
}

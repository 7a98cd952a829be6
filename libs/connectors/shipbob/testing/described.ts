import { readFileSync } from 'node:fs';
import { sharedFile } from '../../../../tests/shared.js';
import { jsonOf, queryOf, wrongNames, type Description } from '../../../../tests/witness.js';
import { wrongIn, wrongInQuery, type OpenApi } from './openapi.js';

/*
 * Calls and replies by ShipBob's own description of the version that is read. Tokens are in none of it: they are held to
 * the names that the documentation gives them.
 */

const SPEC = 'specs/shipbob/openapi-2026-01.json';

const GRANT = ['access_token', 'expires_in', 'token_type', 'refresh_token', 'scope'];
/** In its documentation of limits, and in no description of an endpoint. */
const THROTTLED = ['statusCode', 'message'];
/** Without a text wherever they are described, and not everywhere they happen. */
const WORDLESS = [401, 403];

/** Of lists that go on behind a link: the query that it holds, in one order. */
const sorted = (query: string): string => new URLSearchParams(query).toString().split('&').sort().join('&');

function describing(spec: OpenApi): Description {
  /** What the links of replies told to ask for: no description of an endpoint names their parameters. */
  const told = new Set<string>();
  return (call, reply) => {
    const path = call.path.replace(/^\/[^/]+/, '');
    if (path === '/connect/token') return wrongNames(jsonOf(reply), reply.status === 200 ? GRANT : ['error']);
    const operation = call.method === 'GET' ? spec.paths[path]?.get : undefined;
    if (!operation) return [`${call.method} ${path} is not described`];
    if (reply.status === 429) return wrongNames(jsonOf(reply), THROTTLED);
    const asked = told.has(`${path}?${sorted(call.query)}`) ? [] : wrongInQuery(operation, queryOf(call));
    const text = reply.body.toString();
    if (WORDLESS.includes(reply.status)) return text === '' ? asked : [...asked, `its text is ${text}`];
    const answer = operation.responses[String(reply.status)];
    if (!answer) return [...asked, `status ${reply.status} is not described`];
    const [content] = Object.values(answer.content ?? {});
    const body = text === '' ? null : (JSON.parse(text) as { readonly next?: string | null });
    if (body?.next) {
      const next = new URL(body.next, 'https://api.shipbob.com');
      told.add(`${path}?${sorted(next.search)}`);
    }
    return [
      ...asked,
      ...(content?.schema ? wrongIn(spec, content.schema, body) : []),
      ...(reply.status === 200 && body === null ? ['it is empty'] : []),
    ];
  };
}

/** Undefined where the vendor's description is not beside the project. */
export const described: Description | undefined = sharedFile(SPEC)
  ? describing(JSON.parse(readFileSync(sharedFile(SPEC)!, 'utf8')) as OpenApi)
  : undefined;

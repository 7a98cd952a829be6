import type { Visitor } from './visitor.js';

// oxlint-disable-next-line typescript/no-explicit-any -- replies are looked into freely; expect() checks them
type Loose = any;

export interface ApiReply {
  readonly status: number;
  readonly json: Loose;
  readonly text: string;
  readonly headers: Headers;
}

/** Calls the API as somebody who is signed in, with JSON and the session's token. */
export async function apiOf(visitor: Visitor) {
  const { json: me } = await visitor.get('/api/v1/auth/me');
  const send = async (method: string, path: string, body?: unknown): Promise<ApiReply> => {
    const reply = await fetch(`${visitor.url}/api/v1${path}`, {
      method,
      headers: {
        Cookie: `stratus-session=${visitor.cookie('stratus-session') ?? ''}`,
        'X-XSRF-TOKEN': (me as { csrf: string }).csrf,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    const json: Loose = /json/.test(reply.headers.get('Content-Type') ?? '') ? JSON.parse(text) : undefined;
    return { status: reply.status, json, text, headers: reply.headers };
  };
  return {
    get: (path: string) => send('GET', path),
    post: (path: string, body?: unknown) => send('POST', path, body),
    put: (path: string, body: unknown) => send('PUT', path, body),
    patch: (path: string, body: unknown) => send('PATCH', path, body),
    delete: (path: string) => send('DELETE', path),
    /** Every item of a list, page by page. */
    async all(path: string, limit: number): Promise<Loose[]> {
      const items: Loose[] = [];
      for (let after: string | null = ''; after !== null;) {
        const glue = path.includes('?') ? '&' : '?';
        const { json } = await send('GET', `${path}${glue}limit=${limit}${after ? `&after=${after}` : ''}`);
        items.push(...(json as { items: Loose[] }).items);
        after = (json as { next: string | null }).next;
      }
      return items;
    },
  };
}

export type Api = Awaited<ReturnType<typeof apiOf>>;

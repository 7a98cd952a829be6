import { Visitor } from './visitor.js';

// A reply's JSON is looked into freely in tests; expect() is what checks it.
// oxlint-disable-next-line typescript/no-explicit-any -- replies are looked into freely; expect() checks them
type Loose = any;

export interface ApiReply {
  readonly status: number;
  readonly text: string;
  readonly json: Loose;
  readonly headers: Headers;
}

export interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Leaves the session's token out. */
  readonly forged?: boolean;
}

/** Calls the API as a person in a browser, with a session and its token, or as a script with a token. */
export class ApiClient {
  csrf: string | null = null;

  constructor(
    readonly visitor: Visitor,
    private readonly token: string | null = null,
  ) {}

  /** A person who signed in. */
  static async signIn(
    url: string,
    who: { readonly name: string; readonly password: string; readonly workspace?: string },
  ): Promise<ApiClient> {
    const client = new ApiClient(new Visitor(url));
    const { status, text } = await client.post('/auth/login', who);
    if (status !== 200) throw new Error(`${who.name} could not sign in: ${status} ${text}`);
    await client.refresh();
    return client;
  }

  /** Asks for the token of the session that the visitor's cookie opens. */
  async refresh(): Promise<void> {
    const me = await this.get('/auth/me');
    this.csrf = me.json?.csrf ?? null;
  }

  async call(method: string, path: string, { body, headers, forged }: Sent = {}): Promise<ApiReply> {
    return this.visitor.send(method, `/api/v1${path}`, {
      ...(body === undefined ? {} : { text: JSON.stringify(body) }),
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(this.token === null ? {} : { Authorization: `Bearer ${this.token}` }),
        ...(this.csrf === null || forged || method === 'GET' ? {} : { 'X-XSRF-TOKEN': this.csrf }),
        ...headers,
      },
    });
  }

  /** A reply without end: its head, until the caller leaves. */
  async open(path: string, signal: AbortSignal): Promise<{ status: number; headers: Headers }> {
    const cookies = this.visitor.cookieHeader(`/api/v1${path}`);
    return fetch(`${this.visitor.url}/api/v1${path}`, {
      signal,
      headers: {
        ...(cookies === '' ? {} : { Cookie: cookies }),
        ...(this.token === null ? {} : { Authorization: `Bearer ${this.token}` }),
      },
    });
  }

  get(path: string): Promise<ApiReply> {
    return this.call('GET', path);
  }

  post(path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<ApiReply> {
    return this.call('POST', path, { body, headers });
  }
}

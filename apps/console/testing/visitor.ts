// A reply's JSON is looked into freely in tests; expect() is what checks it.
// oxlint-disable-next-line typescript/no-explicit-any -- replies are looked into freely; expect() checks them
type Loose = any;

/** A browser without a window: keeps cookies by path as one would, and follows nothing by itself. */
export class Visitor {
  private readonly cookies = new Map<string, { value: string; path: string }>();

  constructor(readonly url: string) {}

  cookie(name: string): string | undefined {
    return this.cookies.get(name)?.value;
  }

  setCookie(name: string, value: string, path = '/'): void {
    this.cookies.set(name, { value, path });
  }

  /** What a browser would send to that path. */
  cookieHeader(path: string): string {
    return [...this.cookies]
      .filter(([, cookie]) => path.startsWith(cookie.path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
  }

  async send(
    method: string,
    path: string,
    more: { form?: Record<string, string>; text?: string; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; text: string; json: Loose; headers: Headers; setCookies: string[] }> {
    const cookies = this.cookieHeader(path);
    const reply = await fetch(`${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(cookies === '' ? {} : { Cookie: cookies }),
        ...more.headers,
      },
      ...(more.form ? { body: new URLSearchParams(more.form) } : {}),
      ...(more.text === undefined ? {} : { body: more.text }),
    });
    const setCookies = reply.headers.getSetCookie();
    for (const line of setCookies) this.keep(line);
    const text = await reply.text();
    return { status: reply.status, text, json: parse(text), headers: reply.headers, setCookies };
  }

  get(path: string, headers: Record<string, string> = {}): ReturnType<Visitor['send']> {
    return this.send('GET', path, { headers });
  }

  page(path: string): ReturnType<Visitor['send']> {
    return this.get(path, { Accept: 'text/html' });
  }

  post(path: string, form: Record<string, string>): ReturnType<Visitor['send']> {
    return this.send('POST', path, { form, headers: { Accept: 'text/html' } });
  }

  signIn(name: string, password: string, next = '/'): ReturnType<Visitor['send']> {
    return this.post('/sign-in', { name, password, next });
  }

  /** The session's token, as the pages learn it. */
  async token(): Promise<string> {
    return ((await this.get('/api/v1/auth/me')).json as { csrf: string }).csrf;
  }

  private keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const [name = '', value = ''] = pair.split('=');
    const path = attributes.find((one) => one.startsWith('Path='))?.slice('Path='.length) ?? '/';
    const expires = attributes.find((one) => one.startsWith('Expires='))?.slice('Expires='.length);
    if (value === '' || (expires && new Date(expires) <= new Date(0))) this.cookies.delete(name);
    else this.cookies.set(name, { value, path });
  }
}

function parse(text: string): Loose {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

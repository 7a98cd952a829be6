import { createHmac } from 'node:crypto';

interface Read {
  readonly at: string;
}

/**
 * Page tokens as Amazon's: opaque, bound to the filters they were issued for, good for so long. `at` says where the next
 * page begins.
 */
export class PageTokens {
  constructor(private readonly secret: string) {}

  issue(kind: string, filters: string, at: string, nowMs: number): string {
    const body = Buffer.from(JSON.stringify([kind, at, nowMs])).toString('base64');
    return `${body}.${this.seal(`${body}\n${filters}`)}`;
  }

  /** Why it is not taken, or where the page begins. */
  read(kind: string, filters: string, token: string, nowMs: number, lifeMs: number): Read | string {
    const [body = '', seal = ''] = token.split('.');
    if (seal !== this.seal(`${body}\n${filters}`)) return 'the token does not belong to these parameters';
    const [of, at, issuedMs] = JSON.parse(Buffer.from(body, 'base64').toString()) as [string, string, number];
    if (of !== kind) return 'the token does not belong to this operation';
    return nowMs - issuedMs > lifeMs ? 'the token has expired' : { at };
  }

  private seal(text: string): string {
    return createHmac('sha256', this.secret).update(text).digest('base64url').slice(0, 24);
  }
}

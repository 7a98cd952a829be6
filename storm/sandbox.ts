import type { Truth } from './compare.js';
import type { Edit } from './edits.js';
import { tableOf } from './tables.js';

const TYPES = { orders: 'Order', customers: 'Customer', products: 'Product' } as const;
/** What breaks a record of each stream. */
const BROKEN = {
  orders: { totalPriceSet: null },
  customers: { amountSpent: null },
  products: { status: 7 },
} as const;

type Breakable = keyof typeof BROKEN;

/** What the sandbox refused, as it said it. */
class SandboxRefusal extends Error {
  override readonly name = 'SandboxRefusal';
}

/** Where an account of that connection's is: its platform, and the business whose name it has there. */
export interface Place {
  readonly platform: string;
  readonly business: string;
}

/** The sandbox's own doors, past every proxy; an account is named by its connection. */
export class Sandbox {
  constructor(
    private readonly url: string,
    private readonly places: ReadonlyMap<string, Place>,
  ) {}

  rows(account: string): Promise<Truth> {
    return this.ask(`${this.pathOf(account)}/rows`);
  }

  /** Of one account, or of the sandbox. */
  knobs({
    account,
    ...knobs
  }: {
    readonly account?: string;
    readonly [knob: string]: unknown;
  }): Promise<unknown> {
    if (account === undefined) return this.ask('knobs', knobs);
    const { platform, business } = this.places.get(account)!;
    return this.ask('knobs', { ...knobs, platform, account: business });
  }

  /** False where the record is gone, or there was nothing to do to it. */
  async edit({ account, request }: Pick<Edit, 'account' | 'request'>): Promise<boolean> {
    try {
      const { ids } = await this.ask<{ ids: readonly string[] }>(`${this.pathOf(account)}/edit`, request);
      return ids.length > 0;
    } catch (thrown) {
      if (thrown instanceof SandboxRefusal) return false;
      throw thrown;
    }
  }

  /** Breaks a record of the web shop's on the wire and touches it, so that it is read; for as long as `during` lasts. */
  async corrupt(account: string, stream: Breakable, during: () => Promise<void>): Promise<boolean> {
    const ids = Object.keys((await this.rows(account))[tableOf(`shopify.${stream}`)]!).sort();
    const id = ids[Math.floor(ids.length / 2)];
    if (id === undefined) return false;
    const gid = `gid://shopify/${TYPES[stream]}/${id}`;
    await this.knobs({ account, corrupt: { stream, ids: [gid], set: BROKEN[stream] } });
    const touched = await this.edit({ account, request: { op: 'touch', stream, id } });
    await during();
    await this.knobs({ account, corrupt: null });
    return touched;
  }

  async ledger(): Promise<{
    readonly accounts: Readonly<Record<string, { readonly tokenRefreshes: number }>>;
  }> {
    return this.ask('ledger');
  }

  private pathOf(account: string): string {
    const { platform, business } = this.places.get(account)!;
    return `${platform}/${business}`;
  }

  private async ask<T>(path: string, body?: object): Promise<T> {
    const reply = await fetch(`${this.url}/_sandbox/${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new SandboxRefusal(`${path} answered ${String(reply.status)}: ${text}`);
    return JSON.parse(text) as T;
  }
}

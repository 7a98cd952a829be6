import type { Truth } from './compare.js';
import type { Edit } from './edits.js';

const TABLES = { orders: 'orders', customers: 'shopify_customers', products: 'shopify_products' } as const;
const TYPES = { orders: 'Order', customers: 'Customer', products: 'Product' } as const;
/** What breaks a record of each stream. */
const BROKEN = {
  orders: { totalPriceSet: null },
  customers: { amountSpent: null },
  products: { status: 7 },
} as const;

type Stream = keyof typeof TABLES;

/** `shopify.orders` to the table that it fills. */
export const tableOf = (stream: string): string => TABLES[stream.slice(stream.indexOf('.') + 1) as Stream];

/** What the sandbox refused, as it said it. */
class SandboxRefusal extends Error {
  override readonly name = 'SandboxRefusal';
}

/** The sandbox's own doors, past every proxy. */
export class Sandbox {
  constructor(
    private readonly url: string,
    private readonly platform: string,
  ) {}

  rows(account: string): Promise<Truth> {
    return this.ask(`${this.platform}/${account}/rows`);
  }

  knobs(knobs: { readonly account?: string; readonly [knob: string]: unknown }): Promise<unknown> {
    return this.ask('knobs', { platform: this.platform, ...knobs });
  }

  /** False where the record is gone, or there was nothing to do to it. */
  async edit({ account, request }: Pick<Edit, 'account' | 'request'>): Promise<boolean> {
    try {
      const { ids } = await this.ask<{ ids: readonly string[] }>(`${this.platform}/${account}/edit`, request);
      return ids.length > 0;
    } catch (thrown) {
      if (thrown instanceof SandboxRefusal) return false;
      throw thrown;
    }
  }

  /** Breaks a record on the wire and touches it, so that it is read; for as long as `during` lasts. */
  async corrupt(account: string, stream: Stream, during: () => Promise<void>): Promise<boolean> {
    const ids = Object.keys((await this.rows(account))[TABLES[stream]]!).sort();
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

  private async ask<T>(path: string, body?: object): Promise<T> {
    const reply = await fetch(`${this.url}/_sandbox/${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new SandboxRefusal(`${path} answered ${String(reply.status)}: ${text}`);
    return JSON.parse(text) as T;
  }
}

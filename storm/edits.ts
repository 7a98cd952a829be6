import { hash, Random } from '#shop';
import type { Truth } from './compare.js';
import { tableOf } from './tables.js';

/** What the accounts' staff does while everything is read, in the order of its time. */
export interface Edit {
  readonly atMs: number;
  readonly account: string;
  readonly request: { readonly op: string; readonly stream: string; readonly id?: string };
}

interface Op {
  /** So many of all the platform's together. */
  readonly share: number;
  readonly op: string;
  readonly stream: string;
  /** Which record is the simulator's to choose. */
  readonly any?: true;
  /** Told by the platform minutes later only: not for a storm that shall be over by then. */
  readonly slow?: true;
}

/** What each platform's simulator can do, and what its connector can see: nothing tells of a deletion that is in no list. */
const OPS: Readonly<Record<string, readonly Op[]>> = {
  shopify: [
    { share: 30, op: 'touch', stream: 'orders' },
    { share: 12, op: 'edit', stream: 'orders' },
    { share: 12, op: 'refund', stream: 'orders' },
    { share: 6, op: 'cancel', stream: 'orders' },
    { share: 12, op: 'add', stream: 'orders', any: true },
    { share: 8, op: 'delete', stream: 'orders' },
    { share: 8, op: 'touch', stream: 'customers' },
    { share: 2, op: 'delete', stream: 'customers' },
    { share: 8, op: 'touch', stream: 'products' },
    { share: 2, op: 'delete', stream: 'products' },
    { share: 4, op: 'touch', stream: 'inventory' },
    { share: 1, op: 'touch', stream: 'locations' },
    { share: 1, op: 'touch', stream: 'payouts' },
  ],
  freeagent: [
    { share: 25, op: 'touch', stream: 'invoices' },
    { share: 10, op: 'add', stream: 'invoices' },
    { share: 15, op: 'touch', stream: 'contacts' },
    { share: 5, op: 'hide', stream: 'contacts' },
    { share: 10, op: 'touch', stream: 'bills' },
    { share: 10, op: 'touch', stream: 'bank_transactions' },
    { share: 10, op: 'touch', stream: 'bank_transaction_explanations' },
    { share: 8, op: 'rebook', stream: 'transactions' },
    { share: 4, op: 'delete', stream: 'transactions' },
    { share: 3, op: 'touch', stream: 'categories' },
  ],
  amazon: [
    { share: 40, op: 'touch', stream: 'inventory', any: true },
    { share: 5, op: 'delete', stream: 'inventory', any: true },
    { share: 15, op: 'touch', stream: 'transactions', any: true, slow: true },
    { share: 25, op: 'touch', stream: 'orders', any: true, slow: true },
    { share: 15, op: 'add', stream: 'orders', any: true, slow: true },
  ],
  shipbob: [
    { share: 25, op: 'touch', stream: 'orders' },
    { share: 10, op: 'ship', stream: 'orders' },
    { share: 10, op: 'track', stream: 'orders' },
    { share: 10, op: 'charge', stream: 'orders' },
    { share: 10, op: 'touch', stream: 'returns' },
    { share: 5, op: 'complete', stream: 'returns' },
    { share: 10, op: 'touch', stream: 'receiving' },
    { share: 8, op: 'touch', stream: 'products' },
    { share: 2, op: 'delete', stream: 'products' },
    { share: 8, op: 'touch', stream: 'inventory' },
    { share: 2, op: 'touch', stream: 'fulfillment_centers' },
  ],
};

/** What an account began with. */
export interface Account {
  readonly platform: string;
  readonly truth: Truth;
}

/** Drawn from the seed alone; the ids are those the accounts began with. */
export function planEdits(options: {
  readonly seed: number;
  readonly lengthMs: number;
  readonly aSecond: number;
  readonly accounts: ReadonlyMap<string, Account>;
  /** Also what its platform tells of minutes later only. */
  readonly slow?: boolean;
  /** Records of this stream are touched, and nothing else happens. */
  readonly touched?: string;
}): Edit[] {
  const random = new Random(hash(`storm/${String(options.seed)}/edits`));
  const names = [...options.accounts.keys()];
  const idsOf = ({ platform, truth }: Account, stream: string): readonly string[] =>
    Object.keys(truth[tableOf(`${platform}.${stream}`)]!).sort();
  const n = Math.round((options.lengthMs / 1000) * options.aSecond);
  return Array.from({ length: n }, (_, i): Edit => {
    const account = random.pick(names);
    const known = options.accounts.get(account)!;
    const ops = (OPS[known.platform] ?? []).filter(({ op, stream, slow }) =>
      options.touched === undefined
        ? options.slow || !slow
        : op === 'touch' && `${known.platform}.${stream}` === options.touched,
    );
    let drawn = random.int(0, ops.reduce((all, { share }) => all + share, 0) - 1);
    const { op, stream, any } = ops.find(({ share }) => (drawn -= share) < 0)!;
    const atMs = Math.round(((i + random.next()) / n) * options.lengthMs);
    const ids = any ? [] : idsOf(known, stream);
    if (!any && ids.length === 0) return { atMs, account, request: { op, stream } };
    return { atMs, account, request: { op, stream, ...(any ? {} : { id: random.pick(ids) }) } };
  });
}

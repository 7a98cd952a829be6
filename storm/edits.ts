import { hash, Random } from '#shop';
import type { Truth } from './compare.js';

/** What the accounts' staff does while everything is read, in the order of its time. */
export interface Edit {
  readonly atMs: number;
  readonly account: string;
  readonly request: {
    readonly op: 'touch' | 'edit' | 'refund' | 'cancel' | 'delete' | 'add';
    readonly stream: 'orders' | 'customers' | 'products';
    readonly id?: string;
  };
}

const TABLES = { orders: 'orders', customers: 'shopify_customers', products: 'shopify_products' } as const;

/** So many in a hundred. */
const OPS: readonly (readonly [n: number, request: Edit['request']])[] = [
  [30, { op: 'touch', stream: 'orders' }],
  [12, { op: 'edit', stream: 'orders' }],
  [12, { op: 'refund', stream: 'orders' }],
  [6, { op: 'cancel', stream: 'orders' }],
  [12, { op: 'add', stream: 'orders' }],
  [8, { op: 'delete', stream: 'orders' }],
  [8, { op: 'touch', stream: 'customers' }],
  [2, { op: 'delete', stream: 'customers' }],
  [8, { op: 'touch', stream: 'products' }],
  [2, { op: 'delete', stream: 'products' }],
];

/** Drawn from the seed alone; the ids are those the accounts began with. */
export function planEdits(options: {
  readonly seed: number;
  readonly lengthMs: number;
  readonly aSecond: number;
  readonly accounts: ReadonlyMap<string, Truth>;
}): Edit[] {
  const random = new Random(hash(`storm/${String(options.seed)}/edits`));
  const names = [...options.accounts.keys()];
  const ids = new Map(
    names.flatMap((name) =>
      Object.entries(TABLES).map(([stream, table]): [string, string[]] => [
        `${name}/${stream}`,
        Object.keys(options.accounts.get(name)![table]!).sort(),
      ]),
    ),
  );
  const n = Math.round((options.lengthMs / 1000) * options.aSecond);
  return Array.from({ length: n }, (_, i): Edit => {
    const account = random.pick(names);
    let drawn = random.int(0, 99);
    const [, request] = OPS.find(([share]) => (drawn -= share) < 0)!;
    const atMs = Math.round(((i + random.next()) / n) * options.lengthMs);
    if (request.op === 'add') return { atMs, account, request };
    return {
      atMs,
      account,
      request: { ...request, id: random.pick(ids.get(`${account}/${request.stream}`)!) },
    };
  });
}

import { payoutsOf, pendingOf, stockOf, textOf } from '#shop';
import { openDesk } from './testing/ask.js';

const LEVELS = `query Levels($first: Int!, $after: String) {
  inventoryItems(first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id sku tracked updatedAt
      variants(first: 1) { nodes { inventoryQuantity } }
      inventoryLevels(first: 10) {
        nodes {
          id updatedAt location { name }
          quantities(names: ["available", "on_hand", "committed", "incoming", "reserved", "damaged", "safety_stock", "quality_control"]) { name quantity }
        }
      }
    }
  }
}`;

const PAYOUTS = `query Payouts($first: Int!, $query: String, $hide: Boolean!, $of: String) {
  shopifyPaymentsAccount {
    defaultCurrency
    payouts(first: $first, query: $query) { nodes { id issuedAt net { amount } summary { chargesGross { amount } } } }
    balanceTransactions(first: 250, sortKey: ID, query: $of, hideTransfers: $hide) {
      nodes { id type net { amount } associatedPayout { id status } associatedOrder { id name } }
    }
  }
}`;

interface Level {
  readonly id: string;
  readonly location: { readonly name: string };
  readonly quantities: readonly { readonly name: string; readonly quantity: number }[];
}
interface Item {
  readonly id: string;
  readonly sku: string | null;
  readonly tracked: boolean;
  readonly variants: { readonly nodes: readonly { readonly inventoryQuantity: number | null }[] };
  readonly inventoryLevels: { readonly nodes: readonly Level[] };
}
interface Part {
  readonly type: string;
  readonly net: { readonly amount: string };
  readonly associatedPayout: { readonly id: string | null; readonly status: string };
}

const quantity = (level: Level, name: string): number =>
  level.quantities.find((one) => one.name === name)!.quantity;

const pennies = (parts: readonly Part[]): number =>
  parts.reduce((all, { net }) => all + Math.round(Number(net.amount) * 100), 0);

describe('the stock of a shop', () => {
  const desk = openDesk({ orders: 200 });
  const { simulator } = desk;
  const readItems = async (): Promise<Item[]> => {
    const items: Item[] = [];
    for (let after: string | null = null; ;) {
      const { body } = await desk.query(LEVELS, { first: 20, after });
      const { nodes, pageInfo } = body.data.inventoryItems;
      items.push(...nodes);
      if (!pageInfo.hasNextPage) return items;
      after = pageInfo.endCursor;
    }
  };

  it('is what the centres were sent, sold and took back', async () => {
    const theirs = stockOf(simulator.trade('demo'), 'shipbob');
    const names = new Map(theirs.centres.map(({ id, name }) => [id, name]));
    const items = await readItems();
    const held = new Map(
      items.flatMap(({ sku, tracked, inventoryLevels }) =>
        tracked ? inventoryLevels.nodes.map((one) => [`${sku}/${one.location.name}`, one] as const) : [],
      ),
    );
    const counted = theirs.levels.filter(({ sku }) => items.some((one) => one.sku === sku && one.tracked));
    expect(counted.length).toBeGreaterThan(20);
    for (const { sku, centre, onHand, incoming } of counted) {
      const level = held.get(`${sku}/${names.get(centre)}`)!;
      expect([quantity(level, 'on_hand'), quantity(level, 'incoming')]).toEqual([onHand, incoming]);
    }
    expect(counted.some(({ inException }) => inException > 0)).toBe(true);
  });

  it('adds up: what is on hand is what is free, promised, set aside or spoilt, and a variant sells what is free', async () => {
    for (const { tracked, variants, inventoryLevels } of await readItems()) {
      for (const level of inventoryLevels.nodes) {
        const parts = ['available', 'committed', 'reserved', 'damaged', 'safety_stock', 'quality_control'];
        expect(parts.reduce((all, name) => all + quantity(level, name), 0)).toBe(quantity(level, 'on_hand'));
        expect(level.id).toMatch(/^gid:\/\/shopify\/InventoryLevel\/\d+\?inventory_item_id=\d+$/);
      }
      const free = inventoryLevels.nodes.reduce((all, level) => all + quantity(level, 'available'), 0);
      expect(variants.nodes[0]!.inventoryQuantity).toBe(tracked ? free : null);
    }
  });

  it('is one more where an item was counted, and goes with its product', async () => {
    const before = await readItems();
    const { ids } = simulator.edit('demo', { op: 'touch', stream: 'inventory', count: 3 }) as {
      ids: readonly string[];
    };
    const after = await readItems();
    const free = (items: readonly Item[]): number =>
      items.reduce((all, { variants }) => all + (variants.nodes[0]!.inventoryQuantity ?? 0), 0);
    const untracked = after.filter(({ id, tracked }) => ids.includes(id) && !tracked).length;
    expect(free(after)).toBe(free(before) + ids.length - untracked);
    simulator.edit('demo', { op: 'delete', stream: 'products', count: 1 });
    expect((await readItems()).length).toBeLessThan(after.length);
  });

  it('knows no other state', async () => {
    const { body } = await desk.query(LEVELS.replace('"damaged"', '"lost"'), { first: 5, after: null });
    expect(body.errors[0].message).toContain("'lost'");
  });
});

describe('the locations of a shop', () => {
  it.each([
    ['', ['Shop floor 🧺']],
    ['includeLegacy: true', ['Shop floor 🧺', 'Cicero (IL)', 'Manchester (UK)', 'Wrocław (PL)']],
    ['includeInactive: true', ['Shop floor 🧺', 'Old cellar']],
  ])('with %j are %j', async (more, names) => {
    const { body } = await openDesk().query(
      `{ locations(first: 10, sortKey: ID, ${more}) { nodes { name } } }`,
    );
    expect(body.data.locations.nodes.map(({ name }: { name: string }) => name)).toEqual(names);
  });
});

describe('the payouts of a shop', () => {
  const desk = openDesk({ orders: 200 });
  const trade = desk.simulator.trade('demo');
  const ask = async (variables: object) =>
    (await desk.query(PAYOUTS, { first: 250, hide: true, query: null, of: null, ...variables })).body.data
      .shopifyPaymentsAccount;

  it('are those of its trade, by the instant of issue', async () => {
    const { payouts } = await ask({});
    expect(payouts.nodes.map(({ net }: { net: { amount: string } }) => net.amount)).toEqual(
      payoutsOf(trade).map(({ total }) => textOf(total)),
    );
    const [, second] = payoutsOf(trade);
    const since = new Date(second!.paidMs).toISOString().replace('.000', '');
    expect((await ask({ query: `issued_at:>='${since}'` })).payouts.nodes).toHaveLength(
      payoutsOf(trade).length - 1,
    );
  });

  it('are what their transactions make; with the transfer to the bank, nothing', async () => {
    const [first] = payoutsOf(trade);
    const of = `payments_transfer_id:${first!.id}`;
    const parts: Part[] = (await ask({ of })).balanceTransactions.nodes;
    expect(parts).toHaveLength(first!.parts.length);
    expect(pennies(parts)).toBe(first!.total / 100);
    const all: Part[] = (await ask({ of, hide: false })).balanceTransactions.nodes;
    expect(all.map(({ type }) => type)).toContain('TRANSFER');
    expect(pennies(all)).toBe(0);
  });

  it('leave behind what waits for the next one', async () => {
    const waiting: Part[] = (await ask({ of: 'payout_status:PENDING' })).balanceTransactions.nodes;
    expect(waiting).toHaveLength(pendingOf(trade).length);
    expect(waiting.length).toBeGreaterThan(0);
    for (const { associatedPayout } of waiting) expect(associatedPayout.id).toBeNull();
  });

  it('are no more than two weeks in the bank’s hands', () => {
    const { ids } = desk.simulator.edit('demo', { op: 'touch', stream: 'payouts', count: 1000 }) as {
      ids: readonly string[];
    };
    const recent = payoutsOf(trade).filter(({ paidMs }) => paidMs > desk.hand.ms - 14 * 86_400_000);
    expect(ids).toHaveLength(recent.length);
    expect(recent.length).toBeLessThan(payoutsOf(trade).length);
  });

  it('need a scope of their own', async () => {
    const other = openDesk({ scopes: ['read_shopify_payments_accounts'] });
    const { body } = await other.query('{ shopifyPaymentsAccount { payouts(first: 1) { nodes { id } } } }');
    expect(body.errors[0].message).toContain('read_shopify_payments_payouts');
  });
});

import { openDesk, type Desk } from './testing/ask.js';

let desk: Desk;
beforeAll(() => {
  desk = openDesk({ orders: 120 });
});

interface Found {
  ids: string[];
  warnings: { field: string; code: string }[];
}

async function find(list: string, query: string): Promise<Found> {
  const { body } = await desk.query(
    `query($q: String) { ${list}(first: 250, sortKey: ID, query: $q) { nodes { id } } }`,
    { q: query },
  );
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return {
    ids: body.data[list].nodes.map(({ id }: { id: string }) => id),
    warnings: body.extensions.search?.[0]?.warnings ?? [],
  };
}

const orders = () => desk.simulator.shop().store.orders.sortedBy('ID').all();

describe('the search of orders', () => {
  it.each([
    ['>=', (a: number, b: number) => a >= b],
    ['>', (a: number, b: number) => a > b],
    ['<=', (a: number, b: number) => a <= b],
    ['<', (a: number, b: number) => a < b],
  ])('compares instants with %s', async (sign, holds) => {
    const pivot = orders()[60]!;
    for (const quoted of [`'${pivot.updatedAt}'`, `"${pivot.updatedAt}"`, pivot.updatedAt]) {
      const { ids } = await find('orders', `updated_at:${sign}${quoted}`);
      expect(ids).toEqual(
        orders()
          .filter((order) => holds(order.updatedMs, pivot.updatedMs))
          .map(({ id }) => id),
      );
    }
  });

  it('takes an offset and a bare date', async () => {
    const midnight = Date.parse('2026-10-01T00:00:00Z');
    const later = orders()
      .filter((order) => order.createdMs >= midnight)
      .map(({ id }) => id);
    expect((await find('orders', "created_at:>='2026-10-01T02:00:00+02:00'")).ids).toEqual(later);
    expect((await find('orders', 'created_at:>=2026-10-01')).ids).toEqual(later);
    const day = orders()
      .filter((order) => order.createdAt.startsWith('2026-10-01'))
      .map(({ id }) => id);
    expect(day.length).toBeGreaterThan(0);
    expect((await find('orders', 'created_at:2026-10-01')).ids).toEqual(day);
  });

  it('tells ids past 2^53 apart', async () => {
    const last = orders().at(-1)!;
    expect(Number(last.legacyResourceId)).toBe(Number(orders().at(-2)!.legacyResourceId));
    expect((await find('orders', `id:${last.legacyResourceId}`)).ids).toEqual([last.id]);
    expect((await find('orders', `id:>=${last.legacyResourceId}`)).ids).toEqual([last.id]);
  });

  it('knows names with and without their sign', async () => {
    const { id, name } = orders()[3]!;
    expect((await find('orders', `name:${name}`)).ids).toEqual([id]);
    expect((await find('orders', `name:${name.slice(1)}`)).ids).toEqual([id]);
  });

  it('joins terms with AND, a space, OR, NOT and brackets', async () => {
    const cancelled = (await find('orders', 'status:cancelled')).ids;
    const test = (await find('orders', 'test:true')).ids;
    expect(cancelled.length * test.length).toBeGreaterThan(0);
    expect((await find('orders', 'status:cancelled AND test:true')).ids).toEqual(
      cancelled.filter((id) => test.includes(id)),
    );
    expect((await find('orders', 'status:cancelled test:true')).ids).toEqual(
      cancelled.filter((id) => test.includes(id)),
    );
    const either = orders()
      .filter(({ id }) => cancelled.includes(id) || test.includes(id))
      .map(({ id }) => id);
    expect((await find('orders', '(status:cancelled OR test:true) AND status:any')).ids).toEqual(either);
    const rest = orders()
      .filter(({ id }) => !test.includes(id))
      .map(({ id }) => id);
    expect((await find('orders', 'NOT test:true')).ids).toEqual(rest);
    expect((await find('orders', '-test:true')).ids).toEqual(rest);
  });

  it('does not narrow to a range that only one side of an OR has', async () => {
    const pivot = orders()[100]!.updatedAt;
    const { body } = await desk.query(
      'query($q: String) { orders(first: 250, sortKey: UPDATED_AT, query: $q) { nodes { id } } }',
      {
        q: `updated_at:>='${pivot}' OR test:true`,
      },
    );
    const wanted = orders().filter((order) => order.updatedAt >= pivot || order.test);
    expect(body.data.orders.nodes).toHaveLength(wanted.length);
  });

  it('ignores a field it does not know, and warns', async () => {
    const { ids, warnings } = await find('orders', "updatd_at:>='2026-11-01T00:00:00Z'");
    expect(ids).toHaveLength(120);
    expect(warnings).toEqual([
      { field: 'updatd_at', message: 'Invalid search field for this query.', code: 'invalid_field' },
    ]);
  });

  it('matches nothing where a value is no instant', async () => {
    const { ids, warnings } = await find('orders', 'updated_at:>=yesterday');
    expect(ids).toEqual([]);
    expect(warnings[0]!.code).toBe('invalid_value');
  });
});

describe('the search of customers', () => {
  it('matches whole days: later hours of the day are in, earlier ones too', async () => {
    const customers = desk.simulator.shop().store.customers.sortedBy('ID').all();
    const pivot = customers[10]!.updatedAt;
    const day = pivot.slice(0, 10);
    const sameDay = customers
      .filter((customer) => customer.updatedAt.slice(0, 10) >= day)
      .map(({ id }) => id);
    expect((await find('customers', `updated_at:>='${day}T23:59:59Z'`)).ids).toEqual(sameDay);
    const after = customers.filter((customer) => customer.updatedAt.slice(0, 10) > day).map(({ id }) => id);
    expect((await find('customers', `updated_at:>'${day}T00:00:00Z'`)).ids).toEqual(after);
  });
});

describe('counts', () => {
  it('are exact up to their limit, and one more than it past it', async () => {
    const count = async (args: string): Promise<unknown> =>
      (await desk.query(`{ ordersCount${args} { count precision } }`)).body.data.ordersCount;
    expect(await count('')).toEqual({ count: 120, precision: 'EXACT' });
    expect(await count('(limit: 120)')).toEqual({ count: 120, precision: 'EXACT' });
    expect(await count('(limit: 100)')).toEqual({ count: 101, precision: 'AT_LEAST' });
    expect(await count('(limit: null)')).toEqual({ count: 120, precision: 'EXACT' });
    expect(await count('(query: "test:true")')).toEqual({
      count: (await find('orders', 'test:true')).ids.length,
      precision: 'EXACT',
    });
  });
});

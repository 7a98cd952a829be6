import { platforms } from '#catalog';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../apps/cli/embedded-postgres.js';
import { describeDb } from './postgres.js';
import { sharedFile } from './shared.js';
import { addDeadConnection, dataFolder, lastJson, startStratus, stratus, type Finished } from './stratus.js';

interface Results {
  streams: {
    connection: string;
    stream: string;
    status: string;
    inserted: number;
    changed: number;
    same: number;
    quarantined: number;
    pages: number;
    calls: number;
    seconds: number;
  }[];
}

interface Truth {
  streams: {
    'shopify.orders': {
      tables: {
        orders: { rows: number; sum_total: Record<string, string> };
        order_items: { rows: number; units: number; sum_qty_price: Record<string, string> };
      };
    };
    'shopify.customers': { tables: { shopify_customers: { rows: number } } };
    'shopify.products': {
      tables: { shopify_products: { rows: number }; shopify_variants: { rows: number } };
    };
  };
}

/** What runs with this folder in its command line; nothing may be left of it. */
function processesOf(folder: string): string[] {
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder) && !line.includes('ps -eo'));
}

/** As `trim_scale` writes it. */
const trimmed = (sum: string): string => sum.replace(/\.?0+$/, '');

const sql = async (folder: string, query: string): Promise<Record<string, unknown>[]> =>
  lastJson(await stratus(['sql', query, '--json', '--data', folder]));

/** `without`: the streams that the shop has not, and which say so. */
function succeeded(finished: Finished, without: readonly string[] = []): Results {
  expect(finished.stderr).toBe('');
  expect(finished.code).toBe(0);
  const results = lastJson<Results>(finished);
  expect(results.streams.map((one) => one.status)).toEqual(
    results.streams.map(({ stream }) => (without.includes(stream) ? 'unavailable' : 'succeeded')),
  );
  return results;
}

describeDb('stratus up, on a machine with nothing but Node', () => {
  let folder: Awaited<ReturnType<typeof dataFolder>>;
  beforeAll(async () => {
    folder = await dataFolder();
  });
  afterAll(() => folder.remove());

  it('brings the sandbox’s shop into tables that equal its truth, and leaves no process behind', async () => {
    const results = succeeded(
      await stratus(['up', '--once', '--json', '--orders', '120', '--data', folder.path]),
    );
    const known = platforms.flatMap((platform) => platform.streams.map((stream) => stream.name));
    expect(results.streams.map((one) => one.stream).sort()).toEqual(known.sort());
    expect(processesOf(folder.path)).toEqual([]);

    const { streams } = lastJson<Truth>(await stratus(['sandbox', 'truth', '--json', '--data', folder.path]));
    const orders = streams['shopify.orders'].tables;
    const [currency, sum] = Object.entries(orders.orders.sum_total)[0]!;
    expect(
      await sql(
        folder.path,
        `select (select count(*) from orders where source = 'shopify') as orders, o.*, i.*,
                (select count(*) from shopify_customers) as customers, (select count(*) from shopify_products) as products,
                (select count(*) from shopify_variants) as variants
         from (select currency, trim_scale(sum(total)) as sum from orders where source = 'shopify' group by currency) o,
              (select count(*) as lines, sum(qty) as units, trim_scale(sum(qty * price)) as gross
               from order_items join orders on orders.connection_id = order_items.connection_id and orders.source_id = parent_source_id
               where orders.source = 'shopify') i`,
      ),
    ).toEqual([
      {
        orders: String(orders.orders.rows),
        currency,
        sum: trimmed(sum),
        lines: String(orders.order_items.rows),
        units: String(orders.order_items.units),
        gross: trimmed(Object.values(orders.order_items.sum_qty_price)[0]!),
        customers: String(streams['shopify.customers'].tables.shopify_customers.rows),
        products: String(streams['shopify.products'].tables.shopify_products.rows),
        variants: String(streams['shopify.products'].tables.shopify_variants.rows),
      },
    ]);
    expect(Object.keys(orders.orders.sum_total)).toHaveLength(1);
  }, 120_000);

  it('writes nothing the second time', async () => {
    const { streams } = succeeded(await stratus(['up', '--once', '--json', '--data', folder.path]));
    expect(streams.map(({ inserted, changed, quarantined }) => ({ inserted, changed, quarantined }))).toEqual(
      streams.map(() => ({ inserted: 0, changed: 0, quarantined: 0 })),
    );
  }, 120_000);

  it('writes nothing when everything is read again', async () => {
    const { streams } = succeeded(
      await stratus(['run', 'shopify.orders', '--full', '--json', '--data', folder.path]),
    );
    expect(streams).toEqual([expect.objectContaining({ inserted: 0, changed: 0 })]);
    expect(streams[0]!.same).toBeGreaterThan(120);
    expect(processesOf(folder.path)).toEqual([]);
  });

  it('writes nothing when run dry, and uses a Postgres that runs already', async () => {
    const postgres = await startEmbeddedPostgres(folder.path);
    try {
      const [before] = await sql(folder.path, 'select max(cursor_at) as at, count(*) as n from checkpoints');
      const { streams } = succeeded(
        await stratus(['run', 'shopify.customers', '--dry', '--json', '--data', folder.path]),
      );
      expect(streams[0]).toMatchObject({ inserted: 0, changed: 0, same: 0 });
      expect(await sql(folder.path, 'select max(cursor_at) as at, count(*) as n from checkpoints')).toEqual([
        before,
      ]);
    } finally {
      await postgres.stop();
    }
    expect(processesOf(folder.path)).toEqual([]);
  });

  it.each([
    [['up', '--once', '--shop', 'nowhere.csv'], 2, /there is no file .*nowhere\.csv/],
    [['worker'], 2, /set REDIS_URL and DATABASE_URL/],
  ])('starts nothing for %j and says why, with exit code %i', says);

  describe('while it is up with another shop', () => {
    let up: Awaited<ReturnType<typeof startStratus>>;
    beforeAll(async () => {
      up = await startStratus(
        ['up', '--json', '--port', '0', '--orders', '12', '--seed', '2', '--data', folder.path],
        { LOG_LEVEL: 'silent' },
        /"console"/,
      );
    });
    afterAll(() => up.stop('SIGTERM'));

    it('has taken the rows of the shop before away, and works on what a command asks for', async () => {
      const { streams } = succeeded(
        await stratus(['run', 'shopify.orders', '--json', '--data', folder.path]),
      );
      expect(streams).toEqual([expect.objectContaining({ stream: 'shopify.orders' })]);
      expect(await sql(folder.path, "select count(*) as n from orders where source = 'shopify'")).toEqual([
        { n: '12' },
      ]);
    });

    it.each([
      [['run', 'shopify.order'], 2, /unknown stream "shopify\.order".*did you mean shopify\.orders\?/],
      [['run', 'shopify.orders', '--from', 'yesterday'], 2, /"yesterday" is not a date; write 2026-11-21/],
      [
        ['run', 'shopify.orders', '--connection', 'nobody'],
        1,
        /there is no connection nobody \(known: demo[,)]/,
      ],
      [['sql', 'select nothing from nowhere'], 1, /Postgres says: relation "nowhere" does not exist/],
      [['sql', 'select 1; select 2'], 1, /one statement at a time/],
      [['cancel', 'no-such-run'], 1, /there is no run no-such-run/],
      [['connections', 'pause', 'nobody'], 1, /there is no connection nobody/],
      [['sql', 'delete from orders'], 1, /read-only transaction/],
      [['retry', 'no-such-run'], 1, /there is no run no-such-run; list them with: npx stratus runs/],
      [
        ['connections', 'add', 'shopify', '--name', 'x', '--set', 'shop=bad shop!'],
        2,
        /wrong settings for Shopify: shop/,
      ],
    ])('answers %j with one sentence, exit code %i and no stack trace', says);

    it('says what is wrong with a dead host and keeps what is there', async () => {
      const added = await addDeadConnection('shpat_planted_secret', ['--data', folder.path]);
      expect(added.code).toBe(0);
      const tested = await stratus(['connections', 'test', 'dead', '--data', folder.path]);
      expect(tested.code).toBe(1);
      expect(tested.stderr).toMatch(/127\.0\.0\.1:9/);
      const listed = await stratus(['connections', 'list', '--json', '--data', folder.path]);
      for (const said of [added, tested, listed])
        expect(said.stdout + said.stderr).not.toContain('planted_secret');
      expect((await stratus(['connections', 'remove', 'dead', '--data', folder.path])).code).toBe(0);
    });

    it('refuses a second one on the same folder, and stops in good order', async () => {
      const second = await stratus(['up', '--once', '--data', folder.path]);
      expect(second.code).toBe(2);
      expect(second.stderr).toMatch(/already up .* set REDIS_URL and DATABASE_URL/);
      expect(await up.stop('SIGINT')).toBe(0);
      expect(processesOf(folder.path)).toEqual([]);
    });
  });

  const FILE = sharedFile('data/online-retail/online-retail-2010-12.csv.gz');
  (FILE ? it : it.skip)(
    'lands all of a real shop’s published orders, exact to the penny',
    async () => {
      // Its own streams: what a shop's business leaves on the other platforms is read of a smaller one above.
      const others = platforms.filter(({ name }) => name !== 'shopify');
      const config = join(folder.path, 'shop-alone.yaml');
      writeFileSync(
        config,
        JSON.stringify({
          integrations: Object.fromEntries(others.map(({ name }) => [name, { enabled: false }])),
        }),
      );
      const { streams } = succeeded(
        await stratus(['up', '--once', '--json', '--shop', FILE!, '--data', folder.path], {
          STRATUS_CONFIG: config,
        }),
        // A file of sales knows no payments.
        ['shopify.payouts'],
      );
      expect(new Set(streams.map(({ stream }) => stream.split('.')[0]))).toEqual(new Set(['shopify']));
      expect(
        await sql(
          folder.path,
          `select (select count(*) from orders where source = 'shopify') as orders, count(*) as items, sum(qty * price) as gross, sum(qty) as units,
             (select count(*) from (select from order_items where source = 'shopify' group by connection_id, parent_source_id having count(*) = 675) longest) as with_675_lines
           from order_items where source = 'shopify'`,
        ),
      ).toEqual([
        { orders: '1524', items: '38773', gross: '755687.43', units: '336389', with_675_lines: '1' },
      ]);
    },
    240_000,
  );

  async function says(args: readonly string[], code: number, sentence: RegExp): Promise<void> {
    const finished = await stratus([...args, '--data', folder.path], {}, '{"accessToken":"x"}');
    expect(finished.stderr).toMatch(sentence);
    expect(finished.stderr).not.toMatch(/^\s+at /m);
    expect(finished.code).toBe(code);
  }
});

import { wireDecimal } from '#sync';
import { z } from 'zod';
import { gid, ShopMoney } from './scalars.js';

describe('an amount in the shop’s currency', () => {
  /** Said the long way, field by field. */
  const plain = z.object({ total: z.object({ shopMoney: z.object({ amount: wireDecimal }) }).nullable() });
  const quick = z.object({ total: ShopMoney.nullable() });

  it.each(['12.50', '-3', '0.00', '.5', '90071992547409931234.01'])('is read: %s', (amount) => {
    const record = { total: { shopMoney: { amount } } };
    expect(quick.parse(record)).toEqual(record);
  });

  it('may be absent where the schema says so', () => {
    expect(quick.parse({ total: null })).toEqual({ total: null });
  });

  it.each([
    {},
    { total: 7 },
    { total: '12.50' },
    { total: [] },
    { total: {} },
    { total: { shopMoney: null } },
    { total: { shopMoney: '12.50' } },
    { total: { shopMoney: {} } },
    { total: { shopMoney: { amount: null } } },
    { total: { shopMoney: { amount: 12.5 } } },
    { total: { shopMoney: { amount: '12,50' } } },
    { total: { shopMoney: { amount: '' } } },
    { total: { shopMoney: { amount: '1e3' } } },
  ])('is refused where and in the words of its shape: %j', (record) => {
    const said = (schema: z.ZodType): unknown =>
      schema.safeParse(record).error?.issues.map(({ path, message }) => ({ path, message }));
    expect(said(quick)).toEqual(said(plain));
    expect(said(quick)).toHaveLength(1);
  });
});

describe('an id', () => {
  it.each([
    ['gid://shopify/Order/450789469', '450789469'],
    ['gid://shopify/Order/9007199254740993001', '9007199254740993001'],
    ['gid://shopify/InventoryItem/43729076?inventory_item_id=1', '43729076'],
  ])('is its number: %s', (text, id) => {
    expect(gid.parse(text)).toBe(id);
  });

  it.each(['', '450789469', 'gid://shopify/Order/', 'gid://shopify/Order/4x', 'gid://other/Order/1'])(
    'is refused and shown: %j',
    (text) => {
      expect(gid.safeParse(text).error?.issues).toMatchObject([
        { path: [], message: `not a Shopify id: ${JSON.stringify(text)}` },
      ]);
    },
  );

  it('is refused where it is no text', () => {
    expect(gid.safeParse(450789469).success).toBe(false);
  });
});

import { shopify } from './platform.js';
import { fixture } from './testing/fixture.js';

describe('the shop’s name', () => {
  it.each([
    ['demo', 'demo'],
    ['demo.myshopify.com', 'demo'],
    ['Demo-2.MyShopify.com', 'demo-2'],
  ])('%s is %s', (shop, kept) => {
    const settings = shopify.settings.parse({ shop });
    expect(settings).toEqual({ shop: kept, apiVersion: '2026-10' });
    expect(shopify.settings.parse(settings)).toEqual(settings);
    expect(shopify.baseUrl(settings)).toBe(`https://${kept}.myshopify.com`);
    expect(shopify.hosts.some((host) => host.test(`${kept}.myshopify.com`))).toBe(true);
  });

  it.each([
    '',
    '-demo',
    'demo.example.test',
    'evil.test/demo.myshopify.com',
    'demo@evil.test',
    'a.b.myshopify.com',
  ])('%j is none', (shop) => {
    expect(shopify.settings.safeParse({ shop }).success).toBe(false);
  });

  it('leads to no other host', () => {
    for (const host of ['myshopify.com', 'demo.myshopify.com.evil.test', 'evil.test', 'x.demo.myshopify.com'])
      expect(shopify.hosts.some((known) => known.test(host))).toBe(false);
  });
});

describe('the environment of the requirement documents', () => {
  it('makes a connection from a static token, with a version that is still alive', () => {
    const env = {
      SHOPIFY_SHOP: 'demo.myshopify.com',
      SHOPIFY_ACCESS_TOKEN: 'shpat_x',
      SHOPIFY_API_VERSION: '2024-07',
    };
    const connection = shopify.fromEnv(env);
    expect(connection).toMatchObject({ name: 'demo', credentials: { accessToken: 'shpat_x' } });
    expect(shopify.settings.parse(connection?.settings)).toEqual({ shop: 'demo', apiVersion: '2026-10' });
  });

  it('keeps a version that is', () => {
    const env = {
      SHOPIFY_SHOP: 'demo',
      SHOPIFY_CLIENT_ID: 'id',
      SHOPIFY_CLIENT_SECRET: 's',
      SHOPIFY_API_VERSION: '2026-07',
    };
    expect(shopify.fromEnv(env)).toEqual({
      name: 'demo',
      settings: { shop: 'demo', apiVersion: '2026-07' },
      credentials: { clientId: 'id', clientSecret: 's' },
    });
  });

  it('makes none where no shop is named', () => {
    expect(shopify.fromEnv({})).toBeNull();
  });

  it('names the variable that is missing', () => {
    expect(() => shopify.fromEnv({ SHOPIFY_SHOP: 'demo' })).toThrow(/SHOPIFY_ACCESS_TOKEN/);
  });
});

describe('the probe', () => {
  it('says the shop, its currency, what is granted and what is not', () => {
    expect(shopify.probe.says(fixture('probe'))).toBe(
      'demo (GBP), scopes read_orders write_products; missing read_customers read_inventory read_locations read_shopify_payments_accounts read_shopify_payments_payouts; orders of the last 60 days only (no read_all_orders)',
    );
  });
});

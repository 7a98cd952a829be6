import { fixture } from '../testing/fixture.js';
import { rowsOf } from '../testing/rows.js';
import { products } from './products.js';

const settings = { shop: 'demo', apiVersion: '2026-10' };

describe('a product', () => {
  const [mug, noel] = rowsOf(products, fixture('products'));

  it('fills every column, and its variants theirs', () => {
    expect(mug?.row).toEqual({
      productId: '8100000000001',
      title: 'Mug',
      handle: 'mug',
      vendor: 'Example Pottery',
      productType: 'Mugs',
      status: 'ACTIVE',
      tags: ['kitchen'],
      createdAt: new Date('2025-02-01T00:00:00Z'),
      updatedAt: new Date('2026-11-19T10:00:00Z'),
      publishedAt: new Date('2025-02-02T00:00:00Z'),
    });
    expect(mug?.children['shopify_variants']?.[0]).toEqual({
      key: '44100000000001',
      row: {
        variantId: '44100000000001',
        productId: '8100000000001',
        sku: 'MUG-WHITE',
        barcode: '5012345678900',
        title: 'White',
        price: '8.95',
        compareAtPrice: '10.00',
        inventoryItemId: '46100000000001',
        inventoryQuantity: 12,
        position: 1,
        createdAt: new Date('2025-02-01T00:00:00Z'),
        updatedAt: new Date('2026-11-19T10:00:00Z'),
      },
    });
  });

  it('may have variants without SKU, barcode, old price or counted stock', () => {
    expect(mug?.children['shopify_variants']?.[1]?.row).toMatchObject({
      sku: null,
      barcode: null,
      compareAtPrice: null,
      inventoryQuantity: null,
    });
  });

  it('may be unlisted, unpublished and oversold', () => {
    expect(noel?.key).toBe('9123372036854775807');
    expect(noel?.row).toMatchObject({ status: 'UNLISTED', publishedAt: null, title: 'Noël 🎄' });
    expect(noel?.children['shopify_variants']?.[0]?.row).toMatchObject({
      inventoryQuantity: -3,
      price: '1000.0',
    });
  });
});

describe('variants past the first page', () => {
  const [follow] = products.follow;
  const [wire] = products.records(products.body.parse(fixture('products-more-variants')));
  const product = products.schema.parse(wire);

  it('are asked for and joined', () => {
    const place = follow?.next(product) ?? null;
    expect(follow?.request({ record: product, place, settings })).toMatchObject({
      operation: 'ProductVariants',
      json: { variables: { id: 'gid://shopify/Product/8100000000009', after: 'after-variant-20' } },
    });
    const whole = follow?.merge(product, fixture('product-variants-rest'));
    expect(follow?.next(whole)).toBeNull();
    expect(products.children[0]?.rows(whole).map(({ row }) => row['sku'])).toHaveLength(21);
  });
});

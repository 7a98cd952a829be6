import { minutes, seconds } from '#kernel';
import { children, cursorOf, defineStream, type PageQuery } from '#sync';
import { shopifyProducts, shopifyVariants } from '#warehouse/tables';
import { z } from 'zod';
import { type BulkList, bulkOf } from '../bulk.js';
import { countOf, PRODUCT_COUNT } from '../census.js';
import { connection, LARGEST_PAGE, object } from '../cost.js';
import { graphql } from '../graphql.js';
import { type IdList, idListing } from '../listing.js';
import { afterOf, listOf, nextInside, nextPlace, NO_MORE } from '../pages.js';
import { Product, Variants } from '../records/product.js';
import { toGid } from '../records/scalars.js';
import { updatedWithin } from '../search.js';
import type { ShopifySettings } from '../settings.js';

/** Variants read with their product, and asked for at once when there are more (a product may have 2,048). */
const VARIANTS = 20;
const MORE_VARIANTS = 200;

const VARIANT = `id sku barcode title price compareAtPrice position inventoryQuantity createdAt updatedAt
        inventoryItem { id }`;

const VARIANT_FIELDS = `pageInfo { hasNextPage endCursor }
      nodes {
        ${VARIANT}
      }`;

const VARIANT_COST = object(object());

const PRODUCT_OWN = `id title handle vendor productType status tags createdAt updatedAt publishedAt`;

const PRODUCT_FIELDS = `${PRODUCT_OWN}
      variants(first: $variants) { ${VARIANT_FIELDS} }`;

const PRODUCT_COST = object(connection(VARIANTS, VARIANT_COST));

export const PRODUCTS = `query Products($first: Int!, $after: String, $query: String!, $variants: Int!) {
  products(first: $first, after: $after, sortKey: UPDATED_AT, query: $query) {
    pageInfo { hasNextPage endCursor }
    nodes {
      ${PRODUCT_FIELDS}
    }
  }
}`;

/** Ids, and products by id as their pages hold them. */
export const PRODUCT_IDS = {
  field: 'products',
  type: 'Product',
  fields: PRODUCT_FIELDS,
  cost: PRODUCT_COST,
  variables: { declared: '$variants: Int!', values: { variants: VARIANTS } },
  max: 10,
} as const satisfies IdList;

/** The same of a whole window, written by Shopify itself. */
export const PRODUCT_BULK: BulkList = {
  field: 'products',
  fields: PRODUCT_OWN,
  nested: { field: 'variants', fields: VARIANT },
  within: (window) => updatedWithin(window, null),
};

export const productsCost = (size: number): number => connection(size, PRODUCT_COST);

export const PRODUCT_VARIANTS = `query ProductVariants($id: ID!, $after: String, $variants: Int!) {
  product(id: $id) {
    id
    variants(first: $variants, after: $after) { ${VARIANT_FIELDS} }
  }
}`;

export const PRODUCT_VARIANTS_COST = object(connection(MORE_VARIANTS, VARIANT_COST));

const ProductVariants = z.object({
  data: z.object({ product: z.object({ variants: Variants }).nullable() }),
});

/** A product with the next page of its variants; where it was deleted between the calls, they end here. */
function withMoreVariants(product: Product, body: unknown): Product {
  const more = ProductVariants.parse(body).data.product?.variants ?? { pageInfo: NO_MORE, nodes: [] };
  return {
    ...product,
    variants: { pageInfo: more.pageInfo, nodes: [...product.variants.nodes, ...more.nodes] },
  };
}

export const products = defineStream({
  name: 'shopify.products',
  title: 'Products and their variants',
  every: minutes(30),
  size: { start: 10, min: 1, max: LARGEST_PAGE },

  // No status filter: the list then holds active, draft, archived and unlisted products alike.
  request: ({ window, place, size, settings }: PageQuery<ShopifySettings>) =>
    graphql({
      settings,
      operation: 'Products',
      document: PRODUCTS,
      variables: {
        first: size,
        after: afterOf(place),
        query: updatedWithin(window, place),
        variants: VARIANTS,
      },
      weight: productsCost(size),
    }),
  body: listOf('products'),
  records: (body) => body.data.products.nodes,
  next: ({ body, place, size }) => nextPlace({ list: body.data.products, place, size }),

  schema: Product,
  key: (product) => product.id,
  cursor: {
    of: (product) => product.updatedAt,
    order: 'ascending',
    lookback: minutes(5),
    startAt: null,
    grain: seconds(1),
  },
  census: countOf(PRODUCT_COUNT),
  follow: [
    {
      next: (product: Product) => nextInside(product.variants.pageInfo, `product ${product.id}`),
      request: ({ record, place, settings }) =>
        graphql({
          settings,
          operation: 'ProductVariants',
          document: PRODUCT_VARIANTS,
          variables: { id: toGid('Product', record.id), after: cursorOf(place), variants: MORE_VARIANTS },
          weight: PRODUCT_VARIANTS_COST,
        }),
      merge: withMoreVariants,
    },
  ],

  listing: idListing(PRODUCT_IDS),
  history: bulkOf(PRODUCT_BULK),

  into: shopifyProducts,
  map: (product) => ({
    productId: product.id,
    title: product.title,
    handle: product.handle,
    vendor: product.vendor,
    productType: product.productType,
    status: product.status,
    tags: product.tags,
    createdAt: product.createdAt,
    updatedAt: product.updatedAt,
    publishedAt: product.publishedAt,
  }),
  children: [
    children({
      into: shopifyVariants,
      of: (product: Product) => product.variants.nodes,
      key: (variant) => variant.id,
      map: (variant, product) => ({
        variantId: variant.id,
        productId: product.id,
        sku: variant.sku,
        barcode: variant.barcode,
        title: variant.title,
        price: variant.price,
        compareAtPrice: variant.compareAtPrice,
        inventoryItemId: variant.inventoryItem.id,
        inventoryQuantity: variant.inventoryQuantity,
        position: variant.position,
        createdAt: variant.createdAt,
        updatedAt: variant.updatedAt,
      }),
    }),
  ],
});

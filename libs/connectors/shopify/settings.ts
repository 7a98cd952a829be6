import { z } from 'zod';

/** The newest stable version; each is supported for at least a year, a new one comes every quarter. */
const DEFAULT_VERSION = '2026-10';

/** Older ones have expired: Shopify answers them in the oldest version it still supports, and says so only in a header. */
export const OLDEST_VERSION = '2026-01';

const SHOP = /^[a-z0-9][a-z0-9-]*$/;

export const ShopifySettings = z.object({
  /** `demo` or `demo.myshopify.com`; kept as `demo`. */
  shop: z
    .string()
    .trim()
    .toLowerCase()
    .transform((name) => name.replace(/\.myshopify\.com$/, ''))
    .refine((name) => SHOP.test(name), 'the shop is its myshopify name: demo or demo.myshopify.com'),
  apiVersion: z
    .string()
    .regex(/^\d{4}-(01|04|07|10)$/, 'a Shopify API version reads like 2026-10')
    .default(DEFAULT_VERSION),
  /**
   * From how many records on a stream's past (first read, refresh, backfill) comes through a bulk operation instead of
   * page by page; `never` for none, 5,000 by default.
   */
  bulkFrom: z
    .union([z.coerce.number().int().positive(), z.literal('never').transform(() => null), z.null()], {
      error: 'bulkFrom is a number of records, or never',
    })
    .optional(),
});

export type ShopifySettings = z.output<typeof ShopifySettings>;

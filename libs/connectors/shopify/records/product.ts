import { wireDecimal, wireInstant } from '#sync';
import { z } from 'zod';
import { PageInfo } from '../pages.js';
import { gid } from './scalars.js';

const Variant = z.object({
  id: gid,
  sku: z.string().nullable(),
  barcode: z.string().nullable(),
  title: z.string(),
  price: wireDecimal,
  compareAtPrice: wireDecimal.nullable(),
  position: z.int(),
  /** Null where stock is not tracked; below zero where more was sold than there was. */
  inventoryQuantity: z.int().nullable(),
  createdAt: wireInstant,
  updatedAt: wireInstant,
  inventoryItem: z.object({ id: gid }),
});

export const Variants = z.object({ pageInfo: PageInfo, nodes: z.array(Variant) });

export const Product = z.object({
  id: gid,
  title: z.string(),
  handle: z.string(),
  vendor: z.string(),
  productType: z.string(),
  status: z.string(),
  tags: z.array(z.string()),
  createdAt: wireInstant,
  updatedAt: wireInstant,
  publishedAt: wireInstant.nullable(),
  variants: Variants,
});

export type Product = z.output<typeof Product>;

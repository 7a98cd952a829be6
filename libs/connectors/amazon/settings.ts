import { z } from 'zod';

/** One authorisation is one seller in one region. */
const REGIONS = ['na', 'eu', 'fe'] as const;
export type Region = (typeof REGIONS)[number];

/** The regions by the names AWS has for them, which older configurations use. */
export const AWS_REGIONS: Readonly<Record<string, Region>> = {
  'us-east-1': 'na',
  'eu-west-1': 'eu',
  'us-west-2': 'fe',
};

/** What an order is asked for beside its bare lines: without it there is no status, no money, no parcel. */
const NEEDED = ['FULFILLMENT', 'PROCEEDS', 'PACKAGES', 'CANCELLATION'] as const;

const list = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? value.split(',') : value))
  .transform((values) => [...new Set(values.map((value) => value.trim()).filter((value) => value !== ''))]);

export const AmazonSettings = z.object({
  /** `na`, `eu` or `fe`; AWS's names for them are taken too. */
  region: z
    .string()
    .trim()
    .toLowerCase()
    .transform((name) => AWS_REGIONS[name] ?? name)
    .pipe(z.enum(REGIONS)),
  /** One or several of that region, `A1F83G8C2ARO7P,A1PA6795UKMFR9` or a list. */
  marketplaceIds: list.pipe(
    z
      .array(z.string().regex(/^A[A-Z0-9]{9,15}$/, 'a marketplace id reads like A1F83G8C2ARO7P'))
      .min(1)
      .max(50),
  ),
  /** More datasets of an order; `BUYER` needs a restricted role. */
  includedData: list
    .pipe(z.array(z.string().regex(/^[A-Z_]+$/, 'a dataset reads like BUYER')))
    .default([])
    .transform((more) => [...new Set([...NEEDED, ...more])]),
});

export type AmazonSettings = z.output<typeof AmazonSettings>;

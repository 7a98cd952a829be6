import type { Json } from '#kernel';
import { z } from 'zod';
import { KINDS } from './store.js';

export const STREAMS = [...KINDS, 'categories'] as const;

const stream = z.enum(STREAMS);
const json: z.ZodType<Json> = z.json();

/** What can be turned on one company while it runs; what is left out stays as it is. */
export const companyKnobs = z.strictObject({
  /** `expire` ends the access token in use; `revoke` withdraws the app; `restore` approves it again. */
  tokens: z.enum(['expire', 'revoke', 'restore']).optional(),
  /** The user's access level: what needs a higher one answers 403. */
  level: z.number().int().min(0).max(8).optional(),
  /** Lists this company does not have: they answer 404. */
  off: z.array(stream).optional(),
  limits: z
    .strictObject({
      perMinute: z.number().int().positive().optional(),
      perHour: z.number().int().positive().optional(),
      refreshesPerMinute: z.number().int().positive().optional(),
    })
    .optional(),
  /** Breaks records on the wire and leaves the truth alone; null ends it. */
  corrupt: z
    .strictObject({
      stream,
      /** How many, the first by id; or exactly which. */
      count: z.number().int().positive().default(1),
      ids: z.array(z.string()).optional(),
      set: z.record(z.string(), json),
    })
    .nullable()
    .optional(),
  /** Lies with a straight face; null ends it. */
  lie: z
    .strictObject({
      stream,
      /** Added to every count of the stream's records. */
      count: z.number().int().default(0),
      /** The list holds nothing, while its records are counted. */
      empty: z.boolean().default(false),
    })
    .nullable()
    .optional(),
});

export type CompanyKnobs = z.infer<typeof companyKnobs>;
export type StreamName = (typeof STREAMS)[number];

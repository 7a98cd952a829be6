import { z } from 'zod';

const BASES = {
  production: 'https://api.freeagent.com',
  sandbox: 'https://api.sandbox.freeagent.com',
} as const;

export const FreeAgentSettings = z.object({
  /** FreeAgent's own sandbox has accounts of its own. */
  environment: z.enum(['production', 'sandbox']).default('production'),
  /** `X-Api-Version`: a date; FreeAgent's oldest behaviour where nothing is said. */
  apiVersion: z.iso.date('an API version of FreeAgent is a date such as 2024-10-01').optional(),
});

export type FreeAgentSettings = z.output<typeof FreeAgentSettings>;

export const baseUrl = ({ environment }: FreeAgentSettings): string => BASES[environment];

export const HOSTS = [/^api(\.sandbox)?\.freeagent\.com$/];

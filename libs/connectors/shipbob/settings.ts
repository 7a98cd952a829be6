import { z } from 'zod';

/** Supported until January 2028; it knows of carriers' tracking, which 2025-07 does not. */
const DEFAULT_VERSION = '2026-01';

/** Older ones (`1.0`, `2.0`) are switched off. */
export const OLDEST_VERSION = '2025-07';

export const VERSION = /^\d{4}-(01|07)$/;

const HOSTS = {
  production: { api: 'https://api.shipbob.com', auth: 'https://auth.shipbob.com' },
  sandbox: { api: 'https://sandbox-api.shipbob.com', auth: 'https://authstage.shipbob.com' },
} as const;

export const ShipBobSettings = z.object({
  apiVersion: z
    .string()
    .regex(VERSION, 'a ShipBob API version reads like 2026-01')
    .refine((version) => version >= OLDEST_VERSION, `versions before ${OLDEST_VERSION} are switched off`)
    .default(DEFAULT_VERSION),
  /** ShipBob's own sandbox has accounts, tokens and data of its own. */
  environment: z.enum(['production', 'sandbox']).default('production'),
});

export type ShipBobSettings = z.output<typeof ShipBobSettings>;

export const apiOf = ({ environment }: ShipBobSettings): string => HOSTS[environment].api;
export const authOf = ({ environment }: ShipBobSettings): string => HOSTS[environment].auth;
export const hostsOf = (url: string): ShipBobSettings['environment'] | undefined =>
  url === HOSTS.production.api ? 'production' : url === HOSTS.sandbox.api ? 'sandbox' : undefined;

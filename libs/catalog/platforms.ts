import { amazon } from '#connectors/amazon';
import { shipbob } from '#connectors/shipbob';
import { freeagent } from '#connectors/freeagent';
import { shopify } from '#connectors/shopify';
import type { Platform } from '#sync';

/** The only list of platforms: adding one is a line here, dropping one is taking that line away. */
export const platforms: readonly Platform[] = [shopify, freeagent, amazon, shipbob];

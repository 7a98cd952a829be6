/** Every migration in order; forward only, never edited once merged. */
import { Engine1763700000001 } from './0001-engine.js';
import { ShopifyTables1763700000002 } from './0002-shopify-tables.js';

export const migrations = [Engine1763700000001, ShopifyTables1763700000002];

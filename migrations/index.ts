/** Every migration in order; forward only, never edited once merged. */
import { Engine1763700000001 } from './0001-engine.js';
import { ShopifyTables1763700000002 } from './0002-shopify-tables.js';
import { QuotaUsage1763700000003 } from './0003-quota-usage.js';
import { Completeness1763700000004 } from './0004-completeness.js';
import { Backfills1763700000005 } from './0005-backfills.js';
import { Failures1763700000006 } from './0006-failures.js';
import { Alerts1763700000007 } from './0007-alerts.js';
import { Heartbeats1763700000008 } from './0008-heartbeats.js';
import { FreeAgent1763700000009 } from './0009-freeagent.js';
import { ShipBob1763700000010 } from './0010-shipbob.js';
import { Amazon1763700000011 } from './0011-amazon.js';
import { Shapes1763700000012 } from './0012-shapes.js';
import { ShopifyAfterSale1763700000013 } from './0013-shopify-after-sale.js';
import { ShopifyStockAndPayouts1763700000014 } from './0014-shopify-stock-and-payouts.js';
import { ConsoleApi1763700000016 } from './0016-console-api.js';
import { Operators1763700000017 } from './0017-operators.js';
import { MovedWords1763700000018 } from './0018-moved-words.js';

export const migrations = [
  Engine1763700000001,
  ShopifyTables1763700000002,
  QuotaUsage1763700000003,
  Completeness1763700000004,
  Backfills1763700000005,
  Failures1763700000006,
  Alerts1763700000007,
  Heartbeats1763700000008,
  FreeAgent1763700000009,
  ShipBob1763700000010,
  Amazon1763700000011,
  Shapes1763700000012,
  ShopifyAfterSale1763700000013,
  ShopifyStockAndPayouts1763700000014,
  ConsoleApi1763700000016,
  Operators1763700000017,
  MovedWords1763700000018,
];

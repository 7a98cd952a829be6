/**
 * A Shopify that runs on this machine: the Admin GraphQL API of a shop that is kept in memory, as strict as the real
 * one about tokens, scopes, versions, cost, pages and cursors. For tests and the sandbox only.
 *
 * Words. *Shop*: one account, with its own records, tokens, points and knobs. *Truth*: counts and sums added up from
 * the shop's own records by its own code. *Knob*: something to turn while it runs. *Edit*: what the shop's staff did.
 *
 * Invariants. The same seed, size and anchor make the same shop. A reply never changes the truth; only edits do.
 * Money is exact: whole ten-thousandths inside, decimal text outside. Every field we serve exists in the vendor's
 * published schema with the same type (a test holds us to it).
 */
export { ShopifySimulator, type SimulatorOptions } from './simulator.js';
export { type ShopOptions, type ShopSource } from './shop.js';
export { DEMO_ACCESS, type ShopCredentials } from './tokens.js';
export { PLANS, type PlanLimits, type PlanName } from './bucket.js';
export { type TruthRow, type TruthRows } from './rows.js';
export { truthOf, type StreamTruth, type TableTruth, type Truth } from './truth.js';
export { type ShopKnobs } from './knobs.js';
export { type EditResult, type ShopEdit } from './edits.js';
export { type Call, type CallNote, type Reply } from './call.js';

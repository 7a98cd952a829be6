/**
 * A ShipBob that runs on this machine: the reading half of the Developer API of an account that is kept in memory, as
 * strict as the real one about tokens, scopes, versions, calls a minute and the paging that each list has of its own.
 * For tests and the sandbox only.
 *
 * Words. *Account*: one merchant, with records, tokens, window and knobs of its own. *Truth*: counts and sums added up
 * from the account's own records by its own code. *Knob*: something to turn while it runs. *Edit*: what happened there.
 *
 * Invariants. The same trade makes the same account: orders, parcels, returns and stock tie out with it. A reply never
 * changes the truth; only edits do. Every reply has the shape of the vendor's published description (a test holds us
 * to it).
 */
export { ShipBobSimulator, type SimulatorOptions } from './simulator.js';
export { type AccountOptions } from './account.js';
export { type AccountKnobs } from './knobs.js';
export { type AccountEdit, type EditResult } from './edits.js';
export { DEMO_ACCESS, type ShipBobAccess } from './tokens.js';
export { type Truth } from './truth.js';
export { type Call, type CallNote, type Reply } from './call.js';

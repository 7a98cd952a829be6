/**
 * A strict Amazon for the sandbox and tests: one seller for each account of the business.
 *
 * Words. *Seller*: one account with its records, made of the shop's trade. *Truth*: counts and sums added up from its own
 * records by its own code. *Knob*: something to turn while it runs. *Edit*: what happened to the account meanwhile.
 *
 * Invariants. As strict as the real one where that is known: the two-minute rule, exactly one clock, page tokens bound to
 * their filters and their life, buckets per operation, links of five minutes. A reply never changes the truth; only
 * edits and time do: an order gains its price, deferred money is released, late entries appear under their own date.
 */
export { AmazonSimulator, type SimulatorOptions } from './simulator.js';
export { DEMO_ACCESS, type AmazonAccess } from './tokens.js';
export { type AmazonKnobs } from './knobs.js';
export { type AmazonEdit } from './edits.js';
export { type Truth } from './truth.js';
export { type Call, type CallNote, type Reply } from './call.js';

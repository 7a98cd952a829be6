/**
 * A FreeAgent that runs on this machine: the v2 API of companies whose books are made of a shop's trade, as strict as the
 * real one about tokens, access levels, windows of calls, pages, views and filters. For tests and the sandbox only.
 *
 * Words. *Company*: one account, with its own records, tokens, meter and knobs. *Truth*: counts and sums added up from its
 * own records by its own code. *Knob*: something to turn while it runs. *Edit*: what the company's staff did.
 *
 * Invariants. The same trade makes the same company. A reply never changes the truth; only edits do. Every invoice, payout
 * and deposit ties out with the shop's trade to the penny, and the ledger's debits add up to zero.
 */
export { FreeAgentSimulator, type SimulatorOptions } from './simulator.js';
export { DEMO_ACCESS, type CompanyAccess } from './tokens.js';
export { type Truth } from './truth.js';
export { type CompanyKnobs } from './knobs.js';
export { type CompanyEdit } from './edits.js';
export { type Call, type CallNote, type Reply } from './call.js';

/**
 * The ShipBob connector: data and pure functions. Money and weights are exact decimals, ids text. README.md lists what
 * is odd about the API and which test holds each fact.
 */
export { shipbob } from './platform.js';

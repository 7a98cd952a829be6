/**
 * The Shopify connector: data and pure functions. Money is booked in the shop's currency; ids are the numbers inside
 * Shopify's global ids, kept as text. README.md lists what is odd about the API and which test holds each fact.
 */
export { shopify } from './platform.js';

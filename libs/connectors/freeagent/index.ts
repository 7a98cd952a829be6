/**
 * The FreeAgent connector: data and pure functions. Money is exact decimal text; ids are what stands behind the last slash
 * of a record's address, nominal codes with their leading zeros. README.md lists what is odd about the API and which test
 * holds each fact.
 */
export { freeagent } from './platform.js';

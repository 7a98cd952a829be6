/**
 * The Amazon SP-API connector: data and pure functions. One connection is one seller in one region, with all its
 * marketplaces. README.md lists what is odd about the API and which test holds each fact.
 */
export { amazon } from './platform.js';

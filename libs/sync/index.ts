/**
 * sync: streams as data and the loop that reads them.
 *
 * A platform holds streams; a stream says what to ask, how the reply reads and where its rows go; the engine holds
 * every loop, lock and retry. A page is one call and one transaction. A window is [checkpoint − lookback, start of
 * the run]; the checkpoint moves only with committed pages and never past the run's own start.
 */
export {
  type Auth,
  type CallSpec,
  type CensusSpec,
  type ChildrenSpec,
  type Cursor,
  type FollowSpec,
  type PageQuery,
  type PageSize,
  type Place,
  type Platform,
  type Stream,
  type Window,
  children,
  definePlatform,
  defineStream,
} from './define.js';
export { type Fetched, type Listed, type Listing, listing } from './listing.js';
export { afterCursor, cursorOf } from './next.js';
export { wireDate, wireDecimal, wireInstant } from './wire.js';
export { type Door, openDoor, probe, tendTokens } from './door.js';
export { type SliceSize, planBackfill, SLICES } from './backfill.js';
export { PageDepth } from './page-depth.js';
export { type Engine } from './engine.js';
export { type UsageKeeper, keepUsage } from './usage.js';
export { type Execution, execute } from './execute.js';

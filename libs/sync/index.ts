/**
 * sync: streams as data and the loop that reads them.
 *
 * A platform holds streams; a stream says what to ask, how the reply reads and where its rows go; the engine holds
 * every loop, lock and retry. A page is one call and one transaction. A window is [checkpoint − lookback, start of
 * the run]; the checkpoint moves only with committed pages and never past the run's own start. What an API's lists look
 * like is said by shapes (`each`, `download`, `onto`, the cursor's spans): `docs/recipes/shapes.md` says which is which.
 */
export {
  type CallSpec,
  type PageQuery,
  type PageRead,
  type PageSize,
  type Place,
  type Window,
} from './call-spec.js';
export { type Cursor } from './cursor.js';
export {
  type Auth,
  type CensusSpec,
  type ChildrenSpec,
  type FollowSpec,
  type NextQuery,
  type Platform,
  type Stream,
  children,
  definePlatform,
  defineStream,
} from './define.js';
export { limitsOf } from './limits.js';
export { type Each, type Parent, NO_PARENT, among, eachListed } from './each.js';
export { type Beside, beside } from './beside.js';
export { type Address, type Download, download } from './download.js';
export { type Begun, type ExportState, type History, history } from './history.js';
export { type Match, type Onto, type Patch, onto } from './onto.js';
export { type Fetched, type Listed, type Listing, listing } from './listing.js';
export { afterCursor, cursorOf } from './next.js';
export { wireDate, wireDecimal, wireId, wireInstant, wireInteger } from './wire.js';
export {
  type App,
  type BroughtQuery,
  type Candidate,
  type Consent,
  consentUrl,
  exchangeCode,
} from './consent.js';
export { type Door, openDoor, probe, tendTokens } from './door.js';
export { type SliceSize, planBackfill, SLICES } from './backfill.js';
export { PageDepth } from './page-depth.js';
export { PlaceLost } from './place-lost.js';
export { Unavailable, whyUnavailable } from './unavailable.js';
export { type Engine } from './engine.js';
export { type CallLog, keepCalls } from './call-log.js';
export { type UsageKeeper, keepUsage } from './usage.js';
export { type Execution, execute } from './execute.js';

/**
 * warehouse: the door to Postgres, where the truth lives.
 *
 * Rows and their checkpoint commit in one transaction behind a fencing token. An older version never overwrites a
 * newer one. Gone rows are marked, never deleted. A run moves only along the list in `run-states.ts`.
 */
export {
  type Warehouse,
  type WarehouseOptions,
  databaseFailure,
  migrate,
  openWarehouse,
  warehouseTables,
} from './warehouse.js';
export {
  type AuditRow,
  type CheckpointRow,
  type ConnectionRow,
  type ConnectionStatus,
  type Counts,
  type Drift,
  type QuarantineRow,
  type Reading,
  type Role,
  type RunKind,
  type RunLogRow,
  type RunRow,
  type SessionRow,
  type StreamRow,
  type UserRow,
  type Verdict,
} from './rows.js';
export { AuditEntry, Quarantine, RunLog, Session, User, entityOf } from './entities.js';
export { type RunState, isFinished } from './run-states.js';
export {
  type Comparison,
  type Incoming,
  type Query,
  type Stamp,
  type Written,
  markGoneChildren,
  upsert,
} from './upsert.js';
export {
  type Difference,
  type ListedId,
  type Step,
  beginComparison,
  commitStep,
  compareListed,
  forgetEnded,
  sumUpListing,
  unlistedRows,
  wasReadWhole,
} from './listing.js';
export { type Page, type TablePart, commitPage, queryOf } from './pages.js';
export { openRunIds, recentRuns, waitingRuns } from './run-list.js';
export {
  type Ending,
  type NewRun,
  LeaseLost,
  cancelRun,
  claimRun,
  endAttempt,
  findRun,
  fixWindow,
  insertRun,
  logRun,
  reapRuns,
  renewLease,
  requeueRun,
} from './runs.js';
export { runInExport, supersedeQueued } from './slots.js';
export { type Cause, type FailureExample } from './failures.js';
export { openWith, type Bad } from './quarantine.js';
export {
  type FailureRow,
  type FailureState,
  type FailuresAsked,
  failureTrend,
  findFailure,
  listFailures,
  markFailure,
  membersOf,
  pageOfFailures,
} from './error-desk.js';
export {
  type QuarantinedRecord,
  editQuarantined,
  findQuarantined,
  ignoreQuarantined,
  listQuarantine,
} from './quarantined.js';
export {
  type Replay,
  type ReplayPart,
  type ReplayResult,
  type Replayed,
  beginReplay,
  commitReplay,
  dropReplay,
  nextToReplay,
  payloadOf,
  replayable,
} from './replays.js';
export {
  type BulkState,
  type DeskFilter,
  type RetryItem,
  abortBulk,
  beginBulk,
  findBulk,
  noteBulk,
  requeueMany,
  retryable,
  runsOfBulk,
  statesOf,
  unqueueBulk,
} from './bulk.js';
export { auditBulk } from './audit.js';
export {
  type BackfillRow,
  type BackfillState,
  type NewBackfill,
  type Slice,
  cancelBackfill,
  closeBackfills,
  dueSlices,
  failedSlices,
  findBackfill,
  insertBackfill,
  moveBackfill,
  recentBackfills,
  retryBackfill,
} from './backfills.js';
export { backfillState } from './seats.js';
export { splitSlice } from './split-slice.js';
export {
  type Finding,
  type Here,
  type PastRun,
  type Scope,
  type Span,
  beginReading,
  countDue,
  countHere,
  countSeen,
  foundBefore,
  latestSuccesses,
  noteFinding,
  readBackfill,
} from './completeness.js';
export { acceptRun } from './accept.js';
export { type RunCall, addCalls } from './run-calls.js';
export { jsonText } from './array-literal.js';
export { keptDocuments } from './documents.js';
export { type PatchPart, type PatchRow } from './patches.js';
export { findParents, fixParents } from './run-parents.js';
export { type LateArrivals, type LateBefore, lateArrivals } from './late-arrivals.js';
export { countUnseen, forgetOldSeen, markUnseen } from './unseen.js';
export { type FreshnessRow, freshness } from './freshness.js';
export {
  type NewConnection,
  type SavedConnection,
  findCheckpoint,
  findConnection,
  findStreamState,
  listConnections,
  listStreamStates,
  noteStream,
  noteUnavailable,
  reloadConnection,
  removeConnection,
  resealConnection,
  saveConnection,
  setPaused,
  updateConnection,
} from './connections.js';
export {
  type KeyUse,
  factorRow,
  keyUses,
  keyUsesIn,
  openCredentials,
  resealCredentials,
} from './credentials.js';
export { markReconnect, reactivate } from './reconnect.js';
export {
  type RenewalClaim,
  type Standing,
  claimRenewal,
  deadRenewals,
  holdRenewal,
  readStanding,
  releaseRenewal,
  saveRenewed,
} from './renewals.js';
export { DEFAULT_WORKSPACE } from './workspace.js';
export { rowsHeld } from './rows-held.js';
export {
  type Heartbeat,
  type HeartbeatRow,
  BEAT_MS,
  beat,
  forgetHeartbeats,
  heartbeats,
  isAlive,
  lastBeat,
} from './heartbeats.js';
export { type Spent, type Usage, type UsageKey, addUsage, trimUsage, usageSince } from './quota-usage.js';
export { type Budget, type Forecast, type PaceRow, forecast, paces } from './forecast.js';
export { type Wait, type WaitFacts, clockTime, explainWait, waitFacts } from './waits.js';
export {
  type ListedRun,
  type RunAttempt,
  type RunsAsked,
  type RunsOfHour,
  attemptsOf,
  callsOf,
  logOf,
  pageOfRuns,
  runIn,
  runsByHour,
} from './views/runs.js';
export {
  type StreamSettings,
  type StripRun,
  lastRunsOf,
  resetCheckpoint,
  restoreCheckpoint,
  setStream,
  streamSettings,
} from './views/streams.js';
export { type ListedRecord, type RecordsAsked, pageOfRecords, recordsIn } from './views/quarantine.js';
export { type ListedOrder, type OrdersAsked, pageOfOrders } from './views/orders.js';
export { type StoryPart, orderStory } from './views/order-story.js';
export {
  type RowsAsked,
  type ShownRow,
  type TableCount,
  columnsOf,
  countByTable,
  estimate,
  pageOfRows,
  searchableColumns,
  tableNamed,
} from './views/table-rows.js';
export {
  type BackfillsAsked,
  type ShownSlice,
  backfillIn,
  pageOfBackfills,
  slicesOf,
} from './views/backfills.js';
export { type OpenCounts, type RunningRun, openCounts, runningNow } from './views/now.js';
export { type ListedAlert, type ListedDeed, pageOfAlerts, pageOfDeeds } from './views/books.js';
export { TAKE_PRESENCE, buryWorker, missingWorkers, notePresence } from './presence.js';
export { type LiveRun, liveMarks, liveRuns } from './views/live.js';
export { type Retention, retentionOf, setRetention, trimBooks } from './retention.js';
export { type AlertRow, type NewAlert, openAlerts, raiseAlert, resolveAlert } from './alerts.js';

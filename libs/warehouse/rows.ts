import type { FailureKind, Json } from '#kernel';
import type { RunState } from './run-states.js';

export type Role = 'viewer' | 'operator' | 'admin';

export interface UserRow {
  id: string;
  workspaceId: string;
  name: string;
  passwordHash: string;
  role: Role;
  /** The second factor's secret, sealed; null where there is none yet. */
  totpSecret: string | null;
  totpSince: Date | null;
  /** The last time step that a code was taken in. */
  totpStep: string | null;
  /** Hashes of the one-time codes that are left. */
  recoveryCodes: string[];
  createdAt: Date;
}

/** Only a hash of the session's id is kept: a copy of the table opens no session. */
export interface SessionRow {
  idHash: string;
  userId: string;
  csrf: string;
  createdAt: Date;
  expiresAt: Date;
}

export type ConnectionStatus = 'active' | 'paused' | 'reconnect';

export interface ConnectionRow {
  id: string;
  workspaceId: string;
  platform: string;
  name: string;
  /** `reconnect`: the platform refused the credentials; nothing runs until an operator enters new ones. */
  status: ConnectionStatus;
  statusReason: string | null;
  settings: Record<string, Json>;
  /** Overrides the platform's own base url, for a stand-in server. */
  baseUrl: string | null;
  /** A stand-in server: private addresses and plain http are allowed. */
  sandbox: boolean;
  /** Sealed JSON; opened only where a call is signed. */
  credentials: string;
  renewingUntil: Date | null;
  /** Fencing number: rises with every claimed renewal, and a token is saved only under the claim's own. */
  renewal: number;
  renewedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** What is known or overridden of one stream on one connection. */
export interface StreamRow {
  connectionId: string;
  stream: string;
  enabled: boolean | null;
  everyMs: string | null;
  /** In place of `everyMs`: a cron pattern, in the zone beside it. */
  cron: string | null;
  zone: string | null;
  lookbackMs: string | null;
  notice: string | null;
  noticeAt: Date | null;
  /** Why the account does not have it; null where it does, or nobody has asked. */
  unavailable: string | null;
  /** When that was said last. */
  unavailableAt: Date | null;
}

export interface CheckpointRow {
  connectionId: string;
  stream: string;
  cursorAt: Date;
  /** Up to here the source's own count agreed; null where nothing was ever counted. */
  provenAt: Date | null;
  runId: string;
  updatedAt: Date;
}

/**
 * `incremental` from the checkpoint; `backfill` a past range beside it; `refresh` everything again; `reconcile` ids and
 * versions of both sides compared, and the difference fetched; `replay` records out of the quarantine.
 */
export type RunKind = 'incremental' | 'backfill' | 'refresh' | 'reconcile' | 'replay';

/**
 * What a run reads: its window; the window again, because source and warehouse did not agree; a list without order once
 * more before what it lacked is marked gone; or what changed since the window's end.
 */
export type Reading = 'window' | 'again' | 'confirm' | 'tail';

/** What a run's close found: both sides agree, they do not, or the source could not be asked. */
export type Verdict = 'matched' | 'differs' | 'uncounted';

/** What a reconcile found and put right. */
export interface Drift {
  /** Records the source lists and the warehouse lacked. */
  readonly missing: number;
  /** Records of which the warehouse held an older version. */
  readonly older: number;
  /** Rows the source no longer has, marked gone. */
  readonly gone: number;
  /** Of the missing and older, those newer than what the live runs have read: the next one would have brought them. */
  readonly awaited: number;
}

export interface Counts {
  pages: number;
  /** Calls to the platform, retries and follow-ups included. */
  calls: number;
  records: number;
  inserted: number;
  changed: number;
  same: number;
  gone: number;
  quarantined: number;
}

export interface RunRow extends Counts {
  id: string;
  connectionId: string;
  stream: string;
  kind: RunKind;
  trigger: 'schedule' | 'manual';
  slot: Date | null;
  state: RunState;
  /** Reads and maps but writes no warehouse row and no checkpoint. */
  dry: boolean;
  windowFrom: Date | null;
  windowTo: Date | null;
  /** Where the next page starts; null before the first page. */
  place: Json | null;
  /** The newest cursor value committed by this run. */
  cursorAt: Date | null;
  pageSize: number | null;
  /** Fencing token: rises with every claim, and a page commits only under the claim's own number. */
  lease: number;
  leaseUntil: Date | null;
  worker: string | null;
  attempt: number;
  notBefore: Date | null;
  /** Why it waits, in words. */
  reason: string | null;
  failureKind: FailureKind | null;
  failure: string | null;
  /** The last failure's group on the error desk; stays when the run succeeds after all. */
  fingerprint: string | null;
  /** When this run, or a later one in its place, brought what the failure had kept back. */
  mendedAt: Date | null;
  /** The bulk action that last made it go. */
  bulkId: string | null;
  /** How many records the source says the window holds, and how many the warehouse holds; whole numbers as text. */
  sourceCount: string | null;
  ourCount: string | null;
  sourceSum: string | null;
  ourSum: string | null;
  verdict: Verdict | null;
  verdictReason: string | null;
  drift: Drift | null;
  /** Who accepted a run that the source's count or the stream's history spoke against. */
  acceptedBy: string | null;
  acceptedAt: Date | null;
  reading: Reading;
  /** When the last page of this reading was committed; null while there are more. */
  readAt: Date | null;
  /** The stream's checkpoint when the run began. */
  checkpointAt: Date | null;
  /** The backfill this run is a slice of, and which. */
  backfillId: string | null;
  slice: number | null;
  /** Of a running slice: which of the backfill's parallel seats it has. */
  seat: number | null;
  queuedAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  /** Milliseconds spent running, waits between attempts left out. */
  busyMs: string;
}

export interface RunLogRow {
  id: string;
  runId: string;
  at: Date;
  level: 'info' | 'warn' | 'error';
  message: string;
}

export interface QuarantineRow {
  id: string;
  connectionId: string;
  stream: string;
  recordKey: string;
  runId: string;
  page: number;
  payload: Json;
  reason: string;
  state: 'open' | 'landed' | 'ignored';
  times: number;
  fingerprint: string | null;
  /** How new the record says it is, where that much could be read. */
  version: Date | null;
  /** False where the payload is not kept as it was sent: it can be looked at and edited, but not replayed as it is. */
  whole: boolean;
  /** What a person made of the payload, to be replayed in its place. */
  editedPayload: Json | null;
  editedBy: string | null;
  editedAt: Date | null;
  /** The run that is to replay it. */
  replayRun: string | null;
  firstSeenAt: Date;
  lastSeenAt: Date;
}

export interface AuditRow {
  id: string;
  workspaceId: string;
  at: Date;
  actor: string;
  action: string;
  subject: string | null;
  outcome: string;
  actorId: string | null;
  via: 'session' | 'token' | null;
  /** The route that was called, such as `POST /connections/{id}/pause`. */
  route: string | null;
  /** Plain JSON. */
  before: unknown;
  after: unknown;
  /** What takes the deed back, as plain JSON; null where nothing does. */
  undo: unknown;
  /** The id of the deed that took it back. */
  undoneBy: string | null;
}

import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import { snakeCase, type Table } from './tables/index.js';
import type {
  CheckpointRow,
  ConnectionRow,
  QuarantineRow,
  RunLogRow,
  RunRow,
  SessionRow,
  StreamRow,
  UserRow,
  AuditRow,
} from './rows.js';

type ColumnsOf<T> = { readonly [K in keyof T]-?: EntitySchemaColumnOptions };

function entity<T extends object>(tableName: string, columns: ColumnsOf<T>): EntitySchema<T> {
  const named = Object.entries<EntitySchemaColumnOptions>(columns).map(([key, options]) => [
    key,
    { name: snakeCase(key), ...options },
  ]);
  return new EntitySchema<T>({
    name: tableName,
    tableName,
    columns: Object.fromEntries(named) as ColumnsOf<T>,
  });
}

const key: EntitySchemaColumnOptions = { type: 'text', primary: true };
const text: EntitySchemaColumnOptions = { type: 'text' };
const textOrNull: EntitySchemaColumnOptions = { type: 'text', nullable: true };
const count: EntitySchemaColumnOptions = { type: 'integer', default: 0 };
const at: EntitySchemaColumnOptions = { type: 'timestamptz' };
const atOrNull: EntitySchemaColumnOptions = { type: 'timestamptz', nullable: true };
const now: EntitySchemaColumnOptions = { type: 'timestamptz', default: () => 'now()' };
const identity: EntitySchemaColumnOptions = { type: 'bigint', primary: true, generated: 'increment' };
const jsonb: EntitySchemaColumnOptions = { type: 'jsonb' };
const jsonbOrNull: EntitySchemaColumnOptions = { type: 'jsonb', nullable: true };
const bigintOrNull: EntitySchemaColumnOptions = { type: 'bigint', nullable: true };
const numericOrNull: EntitySchemaColumnOptions = { type: 'numeric', nullable: true };

export const User = entity<UserRow>('users', {
  id: key,
  workspaceId: text,
  name: text,
  passwordHash: text,
  role: text,
  totpSecret: textOrNull,
  totpSince: atOrNull,
  totpStep: bigintOrNull,
  recoveryCodes: { type: 'text', array: true, default: [] },
  createdAt: now,
});

export const Session = entity<SessionRow>('sessions', {
  idHash: key,
  userId: text,
  csrf: text,
  createdAt: now,
  expiresAt: at,
});

export const Connection = entity<ConnectionRow>('connections', {
  id: key,
  workspaceId: text,
  platform: text,
  name: text,
  status: { ...text, default: 'active' },
  statusReason: textOrNull,
  settings: { ...jsonb, default: {} },
  baseUrl: textOrNull,
  sandbox: { type: 'boolean', default: false },
  credentials: text,
  renewingUntil: atOrNull,
  renewal: count,
  renewedAt: atOrNull,
  createdAt: now,
  updatedAt: now,
});

export const StreamState = entity<StreamRow>('streams', {
  connectionId: key,
  stream: key,
  enabled: { type: 'boolean', nullable: true },
  everyMs: { type: 'bigint', nullable: true },
  cron: textOrNull,
  zone: textOrNull,
  lookbackMs: { type: 'bigint', nullable: true },
  notice: textOrNull,
  noticeAt: atOrNull,
  unavailable: textOrNull,
  unavailableAt: atOrNull,
});

export const Checkpoint = entity<CheckpointRow>('checkpoints', {
  connectionId: key,
  stream: key,
  cursorAt: at,
  provenAt: atOrNull,
  runId: text,
  updatedAt: now,
});

export const Run = entity<RunRow>('runs', {
  id: key,
  connectionId: text,
  stream: text,
  kind: text,
  trigger: text,
  slot: atOrNull,
  state: { ...text, default: 'queued' },
  dry: { type: 'boolean', default: false },
  windowFrom: atOrNull,
  windowTo: atOrNull,
  place: { ...jsonb, nullable: true },
  cursorAt: atOrNull,
  pageSize: { type: 'integer', nullable: true },
  lease: count,
  leaseUntil: atOrNull,
  worker: textOrNull,
  attempt: count,
  notBefore: atOrNull,
  reason: textOrNull,
  pages: count,
  calls: count,
  records: count,
  inserted: count,
  changed: count,
  same: count,
  gone: count,
  quarantined: count,
  failureKind: textOrNull,
  failure: textOrNull,
  fingerprint: textOrNull,
  mendedAt: atOrNull,
  bulkId: textOrNull,
  sourceCount: bigintOrNull,
  ourCount: bigintOrNull,
  sourceSum: numericOrNull,
  ourSum: numericOrNull,
  verdict: textOrNull,
  verdictReason: textOrNull,
  drift: { ...jsonb, nullable: true },
  acceptedBy: textOrNull,
  acceptedAt: atOrNull,
  reading: { ...text, default: 'window' },
  readAt: atOrNull,
  checkpointAt: atOrNull,
  backfillId: textOrNull,
  slice: { type: 'integer', nullable: true },
  seat: { type: 'integer', nullable: true },
  queuedAt: now,
  startedAt: atOrNull,
  finishedAt: atOrNull,
  busyMs: { type: 'bigint', default: 0 },
});

export const RunLog = entity<RunLogRow>('run_logs', {
  id: identity,
  runId: text,
  at: now,
  level: text,
  message: text,
});

export const Quarantine = entity<QuarantineRow>('quarantine', {
  id: identity,
  connectionId: text,
  stream: text,
  recordKey: text,
  runId: text,
  page: { type: 'integer' },
  payload: jsonb,
  reason: text,
  state: { ...text, default: 'open' },
  times: { type: 'integer', default: 1 },
  fingerprint: textOrNull,
  version: atOrNull,
  whole: { type: 'boolean', default: true },
  editedPayload: { ...jsonb, nullable: true },
  editedBy: textOrNull,
  editedAt: atOrNull,
  replayRun: textOrNull,
  firstSeenAt: now,
  lastSeenAt: now,
});

export const AuditEntry = entity<AuditRow>('audit_log', {
  id: identity,
  workspaceId: text,
  at: now,
  actor: text,
  action: text,
  subject: textOrNull,
  outcome: text,
  actorId: textOrNull,
  via: textOrNull,
  route: textOrNull,
  before: jsonbOrNull,
  after: jsonbOrNull,
  undo: jsonbOrNull,
  undoneBy: bigintOrNull,
});

/** The engine's columns on every warehouse table, keyed by (connection_id, source_id). */
const ENGINE_COLUMNS: Readonly<Record<string, EntitySchemaColumnOptions>> = {
  connectionId: key,
  sourceId: key,
  sourceUpdatedAt: atOrNull,
  firstSeenAt: now,
  syncedAt: now,
  deletedAt: atOrNull,
  runId: text,
  payloadHash: text,
};

/** A warehouse table as a TypeORM entity, for reads through repositories. */
export function entityOf(table: Table): EntitySchema<Record<string, unknown>> {
  const own = Object.entries(table.columns).map(([name, column]): [string, EntitySchemaColumnOptions] => [
    name,
    { type: column.sql, nullable: column.nullable },
  ]);
  return entity<Record<string, unknown>>(table.name, {
    ...ENGINE_COLUMNS,
    ...(table.child ? { parentSourceId: text } : {}),
    ...Object.fromEntries(own),
  });
}

export const engineEntities = [
  User,
  Session,
  Connection,
  StreamState,
  Checkpoint,
  Run,
  RunLog,
  Quarantine,
  AuditEntry,
];

import { hash } from 'node:crypto';
import type { Json } from '#kernel';
import { redactText } from '#telemetry';
import { arrayLiteral, asStored, jsonText } from './array-literal.js';
import { regroup, type Cause, type Seen } from './failures.js';
import type { RunRow } from './rows.js';
import type { Query } from './upsert.js';

/** A record that would not parse: its payload as received and why. */
export interface Bad {
  /** The platform's key, where it could be read and can be one; otherwise the payload's own hash stands in. */
  readonly key: string | null;
  /** How new the record says it is, where that much could be read. */
  readonly version: Date | null;
  readonly payload: Json;
  /** False where the payload is not kept as it was sent. */
  readonly whole: boolean;
  readonly reason: string;
  readonly cause: Cause;
}

/** Bad records under the keys by which the quarantine knows them; of two with one key the last. */
export const byRecordKey = (bad: readonly Bad[]): ReadonlyMap<string, Bad> =>
  new Map(
    bad.map((one) => [
      one.key === null ? `payload:${hash('md5', jsonText(one.payload))}` : asStored(one.key),
      one,
    ]),
  );

/**
 * Bad records are kept with payload and reason; a record that came back whole is marked landed. A person's edit stands
 * as long as the platform sends what was edited, and a record that landed by one stays landed until it sends another.
 */
export async function quarantine(
  query: Query,
  run: Pick<RunRow, 'id' | 'connectionId' | 'stream'>,
  page: { readonly bad: readonly Bad[]; readonly landed: readonly string[] },
  hasOpen: boolean,
): Promise<void> {
  const bad = byRecordKey(page.bad);
  const kept = bad.size > 0 ? await keep(query, run, bad) : [];
  const landed = hasOpen && page.landed.length > 0 ? await land(query, run, page.landed) : [];
  const seen = new Map<string, Seen>();
  for (const { recordKey, state } of kept) {
    if (state !== 'open') continue;
    const { cause, reason } = bad.get(recordKey)!;
    seen.set(cause.fingerprint, {
      cause,
      count: (seen.get(cause.fingerprint)?.count ?? 0) + 1,
      example: {
        connectionId: run.connectionId,
        run: run.id,
        record: redactText(recordKey),
        message: redactText(reason).slice(0, 500),
      },
    });
  }
  if (seen.size === 0 && landed.length === 0) return;
  const moved = kept.flatMap(({ before }) => before ?? []);
  const { connectionId } = run;
  await regroup(query, { connectionId, seen: [...seen.values()], left: [...moved, ...landed] });
}

interface KeptRecord {
  readonly recordKey: string;
  readonly state: 'open' | 'landed' | 'ignored';
  /** The group it was in before. */
  readonly before: string | null;
}

function keep(
  query: Query,
  run: Pick<RunRow, 'id' | 'connectionId' | 'stream'>,
  bad: ReadonlyMap<string, Bad>,
): Promise<KeptRecord[]> {
  const column = (of: (one: Bad) => unknown): string => arrayLiteral([...bad.values()].map(of));
  return query<KeptRecord>(
    `with sent as (
       select * from unnest($4::text[], $5::jsonb[], $6::boolean[], $7::text[], $8::text[], $9::timestamptz[])
         as s(key, payload, whole, reason, fingerprint, version)
     ), known as (
       select q.record_key, q.fingerprint from sent join quarantine q on q.record_key = sent.key
       where q.connection_id = $1 and q.stream = $2
     ), kept as (
       insert into quarantine as q (connection_id, stream, run_id, page, record_key, payload, whole, reason, fingerprint,
         version)
       select $1, $2, $3, (select pages from runs where id = $3), s.key, s.payload, s.whole, s.reason, s.fingerprint,
         s.version
       from sent s order by s.key
       on conflict (connection_id, stream, record_key) do update set run_id = excluded.run_id, page = excluded.page,
         payload = excluded.payload, whole = excluded.whole, reason = excluded.reason, fingerprint = excluded.fingerprint,
         version = excluded.version,
         state = case when q.state = 'ignored' then 'ignored'
           when q.state = 'landed' and q.edited_at is not null and q.payload = excluded.payload then 'landed'
           else 'open' end,
         edited_payload = case when q.payload = excluded.payload then q.edited_payload end,
         edited_by = case when q.payload = excluded.payload then q.edited_by end,
         edited_at = case when q.payload = excluded.payload then q.edited_at end,
         times = q.times + 1, last_seen_at = now()
       returning record_key, state, fingerprint
     )
     select kept.record_key as "recordKey", kept.state, nullif(known.fingerprint, kept.fingerprint) as before
     from kept left join known using (record_key)`,
    [
      run.connectionId,
      run.stream,
      run.id,
      arrayLiteral([...bad.keys()]),
      column((one) => jsonText(one.payload)),
      column((one) => one.whole),
      column((one) => one.reason),
      column((one) => one.cause.fingerprint),
      column((one) => one.version),
    ],
  );
}

/** The groups that the records were in. */
async function land(
  query: Query,
  run: Pick<RunRow, 'connectionId' | 'stream'>,
  keys: readonly string[],
): Promise<string[]> {
  const rows = await query<{ fingerprint: string | null }>(
    `with landed as (
       update quarantine set state = 'landed', last_seen_at = now()
       where connection_id = $1 and stream = $2 and state = 'open' and record_key = any($3::text[]) returning fingerprint
     ) select distinct fingerprint from landed`,
    [run.connectionId, run.stream, arrayLiteral(keys.map(asStored))],
  );
  return rows.flatMap(({ fingerprint }) => fingerprint ?? []);
}

/** Of the records that lie open in the quarantine by this run, for a reason that begins so: how many, and the first of them. */
export async function openWith(
  warehouse: { readonly query: Query },
  run: Pick<RunRow, 'id' | 'connectionId' | 'stream'>,
  beginning: string,
): Promise<{ count: number; first: { readonly key: string; readonly reason: string } | null }> {
  const rows = await warehouse.query<{ key: string; reason: string; count: string }>(
    `select record_key as key, reason, count(*) over () as count from quarantine
     where connection_id = $1 and stream = $2 and run_id = $3 and state = 'open' and starts_with(reason, $4)
     order by id limit 1`,
    [run.connectionId, run.stream, run.id, beginning],
  );
  return { count: Number(rows[0]?.count ?? 0), first: rows[0] ?? null };
}

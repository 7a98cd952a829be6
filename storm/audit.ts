import type { Warehouse } from '#warehouse';
import type { Table } from '#warehouse/tables';

/*
 * What a table that was put right again no longer shows: triggers in the storm's own database, which write down what must
 * never happen at the moment when it does. The product knows nothing of them.
 */

const RUNS = `
create table storm_findings (at timestamptz not null default clock_timestamp(), said text not null);
create table storm_pages (run_id text not null, reading text not null, pages bigint not null, place jsonb, lease bigint not null);
create index on storm_pages (run_id);
create function storm_page() returns trigger language plpgsql as $$
begin
  if exists (select from storm_pages p where p.run_id = new.id and p.reading = new.reading and p.place is not distinct from new.place) then
    insert into storm_findings (said) values (format('page %s of run %s (%s) was committed a second time, under lease %s',
      new.pages, new.id, new.kind, new.lease));
  end if;
  insert into storm_pages values (new.id, new.reading, new.pages, new.place, new.lease);
  return null;
end $$;
create trigger storm_page after update on runs for each row
  when (new.pages > old.pages and new.kind <> 'replay') execute function storm_page();
create function storm_backwards() returns trigger language plpgsql as $$
begin
  insert into storm_findings (said) values (format('%s %s went back from %s to %s in run %s', tg_table_name, new.source_id,
    old.source_updated_at, new.source_updated_at, new.run_id));
  return null;
end $$;`;

/** Begins to watch: a page of a run that is committed twice, and a row whose version goes back. */
export async function beginAudit(
  warehouse: Pick<Warehouse, 'query'>,
  tables: readonly Pick<Table, 'name'>[],
): Promise<void> {
  await warehouse.query(RUNS);
  for (const { name } of tables)
    await warehouse.query(
      `create trigger storm_backwards after update on "${name}" for each row
         when (new.source_updated_at < old.source_updated_at) execute function storm_backwards()`,
    );
}

/** What was seen since the audit began, each in a sentence; of many of a kind the first few. */
export async function findings(warehouse: Pick<Warehouse, 'query'>): Promise<string[]> {
  const seen = await warehouse.query<{ said: string }>(
    'select said from storm_findings order by at limit 20',
  );
  return seen.map(({ said }) => said);
}

/**
 * Runs that failed by our own fault, in storms whose platforms break no schema and refuse no request. That a comparison
 * doubts that so much was deleted at once is none: whoever deleted it answers.
 */
export async function bugs(warehouse: Pick<Warehouse, 'query'>): Promise<string[]> {
  const failed = await warehouse.query<{ said: string }>(
    `select format('a %s run of %s failed: %s', kind, stream, failure) as said from runs
     where state = 'failed' and failure_kind in ('bug', 'config', 'refused')
       and failure not like '%suspiciously short%' limit 5`,
  );
  return failed.map(({ said }) => said);
}

/**
 * Records that a run lost: the platform's own count showed that they were missing, or a comparison of ids fetched what
 * the live runs had passed by. Both are put right by the product itself; that there was something to put right is
 * what counts. Only where the platform itself never lied, its clock included. What it counts less of than is here was
 * deleted while it was read.
 */
export async function losses(warehouse: Pick<Warehouse, 'query'>): Promise<string[]> {
  const doubted = await warehouse.query<{ said: string }>(
    `select l.message as said from run_logs l join runs r on r.id = l.run_id
     where l.level in ('warn', 'error') and l.message ~ 'the platform counts \\d+ records.*: \\d+ are missing' order by l.at limit 10`,
  );
  const fetched = await warehouse.query<{ said: string }>(
    `select format('a comparison of %s fetched %s missing and %s older records, %s of them not yet due', stream,
       drift->>'missing', drift->>'older', drift->>'awaited') as said
     from runs where kind = 'reconcile' and (drift->>'missing')::int + (drift->>'older')::int > (drift->>'awaited')::int
     limit 10`,
  );
  return [...doubted, ...fetched].map(({ said }) => said);
}

/* What failed in the last seven days, by cause. The id is what `stratus retry` takes. */
select
  c.name as connection,
  r.stream,
  r.failure_kind as kind,
  count(*) as runs,
  max(r.finished_at) as latest,
  (array_agg(r.id order by r.finished_at desc))[1] as latest_run,
  r.failure as said
from runs r
join connections c on c.id = r.connection_id
where r.state = 'failed' and r.finished_at > now() - interval '7 days'
group by c.name, r.stream, r.failure_kind, r.failure
order by runs desc, latest desc

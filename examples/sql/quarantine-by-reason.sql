/* Records that did not parse and still wait, by reason, with one payload to look at. */
select
  c.name as connection,
  q.stream,
  q.reason,
  count(*) as records,
  min(q.first_seen_at) as since,
  (array_agg(q.payload order by q.last_seen_at desc))[1] as one_payload
from quarantine q
join connections c on c.id = q.connection_id
where q.state = 'open'
group by c.name, q.stream, q.reason
order by records desc, since

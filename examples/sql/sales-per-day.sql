/* What each shop sold per day (UTC), per currency, without test orders, which are no turnover. */
select
  o.purchase_date::date as day,
  c.name as shop,
  o.currency,
  count(*) as orders,
  sum(o.total) as sold,
  sum(o.current_total) as left_after_refunds
from orders o
join connections c on c.id = o.connection_id
where not o.test and o.cancelled_at is null and o.deleted_at is null
group by 1, 2, 3
order by 1 desc, 2, 3

/* Customers who came back: how many orders, from when to when, and what they spent. */
select
  o.customer_id,
  k.display_name,
  count(*) as orders,
  min(o.purchase_date)::date as first_order,
  max(o.purchase_date)::date as latest_order,
  sum(o.current_total) as spent,
  o.currency
from orders o
left join shopify_customers k on k.connection_id = o.connection_id and k.source_id = o.customer_id
where o.customer_id is not null and not o.test and o.cancelled_at is null and o.deleted_at is null
group by o.connection_id, o.customer_id, k.display_name, o.currency
having count(*) > 1
order by orders desc, spent desc, o.customer_id

/* Orders that hold one SKU on several lines: a table keyed by (order, SKU) would lose all but one of them. */
select
  o.order_id,
  i.sku,
  count(*) as lines,
  sum(i.qty) as units,
  sum(i.qty * i.price) as gross,
  i.currency
from order_items i
join orders o on o.connection_id = i.connection_id and o.source_id = i.parent_source_id
where i.sku is not null and i.deleted_at is null
group by o.connection_id, o.source_id, o.order_id, i.sku, i.currency
having count(*) > 1
order by gross desc, o.order_id, i.sku

import type { Warehouse } from '../warehouse.js';

export interface OrdersAsked {
  readonly workspace: string;
  readonly connectionId?: string | undefined;
  /** Bought at this instant or later, and before that one. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** A number, an email or a customer's name, a SKU, or a tracking number: whichever it is. */
  readonly search?: string | undefined;
  /** The instant as `place`, connection and source id of the last one listed. */
  readonly after: readonly [place: string, connectionId: string, sourceId: string] | null;
  readonly limit: number;
}

export interface ListedOrder {
  readonly connectionId: string;
  readonly connection: string;
  readonly platform: string;
  readonly sourceId: string;
  readonly orderId: string;
  readonly purchaseDate: Date;
  readonly status: string | null;
  readonly financialStatus: string | null;
  readonly fulfillmentStatus: string | null;
  readonly total: string | null;
  readonly currency: string | null;
  readonly email: string | null;
  readonly trackingNumber: string | null;
  readonly cancelledAt: Date | null;
  readonly deletedAt: Date | null;
  readonly test: boolean;
  readonly place: string;
}

const ORDER = `o.connection_id as "connectionId", c.name as connection, c.platform, o.source_id as "sourceId",
  o.order_id as "orderId", o.purchase_date as "purchaseDate", o.status, o.financial_status as "financialStatus",
  o.fulfillment_status as "fulfillmentStatus", o.total, o.currency, o.email, o.tracking_number as "trackingNumber",
  o.cancelled_at as "cancelledAt", o.deleted_at as "deletedAt", o.test, o.purchase_date::text as place`;

/** So many customers whose names begin alike are looked at; two letters fit a whole shop. */
const MOST_CUSTOMERS = 2000;

/**
 * The latest purchases first, one more than `limit` where there are more. A search goes by each index that the words may
 * fit, exact but for the case of emails, the `#` of numbers and the end of names. Every order that fits is found, page by
 * page; of names those of the first 2,000 customers.
 */
export const pageOfOrders = (warehouse: Warehouse, asked: OrdersAsked): Promise<ListedOrder[]> => {
  const search = asked.search?.trim();
  return search ? found(warehouse, asked, search) : latest(warehouse, asked);
};

const MINE = 'connection_id in (select id from mine)';

const values = ({ workspace, connectionId, from, to, after, limit }: OrdersAsked): unknown[] => [
  workspace,
  connectionId ?? null,
  from ?? null,
  to ?? null,
  after?.[0] ?? null,
  after?.[1] ?? null,
  after?.[2] ?? null,
  limit + 1,
];

const WITHIN = `($3::timestamptz is null or o.purchase_date >= $3) and ($4::timestamptz is null or o.purchase_date < $4)`;
const AFTER = `($5::timestamptz is null or o.purchase_date <= $5
  and (o.purchase_date, o.connection_id, o.source_id) < ($5::timestamptz, $6, $7))`;

const latest = (warehouse: Warehouse, asked: OrdersAsked): Promise<ListedOrder[]> =>
  warehouse.query(
    `select * from (
       select o.* from connections c
       cross join lateral (
         select ${ORDER} from orders o
         where o.connection_id = c.id and ${WITHIN}
           and ($5::timestamptz is null or o.purchase_date < $5
             or o.purchase_date = $5 and (o.connection_id, o.source_id) < ($6, $7))
           and ($5::timestamptz is null or o.purchase_date <= $5)
         order by o.purchase_date desc, o.source_id desc limit $8
       ) o
       where c.workspace_id = $1 and ($2::text is null or c.id = $2)
     ) o order by "purchaseDate" desc, "connectionId" desc, "sourceId" desc limit $8`,
    values(asked),
  );

async function found(warehouse: Warehouse, asked: OrdersAsked, search: string): Promise<ListedOrder[]> {
  const number = search.replace(/^#/, '');
  return warehouse.query(
    // A SKU alone may fit a large share of all orders. Which of them a page holds is asked of Postgres in one step, which
    // then goes from the newest order back where the SKU is in many, and from the SKU where it is in few.
    `with mine as materialized (
       select id, name, platform from connections where workspace_id = $1 and ($2::text is null or id = $2)
     ), called as materialized (
       select connection_id, customer_id from shopify_customers
       where lower(display_name) like lower($11) || '%' and ${MINE} limit ${MOST_CUSTOMERS}
     ), hit as (
       (select connection_id, source_id from orders where order_id in ($9, $10, '#' || $10) and ${MINE})
       union
       (select connection_id, source_id from orders where ${MINE} and source_id = $9)
       union
       (select connection_id, source_id from orders
        where email is not null and lower(email) = lower($9) and ${MINE})
       union
       (select o.connection_id, o.source_id from called k
        join orders o on o.customer_id = k.customer_id and o.connection_id = k.connection_id)
       union
       (select connection_id, source_id from orders
        where tracking_number is not null and tracking_number = $9 and ${MINE})
       union
       (select connection_id, order_source_id from order_shipments where tracking_number = $9 and ${MINE})
       union
       (select o.connection_id, o.source_id from shipbob_shipments s
        join shipbob_orders b on b.connection_id = s.connection_id and b.source_id = s.parent_source_id
        join orders o on o.order_id = b.order_number and o.${MINE}
        where s.tracking_number = $9 and s.${MINE})
       union
       (select o.connection_id, o.source_id from orders o
        where o.${MINE} and ${WITHIN} and ${AFTER} and exists (
          select from order_items i
          where i.sku = $9 and i.connection_id = o.connection_id and i.parent_source_id = o.source_id)
        order by o.purchase_date desc, o.connection_id desc, o.source_id desc limit $8)
     )
     select ${ORDER} from hit h
     join mine c on c.id = h.connection_id
     join orders o on o.connection_id = h.connection_id and o.source_id = h.source_id
     where ${WITHIN} and ${AFTER}
     order by o.purchase_date desc, o.connection_id desc, o.source_id desc limit $8`,
    [...values(asked), search, number, likeable(search)],
  );
}

/** Text in which `%` and `_` mean themselves. */
const likeable = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

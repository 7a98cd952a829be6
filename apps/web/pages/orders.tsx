import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Input } from '../ui/field.js';
import { useFilters } from '../ui/filters.js';
import { Listing } from '../ui/listing.js';
import { Money } from '../ui/money.js';
import { Page } from '../ui/page.js';
import { Empty } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { At } from '../ui/time.js';

/** Orders by what people know of them. */
export function Orders(): ReactNode {
  const [filters, set] = useFilters(['q']);
  return (
    <Page
      title="Orders"
      lead="By order number, customer, SKU or tracking number, across all platforms: every order that fits, newest first."
    >
      <div>
        <div className="filters" role="search" aria-label="Search orders">
          <Input
            label="Search"
            type="search"
            placeholder="#1001, name@example.org, SKU-1, 1Z999…"
            defaultValue={filters.q}
            onChange={(event) => set('q', event.target.value.trim())}
          />
        </div>
        <Listing from="GET /orders" ask={{ query: { q: filters.q.length > 1 ? filters.q : undefined } }}>
          {(orders) => (
            <Table
              caption="Orders"
              rows={orders}
              keyOf={(order) => `${order.connectionId}/${order.sourceId}`}
              empty={
                <Empty title={filters.q ? 'No order fits' : 'No order yet'}>
                  {filters.q
                    ? 'A whole order number, e-mail address, SKU or tracking number is looked for, or the beginning of a name.'
                    : 'Orders come with the first run of a shop’s orders.'}
                </Empty>
              }
              columns={[
                {
                  head: 'Order',
                  cell: (order) => (
                    <>
                      <Link href={`/orders/${order.connectionId}/${encodeURIComponent(order.sourceId)}`}>
                        {order.orderId}
                      </Link>
                      <div className="why">{order.connection}</div>
                    </>
                  ),
                },
                { head: 'Bought', cell: (order) => <At at={order.purchaseDate} /> },
                { head: 'Customer', cell: (order) => order.email ?? <span className="quiet">–</span> },
                {
                  head: 'Status',
                  cell: (order) =>
                    [order.status, order.financialStatus, order.fulfillmentStatus]
                      .filter(Boolean)
                      .join(', ') || '–',
                },
                {
                  head: 'Tracking',
                  cell: (order) => order.trackingNumber ?? <span className="quiet">–</span>,
                },
                {
                  head: 'Total',
                  number: true,
                  cell: (order) => <Money amount={order.total} currency={order.currency} />,
                },
              ]}
            />
          )}
        </Listing>
      </div>
    </Page>
  );
}

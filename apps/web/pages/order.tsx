import type { ReactNode } from 'react';
import { useParams } from 'wouter';
import { useRead } from '../api/use.js';
import { Facts, Page, Section } from '../ui/page.js';
import { sentence } from '../ui/format.js';
import { Rows, Value, type Row } from '../ui/rows.js';
import { Ready } from '../ui/states.js';
import { At } from '../ui/time.js';

/** One order's whole story: what was sold, paid, sent, returned and booked, on whichever platform knows it. */
export function Order(): ReactNode {
  const params = useParams<{ connection: string; sourceId: string }>();
  const story = useRead('GET /orders/{connection}/{sourceId}', {
    params: { connection: params.connection ?? '', sourceId: params.sourceId ?? '' },
  });
  const name = story.data?.order['order_id'];
  return (
    <Page title={typeof name === 'string' ? `Order ${name}` : 'Order'} crumbs={[['Orders', '/orders']]}>
      <Ready query={story}>
        {({ order, events, parts }) => (
          <>
            <div className="card">
              <Facts of={factsOf(order as Row)} />
            </div>
            <Section title="What happened">
              <ol className="timeline">
                {events.map((event) => (
                  <li key={`${event.at}/${event.table}/${event.sourceId}/${event.what}`}>
                    <At at={event.at} />
                    <span>{event.what}</span>
                    <code className="quiet small">{event.table}</code>
                  </li>
                ))}
              </ol>
            </Section>
            {parts.map((part) => (
              <Section
                key={part.table}
                title={part.title}
                actions={<code className="quiet">{part.table}</code>}
              >
                <Rows caption={part.title} rows={part.rows as readonly Row[]} empty={null} />
                {part.more && <p className="quiet">There are more than are shown here: see Tables.</p>}
              </Section>
            ))}
          </>
        )}
      </Ready>
    </Page>
  );
}

const HIDDEN = new Set(['connection_id', 'run_id', 'first_seen_at', 'order_id']);

/** What the order says of itself; what it leaves open is left out. */
const factsOf = (order: Row): (readonly [string, ReactNode])[] =>
  Object.entries(order)
    .filter(([name, value]) => !HIDDEN.has(name) && value !== null && value !== '')
    .map(([name, value]) => [sentence(name), <Value of={value} />] as const);

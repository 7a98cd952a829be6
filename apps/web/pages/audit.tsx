import { useState, type ReactNode } from 'react';
import { areSet, useFilters } from '../ui/filters.js';
import { Dialog } from '../ui/dialog.js';
import { Input } from '../ui/field.js';
import { Listing, type Item } from '../ui/listing.js';
import { Mark } from '../ui/mark.js';
import { Page } from '../ui/page.js';
import { Empty, NoneFits } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { At } from '../ui/time.js';

type Deed = Item<'GET /audit'>;

/** Who changed what, with before and after; the refused changes too. */
export function Audit(): ReactNode {
  const [filters, set] = useFilters(['actor', 'action', 'subject']);
  const [shown, setShown] = useState<Deed>();
  return (
    <Page
      title="Audit log"
      lead="Every change, and every change that was refused, with who asked for it. Secrets are not in it."
    >
      <div>
        <div className="filters">
          {(['actor', 'action', 'subject'] as const).map((name) => (
            <Input
              key={name}
              label={{ actor: 'Who', action: 'Did what', subject: 'To what' }[name]}
              value={filters[name]}
              onChange={(event) => set(name, event.target.value)}
            />
          ))}
        </div>
        <Listing
          from="GET /audit"
          ask={{
            query: {
              actor: filters.actor || undefined,
              action: filters.action || undefined,
              subject: filters.subject || undefined,
            },
          }}
        >
          {(deeds) => (
            <Table
              caption="Audit log"
              rows={deeds}
              keyOf={(deed) => deed.id}
              empty={
                areSet(filters) ? (
                  <NoneFits what="change" />
                ) : (
                  <Empty title="No change yet">Sign-ins and whatever anybody changes will stand here.</Empty>
                )
              }
              columns={[
                { head: 'When', cell: (deed) => <At at={deed.at} /> },
                { head: 'Who', cell: (deed) => deed.actor },
                { head: 'Did what', cell: (deed) => <code>{deed.action}</code> },
                { head: 'To what', cell: (deed) => deed.subject ?? '–' },
                {
                  head: 'Outcome',
                  wide: true,
                  cell: (deed) => (
                    <>
                      {/^(refused|failed)/.test(deed.outcome) && <Mark state="refused" tone="bad" />}{' '}
                      {deed.outcome}
                    </>
                  ),
                },
                {
                  head: 'Change',
                  cell: (deed) =>
                    deed.before != null || deed.after != null ? (
                      <button type="button" data-size="small" onClick={() => setShown(deed)}>
                        Before and after
                      </button>
                    ) : (
                      '–'
                    ),
                },
              ]}
            />
          )}
        </Listing>
      </div>
      {shown && (
        <Dialog title={`${shown.action} by ${shown.actor}`} large onClose={() => setShown(undefined)}>
          <div className="columns">
            {(['before', 'after'] as const).map((when) => (
              <div key={when} className="stack tight">
                <h3>{when === 'before' ? 'Before' : 'After'}</h3>
                <pre tabIndex={0}>{JSON.stringify(shown[when] ?? null, null, 2)}</pre>
              </div>
            ))}
          </div>
          <div className="buttons">
            <button type="button" onClick={() => setShown(undefined)}>
              Close
            </button>
          </div>
        </Dialog>
      )}
    </Page>
  );
}

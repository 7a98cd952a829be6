import { useState, type ReactNode } from 'react';
import { useAction, useMe } from '../api/use.js';
import { may, type Me } from '../api/me.js';
import { Dialog } from '../ui/dialog.js';
import { Input, Select } from '../ui/field.js';
import { Form } from '../ui/form.js';
import { Listing } from '../ui/listing.js';
import { Empty } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { Ago } from '../ui/time.js';

type OnSecret = (secret: { title: string; text: string; secret: string }) => void;

/** What scripts sign their calls with: never more than its owner may. */
export function Tokens({ onSecret }: { onSecret: OnSecret }): ReactNode {
  const { act, tell } = useAction();
  const [adding, setAdding] = useState(false);
  return (
    <div className="stack">
      <Listing from="GET /tokens" ask={{}}>
        {(tokens) => (
          <Table
            caption="Tokens"
            rows={tokens}
            keyOf={(token) => token.id}
            empty={
              <Empty title="No token yet">
                What a script may call with one is <a href="/docs">described here</a>.
              </Empty>
            }
            columns={[
              { head: 'Name', cell: (token) => <span className="strong">{token.name}</span> },
              { head: 'Owner', cell: (token) => token.owner },
              { head: 'Role', cell: (token) => token.role },
              { head: 'May call', cell: (token) => token.areas?.join(', ') ?? 'everything' },
              { head: 'Last used', cell: (token) => <Ago at={token.lastUsedAt} never="never" /> },
              { head: 'Ends', cell: (token) => <Ago at={token.expiresAt} /> },
              {
                head: 'Do',
                cell: (token) => (
                  <button
                    type="button"
                    data-size="small"
                    data-tone="bad"
                    aria-label={`End the token ${token.name}`}
                    onClick={() =>
                      tell(
                        act(
                          'DELETE /tokens/{id}',
                          { params: { id: token.id } },
                          `${token.name} opens nothing any longer.`,
                        ),
                      )
                    }
                  >
                    End
                  </button>
                ),
              },
            ]}
          />
        )}
      </Listing>
      <div>
        <button type="button" onClick={() => setAdding(true)}>
          Make a token
        </button>
      </div>
      {adding && <Adding onClose={() => setAdding(false)} onSecret={onSecret} />}
    </div>
  );
}

function Adding({ onClose, onSecret }: { onClose: () => void; onSecret: OnSecret }): ReactNode {
  const me = useMe();
  const { act } = useAction();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Me['role']>('viewer');
  const [days, setDays] = useState('90');
  return (
    <Dialog title="Make a token" onClose={onClose}>
      <Form
        verb="Make the token"
        send={async () => {
          const { token } = await act('POST /tokens', { body: { name, role, days: Number(days) } });
          onClose();
          onSecret({ title: `The token ${name}`, text: 'Send it as Authorization: Bearer …', secret: token });
        }}
      >
        {(wrong) => (
          <>
            <Input
              label="Name"
              hint="What uses it."
              required
              autoComplete="off"
              value={name}
              wrong={wrong('name')}
              onChange={(e) => setName(e.target.value)}
            />
            <Select
              label="Role"
              value={role}
              options={(['viewer', 'operator', 'admin'] as const)
                .filter((one) => may(me, one))
                .map((one) => [one, one] as const)}
              onChange={(e) => setRole(e.target.value as Me['role'])}
            />
            <Input
              label="Days until it ends"
              type="number"
              min="1"
              max="365"
              required
              value={days}
              wrong={wrong('days')}
              onChange={(e) => setDays(e.target.value)}
            />
          </>
        )}
      </Form>
    </Dialog>
  );
}

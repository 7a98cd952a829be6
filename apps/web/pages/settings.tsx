import { useState, type ReactNode } from 'react';
import { sendTestMail } from '../api/call.js';
import { useAction, useRead } from '../api/use.js';
import type { ReplyOf } from '../../console/api/types.js';
import { Input } from '../ui/field.js';
import { Form } from '../ui/form.js';
import { Mark } from '../ui/mark.js';
import { Facts, Page, Section } from '../ui/page.js';
import { Empty, Ready } from '../ui/states.js';
import { Table } from '../ui/table.js';
import { useToast } from '../ui/toasts.js';

type Found = ReplyOf<'GET /settings'>;

/** How this installation is set up, and how long its books are kept. */
export function Settings(): ReactNode {
  const settings = useRead('GET /settings', {});
  return (
    <Page title="Settings">
      <Ready query={settings}>
        {(found) => (
          <>
            <Installation found={found} />
            <Keys found={found} />
            <Section title="Retention">
              <div className="card">
                <Retention found={found} />
              </div>
            </Section>
            <Section title="Mail">
              <div className="card">
                <TestMail />
              </div>
            </Section>
          </>
        )}
      </Ready>
    </Page>
  );
}

const Installation = ({ found }: { found: Found }): ReactNode => (
  <Section title="Installation">
    <div className="card">
      <Facts
        of={[
          ['Mode', found.mode],
          ['Session cookies', found.secureCookies ? 'over TLS alone' : 'over plain http too'],
          ['Metrics', found.metrics ? 'a token opens /metrics' : 'for signed-in people alone'],
          ['API', <a href="/docs">described at /docs</a>],
        ]}
      />
    </div>
  </Section>
);

const Keys = ({ found }: { found: Found }): ReactNode => (
  <Section title="Keys">
    <Table
      caption="Keys"
      rows={found.keys}
      keyOf={(key) => key.id}
      empty={<Empty title="No key">Set STRATUS_SECRET_KEY.</Empty>}
      columns={[
        { head: 'Id', cell: (key) => <code className="nowrap">{key.id}</code> },
        {
          head: 'State',
          cell: (key) => (
            <Mark
              state={key.current ? 'seals' : key.held ? 'opens' : 'missing'}
              tone={key.current ? 'well' : key.held ? 'idle' : 'bad'}
            />
          ),
        },
        { head: 'Seals', wide: true, cell: (key) => key.connections.join(', ') || 'nothing' },
      ]}
    />
  </Section>
);

const BOOKS = [
  ['calls', 'Calls of runs, in days'],
  ['logs', 'Logs and attempts of runs, in days'],
  ['audit', 'Audit log, in days'],
] as const;

function Retention({ found }: { found: Found }): ReactNode {
  const { act } = useAction();
  const [days, setDays] = useState(found.retention);
  return (
    <Form verb="Save" send={() => act('PUT /settings/retention', { body: days }, 'Saved.')}>
      {(wrong) =>
        BOOKS.map(([name, label]) => (
          <Input
            key={name}
            label={label}
            type="number"
            min="1"
            required
            value={String(days[name])}
            wrong={wrong(name)}
            onChange={(e) => setDays({ ...days, [name]: Number(e.target.value) })}
          />
        ))
      }
    </Form>
  );
}

function TestMail(): ReactNode {
  const say = useToast();
  const [email, setEmail] = useState('');
  const send = async (): Promise<void> => {
    const { reply } = await sendTestMail(email);
    say({ text: `Sent: ${reply.answer}` });
  };
  return (
    <Form verb="Send a test mail" send={send}>
      {(wrong) => (
        <Input
          label="Address"
          type="email"
          required
          value={email}
          wrong={wrong('email')}
          onChange={(e) => setEmail(e.target.value)}
        />
      )}
    </Form>
  );
}

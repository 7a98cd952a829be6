import { useState, type ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import { useAction, useMe, useRead } from '../api/use.js';
import { may } from '../api/me.js';
import type { ReplyOf } from '../../console/api/types.js';
import { TextArea } from '../ui/field.js';
import { Form } from '../ui/form.js';
import { plural } from '../ui/format.js';
import { Mark } from '../ui/mark.js';
import { Facts, Page, Section } from '../ui/page.js';
import { Ready } from '../ui/states.js';
import { Ago } from '../ui/time.js';

type Quarantined = ReplyOf<'GET /quarantine/{id}'>;

/** One record that could not be used: what was sent beside why not, to be mended and replayed. */
export function QuarantinedRecord(): ReactNode {
  const { id = '' } = useParams<{ id: string }>();
  const record = useRead('GET /quarantine/{id}', { params: { id } });
  return (
    <Page
      title={record.data?.recordKey ?? 'Record'}
      crumbs={[
        ['Error desk', '/errors'],
        ['Quarantine', '/quarantine'],
      ]}
      lead={record.data && `${record.data.stream} on ${record.data.connection}`}
    >
      <Ready query={record}>{(found) => <Detail key={found.id} record={found} />}</Ready>
    </Page>
  );
}

function Detail({ record }: { record: Quarantined }): ReactNode {
  const me = useMe();
  const { act, tell } = useAction();
  const params = { id: record.id };
  const operates = may(me, 'operator') && record.state !== 'landed';
  return (
    <>
      <div className="columns">
        <Section title="Why not">
          <div className="card stack">
            <div className="row">
              <Mark state={record.state} />
            </div>
            <pre tabIndex={0} aria-label="Why it could not be used">
              {record.reason}
            </pre>
            <Facts
              of={[
                ['Run', <Link href={`/runs/${record.runId}`}>{record.runId}</Link>],
                ['Seen', plural(record.times, 'time')],
                ['Last', <Ago at={record.lastSeenAt} />],
                record.editedBy
                  ? [
                      'Edited',
                      <>
                        {record.editedBy}, <Ago at={record.editedAt} />
                      </>,
                    ]
                  : null,
                record.fingerprint
                  ? ['Cause', <Link href={`/errors/${record.fingerprint}`}>everything of this kind</Link>]
                  : null,
              ]}
            />
            {operates && (
              <div className="row">
                <button
                  type="button"
                  data-tone="main"
                  disabled={record.replaying}
                  onClick={() =>
                    tell(act('POST /replays', { body: { ids: [record.id] } }, 'It is mapped again now.'))
                  }
                >
                  {record.replaying ? 'A replay has it …' : 'Replay'}
                </button>
                <button
                  type="button"
                  onClick={() =>
                    tell(
                      record.state === 'ignored'
                        ? act('POST /quarantine/{id}/reopen', { params }, 'Open again.')
                        : act('POST /quarantine/{id}/ignore', { params }, 'Put aside for good.'),
                    )
                  }
                >
                  {record.state === 'ignored' ? 'Open again' : 'Ignore'}
                </button>
              </div>
            )}
          </div>
        </Section>
        <Section title="What was sent">
          <Payload record={record} operates={operates} />
        </Section>
      </div>
    </>
  );
}

function Payload({ record, operates }: { record: Quarantined; operates: boolean }): ReactNode {
  const { act } = useAction();
  const given = JSON.stringify(record.edited ?? record.payload, null, 2);
  const [text, setText] = useState(given);
  const [complaint, setComplaint] = useState<string>();
  if (!operates)
    return (
      <pre tabIndex={0} aria-label="Payload">
        {given}
      </pre>
    );
  return (
    <Form
      verb="Save and replay"
      disabled={text === given}
      send={async () => {
        const payload = parsed(text);
        setComplaint(!payload ? 'This is no JSON object: perhaps a comma or a quote is missing.' : undefined);
        if (!payload) return;
        await act('PUT /quarantine/{id}/payload', {
          params: { id: record.id },
          body: { payload, times: record.times },
        });
        await act('POST /replays', { body: { ids: [record.id] } }, 'Saved; it is mapped again now.');
      }}
    >
      {(wrong) => (
        <TextArea
          label="Payload"
          hint="JSON as the platform sent it. What you change is in the audit log."
          className="code"
          spellCheck={false}
          value={text}
          wrong={complaint ?? wrong('payload')}
          onChange={(event) => setText(event.target.value)}
        />
      )}
    </Form>
  );
}

/** A record is an object or a list; anything else is nothing that could be mapped. */
function parsed(text: string): Record<string, unknown> | unknown[] | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

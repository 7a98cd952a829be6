import { useState, type ReactNode } from 'react';
import { useAction, useMe, useRead } from '../api/use.js';
import { may } from '../api/me.js';
import { Input } from '../ui/field.js';
import { Form } from '../ui/form.js';
import { brief, duration } from '../ui/format.js';
import { Ready } from '../ui/states.js';
import { At } from '../ui/time.js';
import type { StreamFormProps } from './schedule-form.js';

/** Everything once more, both sides compared, or on from an earlier instant: said first, done then. */
export function CheckpointForm({ connectionId, stream, onDone }: StreamFormProps): ReactNode {
  const me = useMe();
  const { act } = useAction();
  const params = { id: connectionId, stream: stream.stream };
  const run = (kind: 'refresh' | 'reconcile', said: string) => async (): Promise<void> => {
    await act('POST /connections/{id}/streams/{stream}/runs', { params, body: { kind } }, said);
    onDone();
  };
  return (
    <div className="stack wide">
      <Form verb="Read everything again" send={run('refresh', `${stream.title} is read again.`)}>
        {() => <p className="quiet">Every record is read once more; only what differs is written.</p>}
      </Form>
      {stream.can.reconcile && (
        <Form verb="Compare both sides" send={run('reconcile', `${stream.title} is compared.`)}>
          {() => (
            <p className="quiet">
              Ids and versions of both sides are compared, and the difference is fetched.
            </p>
          )}
        </Form>
      )}
      {stream.checkpointAt && may(me, 'admin') && (
        <Reset connectionId={connectionId} stream={stream} was={stream.checkpointAt} onDone={onDone} />
      )}
    </div>
  );
}

function Reset({ connectionId, stream, was, onDone }: StreamFormProps & { was: string }): ReactNode {
  const { act } = useAction();
  const [local, setLocal] = useState('');
  const params = { id: connectionId, stream: stream.stream };
  const to = local ? new Date(local).toISOString() : null;
  const preview = useRead('POST /connections/{id}/streams/{stream}/checkpoint/preview', {
    params,
    body: { to },
  });
  const send = async (): Promise<void> => {
    await act(
      'PUT /connections/{id}/streams/{stream}/checkpoint',
      { params, body: { to, was } },
      `The checkpoint of ${stream.title} is set back.`,
    );
    onDone();
  };
  return (
    <Form verb="Set the checkpoint back" tone="bad" send={send}>
      {(wrong) => (
        <>
          <p>
            The checkpoint is at <At at={was} />: the next run goes on from there.
          </p>
          <Input
            label="Set it back to"
            hint="Empty: to the stream’s beginning."
            type="datetime-local"
            value={local}
            wrong={wrong('to')}
            onChange={(e) => setLocal(e.target.value)}
          />
          <Ready query={preview} rows={1}>
            {(found) => (
              <p className="note" data-tone="warn">
                The next run would read{' '}
                {found.readsFrom ? (
                  <>
                    from <At at={found.readsFrom} />
                  </>
                ) : (
                  'everything'
                )}
                {found.lookbackMs ? `, ${duration(found.lookbackMs)} of lookback included` : ''}. The table
                holds about {brief(found.rows)} rows; they stay, and what is read is compared with them.
                {found.runningSince && ' A run is under way and would move it again: cancel that first.'}
              </p>
            )}
          </Ready>
        </>
      )}
    </Form>
  );
}

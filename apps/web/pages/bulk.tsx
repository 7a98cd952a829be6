import { useState, type ReactNode } from 'react';
import { useAction, useRead } from '../api/use.js';
import { Dialog } from '../ui/dialog.js';
import { Meter } from '../ui/chart.js';
import { Form } from '../ui/form.js';
import { count, plural } from '../ui/format.js';
import { Mark } from '../ui/mark.js';
import { Ready } from '../ui/states.js';

export type BulkKind = 'retry' | 'replay';

const TITLES = {
  retry: { asked: 'Retry these runs?', begun: 'These runs go again' },
  replay: { asked: 'Replay these records?', begun: 'These records are mapped again' },
} as const;

/** Everything that fails for one reason, made to go again: looked at first, followed to its end, called off on the way. */
export function Bulk({
  kind,
  fingerprint,
  onClose,
}: {
  kind: BulkKind;
  fingerprint: string;
  onClose: () => void;
}): ReactNode {
  const { act } = useAction();
  const [id, setId] = useState<string>();
  const begin = async (): Promise<void> => {
    const body = { fingerprint };
    const made =
      kind === 'retry'
        ? await act('POST /retries', { body }, 'The runs are back in the queue.')
        : await act('POST /replays', { body }, 'The replay has begun.');
    if (made.id === null) onClose();
    else setId(made.id);
  };
  return (
    <Dialog title={TITLES[kind][id ? 'begun' : 'asked']} onClose={onClose}>
      {id ? (
        <Followed id={id} onClose={onClose} />
      ) : (
        <Form verb={kind === 'retry' ? 'Retry all of them' : 'Replay all of them'} send={begin}>
          {() =>
            kind === 'retry' ? (
              <RetryPreview fingerprint={fingerprint} />
            ) : (
              <ReplayPreview fingerprint={fingerprint} />
            )
          }
        </Form>
      )}
    </Dialog>
  );
}

function RetryPreview({ fingerprint }: { fingerprint: string }): ReactNode {
  const preview = useRead('POST /retries/preview', { body: { fingerprint } });
  return (
    <Ready query={preview} rows={2}>
      {(found) => (
        <div className="stack tight">
          <p>
            {plural(found.runs, 'run')} would go again
            {found.covered > 0 &&
              `; ${plural(found.covered, 'older one')} need not: these bring what they lack`}
            .
          </p>
          <ul>
            {found.groups.map((group) => (
              <li key={`${group.connection}/${group.stream}/${group.kind}`}>
                {group.connection}: {group.stream}, {group.kind}: {count(group.runs)}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Ready>
  );
}

function ReplayPreview({ fingerprint }: { fingerprint: string }): ReactNode {
  const preview = useRead('POST /replays/preview', { body: { fingerprint } });
  return (
    <Ready query={preview} rows={2}>
      {(found) => (
        <div className="stack tight">
          <p>{plural(found.records, 'record')} would be mapped again, as sent or as edited.</p>
          <ul>
            {found.groups.map((group) => (
              <li key={`${group.connectionId}/${group.stream}`}>
                {group.connection}: {group.stream}: {count(group.records)}
                {group.cut > 0 && `, ${count(group.cut)} of them asked for again`}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Ready>
  );
}

function Followed({ id, onClose }: { id: string; onClose: () => void }): ReactNode {
  const { act, tell } = useAction();
  const bulk = useRead('GET /bulk/{id}', { params: { id } }, { everyMs: 1000 });
  return (
    <Ready query={bulk} rows={2}>
      {(found) => {
        const ended = found.action === 'retry' ? found.runs.open === 0 : found.state !== 'running';
        const all = found.runs.open + found.runs.succeeded + found.runs.failed + found.runs.cancelled;
        const part =
          found.action === 'retry'
            ? all === 0
              ? 1
              : 1 - found.runs.open / all
            : found.done / Math.max(1, found.total);
        return (
          <div className="stack" aria-live="polite">
            <div className="row">
              <Mark state={ended && found.state === 'running' ? 'done' : found.state} />
            </div>
            <Meter part={part} label="How much is done" tone={ended ? 'well' : 'busy'} />
            <p>
              {found.action === 'retry'
                ? `${count(found.runs.succeeded)} succeeded, ${count(found.runs.failed)} failed again, ${count(found.runs.open)} still to go`
                : `${count(found.done - found.failed)} landed, ${count(found.failed)} stay in quarantine, of ${plural(found.total, 'record')}`}
            </p>
            <div className="buttons">
              {!ended && (
                <button
                  type="button"
                  data-tone="bad"
                  onClick={() =>
                    tell(act('POST /bulk/{id}/abort', { params: { id } }, 'Called off what had not begun.'))
                  }
                >
                  Call off the rest
                </button>
              )}
              <button type="button" onClick={onClose}>
                Close
              </button>
            </div>
          </div>
        );
      }}
    </Ready>
  );
}

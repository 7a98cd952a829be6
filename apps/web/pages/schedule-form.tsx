import { useState, type ReactNode } from 'react';
import type { Ask } from '../api/call.js';
import { Problem } from '../api/problem.js';
import { useAction, useRead } from '../api/use.js';
import { Checkbox, Input, Select } from '../ui/field.js';
import { Form } from '../ui/form.js';
import { duration } from '../ui/format.js';
import { Ready } from '../ui/states.js';
import { At } from '../ui/time.js';
import type { StreamItem } from './stream-table.js';

export interface StreamFormProps {
  readonly connectionId: string;
  readonly stream: StreamItem;
  readonly onDone: () => void;
}

type Kind = 'default' | 'every' | 'cron';

const MINUTE = 60_000;

/** Whether a stream runs by itself, how often, and how far each run steps back; with the next five times it would run. */
export function ScheduleForm({ connectionId, stream, onDone }: StreamFormProps): ReactNode {
  const { act } = useAction();
  const set = stream.set.schedule;
  const [enabled, setEnabled] = useState(stream.enabled);
  const [kind, setKind] = useState<Kind>(set?.cron ? 'cron' : set?.everyMs ? 'every' : 'default');
  const [minutes, setMinutes] = useState(String((set?.everyMs ?? 15 * MINUTE) / MINUTE));
  const [cron, setCron] = useState(set?.cron ?? '*/15 * * * *');
  const [zone, setZone] = useState(set?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [lookback, setLookback] = useState(
    stream.set.lookbackMs === null ? '' : String(stream.set.lookbackMs / MINUTE),
  );
  const schedule =
    kind === 'default'
      ? null
      : kind === 'cron'
        ? { cron, zone }
        : { everyMs: Math.round(Number(minutes) * MINUTE) };
  const send = async (): Promise<void> => {
    await act(
      'PATCH /connections/{id}/streams/{stream}',
      {
        params: { id: connectionId, stream: stream.stream },
        body: {
          enabled,
          schedule,
          ...(stream.lookbackMs === null
            ? {}
            : { lookbackMs: lookback === '' ? null : Math.round(Number(lookback) * MINUTE) }),
        },
      },
      `The schedule of ${stream.title} is set.`,
    );
    onDone();
  };
  return (
    <Form verb="Save the schedule" send={send}>
      {(wrong) => (
        <>
          <Checkbox label="Runs by itself" checked={enabled} onChange={(e) => setEnabled(e.target.checked)} />
          <Select
            label="Cadence"
            value={kind}
            options={[
              ['default', 'As configured'],
              ['every', 'Every so many minutes'],
              ['cron', 'By a cron pattern'],
            ]}
            wrong={wrong('schedule')}
            onChange={(e) => setKind(e.target.value as Kind)}
          />
          {kind === 'every' && (
            <Input
              label="Minutes"
              type="number"
              min="1"
              step="1"
              required
              value={minutes}
              onChange={(e) => setMinutes(e.target.value)}
            />
          )}
          {kind === 'cron' && (
            <>
              <Input
                label="Pattern"
                hint="Minute, hour, day, month, weekday: */15 6-22 * * 1-5"
                required
                value={cron}
                onChange={(e) => setCron(e.target.value)}
              />
              <Input
                label="Time zone"
                hint="Such as Europe/London"
                required
                value={zone}
                onChange={(e) => setZone(e.target.value)}
              />
            </>
          )}
          {stream.lookbackMs !== null && (
            <Input
              label="Lookback, in minutes"
              hint={`How far a run steps back from its checkpoint for late edits; now ${duration(stream.lookbackMs)}. Empty: as configured.`}
              type="number"
              min="0"
              value={lookback}
              wrong={wrong('lookbackMs')}
              onChange={(e) => setLookback(e.target.value)}
            />
          )}
          <Times title="The next five times">
            {schedule ? <Previewed schedule={schedule} /> : <List times={set ? [] : stream.nextAt} />}
          </Times>
        </>
      )}
    </Form>
  );
}

const Times = ({ title, children }: { title: string; children: ReactNode }): ReactNode => (
  <div className="field" aria-live="polite">
    <span className="strong">{title}</span>
    {children}
  </div>
);

function Previewed({ schedule }: { schedule: Ask<'POST /schedules/preview'>['body'] }): ReactNode {
  const next = useRead('POST /schedules/preview', { body: schedule });
  if (next.error)
    return (
      <p className="wrong" role="alert">
        {Problem.of(next.error).errors[0]?.message ?? Problem.of(next.error).message}
      </p>
    );
  return (
    <Ready query={next} rows={1}>
      {({ nextAt }) => <List times={nextAt} />}
    </Ready>
  );
}

const List = ({ times }: { times: readonly string[] }): ReactNode =>
  times.length === 0 ? (
    <span className="quiet">as soon as it is saved, they are shown here</span>
  ) : (
    <ol>
      {times.map((at) => (
        <li key={at}>
          <At at={at} />
        </li>
      ))}
    </ol>
  );

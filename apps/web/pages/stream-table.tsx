import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { useAction, useMe, useRead } from '../api/use.js';
import { may } from '../api/me.js';
import type { ReplyOf } from '../../console/api/types.js';
import { count, duration, plural } from '../ui/format.js';
import { HeatMark } from '../ui/heat.js';
import { Mark, toneOf } from '../ui/mark.js';
import { Empty, Ready } from '../ui/states.js';
import { Table, type Column } from '../ui/table.js';
import { Ago, Said } from '../ui/time.js';
import type { ConnectionDetail } from './connection.js';
import { StreamWindow } from './stream-window.js';

export type StreamItem = ReplyOf<'GET /connections/{id}/streams'>['items'][number];

/** A connection's streams: how fresh, how often, how the last runs went, and what can be done. */
export function StreamTable({ connection }: { connection: ConnectionDetail }): ReactNode {
  const me = useMe();
  const [open, setOpen] = useState<string>();
  const streams = useRead(
    'GET /connections/{id}/streams',
    { params: { id: connection.id } },
    { everyMs: 15_000 },
  );
  const columns = may(me, 'operator')
    ? [
        { head: 'On', cell: (one: StreamItem) => <Toggle connectionId={connection.id} stream={one} /> },
        ...COLUMNS,
        {
          head: 'Do',
          cell: (one: StreamItem) => (
            <Actions connectionId={connection.id} stream={one} onMore={() => setOpen(one.stream)} />
          ),
        },
      ]
    : COLUMNS;
  return (
    <Ready query={streams}>
      {({ items }) => {
        const chosen = items.find((one) => one.stream === open);
        return (
          <>
            <Table
              caption="Streams"
              rows={items}
              keyOf={(one) => one.stream}
              empty={<Empty title="This platform has no stream">Nothing is read from it.</Empty>}
              columns={columns}
            />
            {chosen && (
              <StreamWindow connectionId={connection.id} stream={chosen} onClose={() => setOpen(undefined)} />
            )}
          </>
        );
      }}
    </Ready>
  );
}

const COLUMNS: readonly Column<StreamItem>[] = [
  {
    head: 'Stream',
    cell: (one) => (
      <>
        <span className="strong">{one.title}</span>
        <div className="why">{one.stream}</div>
      </>
    ),
  },
  {
    head: 'State',
    cell: (one) => (
      <>
        <HeatMark heat={one.heat} /> {one.state === 'running' && <Mark state="running" />}
        {one.lastFailure ? (
          <div className="why" data-tone="bad">
            <Said text={one.lastFailure} />
          </div>
        ) : (
          one.notice && <div className="why">{one.notice}</div>
        )}
        {one.quarantineOpen > 0 && (
          <div className="why">
            <Link href={`/quarantine?stream=${one.stream}`}>
              {plural(one.quarantineOpen, 'record')} in quarantine
            </Link>
          </div>
        )}
      </>
    ),
  },
  {
    head: 'Last success',
    cell: (one) => (
      <>
        <Ago at={one.lastSuccessAt} never="never" />
        <div className="why nowrap">at most {duration(one.objectiveMs)}</div>
      </>
    ),
  },
  {
    head: 'Checkpoint',
    cell: (one) =>
      one.lookbackMs === null ? (
        <span className="quiet">none: read in one go</span>
      ) : (
        <>
          <Ago at={one.checkpointAt} never="nothing yet" />
          {one.late && one.late.records > 0 && (
            <div className="why">
              {count(one.late.records)} came late, by {duration(one.late.maxMs)} at most
            </div>
          )}
        </>
      ),
  },
  {
    head: 'Cadence',
    cell: (one) => (
      <>
        <span className={one.schedule.cron === null ? 'nowrap' : undefined}>{cadenceText(one.schedule)}</span>
        <div className="why nowrap">
          next: <Ago at={one.nextAt[0]} never="not by itself" />
        </div>
      </>
    ),
  },
  { head: 'Last runs', cell: (one) => <LastRuns stream={one} /> },
];

/** The latest runs, the newest at the right, each a way to it. */
const LastRuns = ({ stream }: { stream: StreamItem }): ReactNode =>
  stream.runs.length === 0 ? (
    <span className="quiet">none yet</span>
  ) : (
    <span className="pips">
      {stream.runs
        .slice(0, 8)
        .reverse()
        .map((run) => (
          <Link
            key={run.id}
            href={`/runs/${run.id}`}
            data-tone={toneOf(run.state)}
            title={`${run.state}, ${plural(run.records, 'record')}${run.failure ? `: ${run.failure}` : ''}`}
          >
            <span className="unseen">
              {run.kind} {run.state}
            </span>
          </Link>
        ))}
    </span>
  );

function Actions({
  connectionId,
  stream,
  onMore,
}: {
  connectionId: string;
  stream: StreamItem;
  onMore: () => void;
}): ReactNode {
  const { act, tell } = useAction();
  const params = { id: connectionId, stream: stream.stream };
  const runNow = (): void =>
    tell(
      act('POST /connections/{id}/streams/{stream}/runs', { params, body: {} }, `${stream.title} is queued.`),
    );
  return (
    <div className="row">
      <button type="button" data-size="small" onClick={runNow}>
        Run now<span className="unseen"> {stream.stream}</span>
      </button>
      <button type="button" data-size="small" aria-haspopup="dialog" onClick={onMore}>
        More …<span className="unseen"> {stream.stream}</span>
      </button>
    </div>
  );
}

/** Whether it runs by itself; at once, and taken back from the toast. */
function Toggle({ connectionId, stream }: { connectionId: string; stream: StreamItem }): ReactNode {
  const { act, tell } = useAction();
  const set = (enabled: boolean): void =>
    tell(
      act(
        'PATCH /connections/{id}/streams/{stream}',
        { params: { id: connectionId, stream: stream.stream }, body: { enabled } },
        enabled ? `${stream.title} runs by itself again.` : `${stream.title} runs no longer by itself.`,
      ),
    );
  return (
    <input
      type="checkbox"
      aria-label={`${stream.stream} runs by itself`}
      title="Runs by itself"
      checked={stream.enabled}
      onChange={(event) => set(event.target.checked)}
    />
  );
}

type Schedule = StreamItem['schedule'];

const cadenceText = ({ everyMs, cron, zone }: Schedule): string =>
  cron === null ? `every ${duration(everyMs ?? 0)}` : `${cron} in ${zone ?? 'UTC'}`;

import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Bars } from '../ui/chart.js';
import { Figure } from '../ui/figure.js';
import { brief, count, duration, plural, shortStream } from '../ui/format.js';
import { heatTone } from '../ui/heat.js';
import { Mark } from '../ui/mark.js';
import { Empty } from '../ui/states.js';
import { Ago, Said } from '../ui/time.js';
import type { Seen } from './overview.js';
import { Used } from './used.js';

interface Of {
  readonly seen: Seen;
}

export const Figures = ({ seen: { day, open } }: Of): ReactNode => (
  <div className="figures">
    <Figure
      name="Runs, 24 hours"
      to="/runs"
      value={brief(day.succeeded + day.failed)}
      more={`${count(open.running)} running, ${count(open.waiting)} waiting`}
    />
    <Figure
      name="Failed, 24 hours"
      to="/runs?state=failed"
      value={brief(day.failed)}
      tone={day.failed > 0 ? 'bad' : 'well'}
      more={`${count(day.cancelled)} cancelled`}
    />
    <Figure
      name="Failures open"
      to="/errors"
      value={brief(open.failures)}
      tone={open.failures > 0 ? 'bad' : 'well'}
      more={`${plural(open.quarantine, 'record')} in quarantine`}
    />
    <Figure
      name="Rows moved, 24 hours"
      value={brief(day.moved)}
      more={`from ${brief(day.records)} records`}
    />
    <Figure
      name="Alerts"
      to="/alerts"
      value={count(open.alerts)}
      tone={open.alerts > 0 ? 'warn' : 'well'}
      more={`${plural(open.backfills, 'backfill')} open`}
    />
  </div>
);

/** One connection: each stream a field in the colour of its freshness, with its age against what it may be. */
export const Strip = ({ connection }: { connection: Seen['connections'][number] }): ReactNode => (
  <div className="card stack tight">
    <div className="row apart">
      <h3>
        <Link href={`/connections/${connection.id}`}>{connection.name}</Link>{' '}
        <span className="plain quiet small">{connection.platform}</span>
      </h3>
      {connection.status !== 'active' && <Mark state={connection.status} />}
    </div>
    {connection.statusReason && (
      <p className="small quiet">
        <Said text={connection.statusReason} />
      </p>
    )}
    <div className="strip">
      {connection.streams.map((stream) => (
        <Link
          key={stream.stream}
          href={`/runs?connection=${connection.id}&stream=${stream.stream}`}
          data-tone={stream.runningSince && stream.heat === 'waiting' ? 'busy' : heatTone(stream.heat)}
          title={`${stream.title}: ${stream.heat}${stream.ageMs === null ? '' : `, ${duration(stream.ageMs)} old`}, at most ${duration(stream.objectiveMs)}${stream.failure ? `\n${stream.failure}` : ''}`}
        >
          <span>{shortStream(stream.stream)}</span>
          <span className="nowrap number">{standing(stream)}</span>
        </Link>
      ))}
    </div>
  </div>
);

type StreamSeen = Seen['connections'][number]['streams'][number];

function standing({ heat, ageMs, runningSince }: StreamSeen): string {
  if (runningSince) return 'running';
  const age = ageMs === null ? '' : duration(ageMs).replace(/ \d+ \D+$/, '');
  return heat === 'fresh' ? age : [heat, age].filter(Boolean).join(', ');
}

const HOUR = 3_600_000;

/** Every hour of the day, those without a run too. */
export function Day({ seen: { at, day } }: Of): ReactNode {
  const last = Math.floor(new Date(at).getTime() / HOUR);
  const known = new Map(day.hours.map((hour) => [Math.floor(new Date(hour.hour).getTime() / HOUR), hour]));
  const bars = Array.from({ length: 24 }, (_, i) => {
    const hour = known.get(last - 23 + i);
    const start = new Date((last - 23 + i) * HOUR);
    const [good, bad] = [hour?.succeeded ?? 0, hour?.failed ?? 0];
    return {
      label: `from ${start.getHours()}:00: ${good} succeeded, ${bad} failed, ${brief(hour?.moved ?? 0)} rows moved`,
      value: good + bad,
      ...(bad > 0 ? { tone: 'bad' as const } : {}),
    };
  });
  return (
    <div className="card stack tight">
      <Bars
        label={`Runs by the hour: ${count(day.succeeded)} succeeded, ${count(day.failed)} failed in all`}
        bars={bars}
      />
      <p className="axis">
        <span>24 h ago</span>
        <span>runs by the hour, red where one failed</span>
        <span>now</span>
      </p>
    </div>
  );
}

/** The fullest budgets. */
export function Meters({ seen: { meters } }: Of): ReactNode {
  const fullest = [...meters]
    .sort((a, b) => a.available / (a.ceiling || 1) - b.available / (b.ceiling || 1))
    .slice(0, 6);
  if (fullest.length === 0)
    return <Empty title="No budget is known yet">It is, once something has asked a platform.</Empty>;
  return (
    <div className="card stack">
      {fullest.map((meter) => (
        <div key={`${meter.connectionId}/${meter.limit}/${meter.operation ?? ''}`} className="stack tight">
          <span>
            {meter.connection} <span className="quiet">{meter.limit}</span>
          </span>
          <Used meter={meter} />
        </div>
      ))}
    </div>
  );
}

/** Who is alive, and what each does now. */
export function Workers({ seen: { workers } }: Of): ReactNode {
  if (workers.length === 0)
    return (
      <Empty title="No worker is alive">
        Nothing is read until one is: start it with <code>stratus worker</code>.
      </Empty>
    );
  return (
    <ul className="card stack">
      {workers.map((worker) => (
        <li key={worker.process} className="stack tight">
          <div className="row apart">
            <span className="strong">{worker.process}</span>
            <span className="small quiet">
              {worker.runs.length} of {plural(worker.slots, 'slot')} · seen <Ago at={worker.seenAt} />
            </span>
          </div>
          {worker.runs.map((run) => (
            <Link key={run.id} href={`/runs/${run.id}`} className="small">
              {run.stream} on {run.connection}: {plural(run.records, 'record')}
            </Link>
          ))}
        </li>
      ))}
    </ul>
  );
}

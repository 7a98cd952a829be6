import type { ReactNode } from 'react';
import { useNow } from './clock.js';
import { clockIn, distance, duration, inUtc, inZone } from './format.js';

type At = string | null | undefined;

/** `3 min ago` or `in 2 h`; the instant in the viewer's zone and in UTC on hover. */
export function Ago({ at, never = '–' }: { at: At; never?: string }): ReactNode {
  const now = useNow();
  if (!at) return <span className="quiet">{never}</span>;
  const instant = new Date(at);
  return (
    <time className="nowrap" dateTime={at} title={`${inUtc(instant)}\n${inZone(instant)} here`}>
      {distance(instant, now)}
    </time>
  );
}

/** `3 Feb 2026, 05:05:06` in the viewer's zone; UTC on hover. */
export function At({ at, never = '–' }: { at: At; never?: string }): ReactNode {
  if (!at) return <span className="quiet">{never}</span>;
  const instant = new Date(at);
  return (
    <time className="nowrap" dateTime={at} title={inUtc(instant)}>
      {inZone(instant)}
    </time>
  );
}

const CLOCK = /((?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d UTC)/;

/** A sentence of the console's own: the times in it are said in UTC, without a day where that is today's, and shown in the viewer's zone. */
export function Said({ text }: { text: string }): ReactNode {
  const now = useNow();
  return text.split(CLOCK).map((part, i) => {
    if (i % 2 === 0) return part;
    const said = part.replace(' UTC', 'Z').replace(' ', 'T');
    const at = new Date(said.includes('T') ? said : `${now.toISOString().slice(0, 11)}${said}`);
    return (
      <time key={i} className="nowrap" dateTime={at.toISOString()} title={inUtc(at)}>
        {clockIn(at, now)}
      </time>
    );
  });
}

/** How long from one instant to the other, or until now. */
export function Lasted({ from, to }: { from: At; to: At }): ReactNode {
  const now = useNow();
  if (!from) return <span className="quiet">–</span>;
  const ms = (to ? new Date(to) : now).getTime() - new Date(from).getTime();
  return <span className="number nowrap">{duration(ms)}</span>;
}

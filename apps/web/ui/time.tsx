import type { ReactNode } from 'react';
import { useNow } from './clock.js';
import { distance, duration, inUtc, inZone } from './format.js';

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

/** How long from one instant to the other, or until now. */
export function Lasted({ from, to }: { from: At; to: At }): ReactNode {
  const now = useNow();
  if (!from) return <span className="quiet">–</span>;
  const ms = (to ? new Date(to) : now).getTime() - new Date(from).getTime();
  return <span className="number nowrap">{duration(ms)}</span>;
}

import type { ReactNode } from 'react';
import { Meter } from '../ui/chart.js';
import { brief, count, percent } from '../ui/format.js';
import { Ago } from '../ui/time.js';

const toneOf = (part: number): 'bad' | 'warn' | 'well' => (part >= 1 ? 'bad' : part > 0.8 ? 'warn' : 'well');

interface MeterSeen {
  readonly limit: string;
  readonly ceiling: number;
  readonly available: number;
  readonly waiting?: number;
  readonly closedUntil: string | null;
}

/** How much of what we allow ourselves is spent at this instant. */
export const Used = ({ meter }: { meter: MeterSeen }): ReactNode => {
  const part = meter.ceiling === 0 ? 1 : 1 - meter.available / meter.ceiling;
  return (
    <div className="stack tight">
      <Meter part={part} label={`Used of ${meter.limit}`} tone={toneOf(part)} />
      <span className="small quiet number">
        {brief(Math.max(0, Math.round(meter.ceiling - meter.available)))} of {brief(meter.ceiling)} (
        {percent(part)}){meter.waiting ? `, ${count(meter.waiting)} waiting` : ''}
        {meter.closedUntil && (
          <>
            , closed until <Ago at={meter.closedUntil} />
          </>
        )}
      </span>
    </div>
  );
};

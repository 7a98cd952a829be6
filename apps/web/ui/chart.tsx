import type { ReactNode } from 'react';
import { percent } from './format.js';
import type { Tone } from './mark.js';

/** How much of a whole: the figure beside it is the caller's to write. */
export const Meter = ({ part, label, tone }: { part: number; label: string; tone?: Tone }): ReactNode => {
  const share = Math.max(0, Math.min(1, part));
  return (
    <span
      className="meter"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      aria-valuetext={percent(share)}
      data-tone={tone}
    >
      <span style={{ width: `${share * 100}%` }} />
    </span>
  );
};

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly tone?: Tone;
}

/** One bar per step of time, all on one scale. The numbers are in each bar's title and in the words of `label`. */
export function Bars({ bars, label }: { bars: readonly Bar[]; label: string }): ReactNode {
  const top = Math.max(1, ...bars.map((bar) => bar.value));
  const width = 100 / Math.max(1, bars.length);
  return (
    <svg className="bars" viewBox="0 0 100 40" preserveAspectRatio="none" role="img" aria-label={label}>
      {bars.map((bar, i) => {
        const height = bar.value === 0 ? 1 : Math.max(2, (bar.value / top) * 40);
        return (
          <rect
            key={bar.label}
            x={i * width + width * 0.1}
            width={width * 0.8}
            y={40 - height}
            height={height}
            data-tone={bar.value === 0 ? 'none' : bar.tone}
          >
            <title>{bar.label}</title>
          </rect>
        );
      })}
    </svg>
  );
}

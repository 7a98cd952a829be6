import type { ReactNode } from 'react';

export type Tone = 'well' | 'bad' | 'warn' | 'busy' | 'idle';

const TONES: Readonly<Record<string, Tone>> = {
  succeeded: 'well',
  healthy: 'well',
  active: 'well',
  connected: 'well',
  fresh: 'well',
  done: 'well',
  resolved: 'well',
  replayed: 'well',
  failed: 'bad',
  unhealthy: 'bad',
  reconnect: 'bad',
  spent: 'bad',
  critical: 'bad',
  late: 'warn',
  snoozed: 'warn',
  warning: 'warn',
  open: 'warn',
  aborted: 'warn',
  running: 'busy',
  fetching: 'busy',
};

export const toneOf = (state: string): Tone => TONES[state] ?? 'idle';

/** A state as a word with a coloured dot: the colour never says anything alone. */
export const Mark = ({ state, tone }: { state: string; tone?: Tone }): ReactNode => (
  <span className="mark" data-tone={tone ?? toneOf(state)}>
    {state}
  </span>
);

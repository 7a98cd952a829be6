import type { ReactNode } from 'react';
import type { ReplyOf } from '../../console/api/types.js';
import { Mark, type Tone } from './mark.js';

export type Heat = ReplyOf<'GET /connections/{id}/streams'>['items'][number]['heat'];

const TONES: Readonly<Record<Heat, Tone>> = {
  off: 'idle',
  paused: 'idle',
  reconnect: 'bad',
  unavailable: 'idle',
  waiting: 'idle',
  failing: 'bad',
  late: 'bad',
  ageing: 'warn',
  fresh: 'well',
};

export const heatTone = (heat: Heat): Tone => TONES[heat];

/** How fresh a stream is against its objective, as a word with a colour. */
export const HeatMark = ({ heat }: { heat: Heat }): ReactNode => <Mark state={heat} tone={TONES[heat]} />;

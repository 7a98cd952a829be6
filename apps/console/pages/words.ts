import { formatDuration } from '#kernel';
import type { RunState } from '#warehouse';
import { html, type Fragment, type Html } from '../html.js';

/** `3m 12s ago`, with the instant itself for machines and on hover. */
export const ago = (at: Date | null, now: Date, never = 'never'): Fragment =>
  at === null
    ? html`<span class="quiet">${never}</span>`
    : html`<time datetime="${at.toISOString()}" title="${at.toISOString()}"
        >${formatDuration(now.getTime() - at.getTime())} ago</time
      >`;

export const until = (at: Date | null, now: Date): Fragment => {
  if (at === null) return html`<span class="quiet">–</span>`;
  const ms = at.getTime() - now.getTime();
  return html`<time datetime="${at.toISOString()}" title="${at.toISOString()}"
    >${ms > 0 ? `in ${formatDuration(ms)}` : 'due'}</time
  >`;
};

const TONE: Readonly<Record<RunState | 'waiting' | 'unavailable', string>> = {
  waiting: 'idle',
  unavailable: 'idle',
  queued: 'idle',
  snoozed: 'idle',
  running: 'busy',
  succeeded: 'well',
  failed: 'bad',
  cancelled: 'idle',
};

/** A state as a word with a coloured mark: the colour never says anything alone. */
export const stateMark = (state: RunState | 'waiting' | 'unavailable'): Html =>
  html`<span class="state ${TONE[state]}">${state}</span>`;

const numbers = new Intl.NumberFormat('en-US');
export const count = (n: number): string => numbers.format(n);

import { latest } from '#kernel';
import type { Place, Window } from '#sync';
import { sinceOf } from './pages.js';

/*
 * Shopify's search syntax. Timestamps are quoted, since a colon inside them means something else; a filter it does
 * not know is ignored and answers everything, so the words here are the ones its reference lists.
 */

/** Shopify keeps whole seconds: both ends lose their fraction, and the lower end gains what it loses. */
export const wholeSecond = (at: Date): Date => new Date(Math.floor(at.getTime() / 1000) * 1000);

const shown = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`;

export const startOfDay = (at: Date): Date => new Date(`${at.toISOString().slice(0, 10)}T00:00:00Z`);

/** `updated_at` inside the window, both ends included. */
export function updatedWithin(window: Window, place: Place | null): string {
  return between(from(window, place), window.to);
}

/**
 * The same for lists whose `updated_at` filter matches whole days: asked from the start of the day, so that a server
 * that reads days and one that reads instants both answer the whole window. What is older is an upsert of the same.
 */
export function updatedSinceDay(window: Window, place: Place | null): string {
  const since = sinceOf(place);
  return between(since ?? (window.from && startOfDay(window.from)), window.to);
}

/** `issued_at` inside the window, both ends included. */
export function issuedWithin(window: Window, place: Place | null): string {
  return between(from(window, place), window.to, 'issued_at');
}

function from(window: Window, place: Place | null): Date | null {
  const since = sinceOf(place);
  if (since === null) return window.from;
  return window.from === null ? since : latest(since, window.from);
}

function between(lower: Date | null, upper: Date, field = 'updated_at'): string {
  const until = `${field}:<='${shown(upper)}'`;
  return lower === null ? until : `${field}:>='${shown(lower)}' AND ${until}`;
}

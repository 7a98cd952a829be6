import { readFileSync } from 'node:fs';
import { readExact } from './exact.js';

const text = (file: string): string => readFileSync(new URL(`../fixtures/${file}`, import.meta.url), 'utf8');

/** A kept reply, as the engine reads it: `fixture('orders')` reads `fixtures/orders.json`. */
export const fixture = (name: string): unknown => readExact(text(`${name}.json`));

/** A kept settlement report. */
export const report = (name: string): string => text(`${name}.tsv`);

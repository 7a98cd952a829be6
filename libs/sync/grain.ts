import { milliseconds } from '#kernel';
import type { Stream } from './define.js';

/** One tick of the clock that the stream's cursor is kept on. */
export const grainOf = (stream: Stream): number => stream.cursor?.grain ?? milliseconds(1);

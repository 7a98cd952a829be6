import { minutes } from '#kernel';
import { amazon } from '#connectors/amazon';
import type { Platform } from '#sync';

/** Amazon with its waits so many times shorter; the account in the sandbox is told the same by its knobs. */
export const scaled = (scale: number): Platform => ({
  ...amazon,
  streams: amazon.streams.map((stream) =>
    stream.name === 'amazon.orders' && stream.cursor
      ? { ...stream, cursor: { ...stream.cursor, settle: minutes(3) / scale, lookback: minutes(10) / scale } }
      : stream,
  ),
});

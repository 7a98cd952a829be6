import { days, type Duration } from '#kernel';
import type { Platform } from '#sync';

/** The platform with books that go back only so far, so that a test does not read two years week by week. */
export const nearby = (platform: Platform, reach: Duration = days(60)): Platform => ({
  ...platform,
  streams: platform.streams.map((stream) =>
    stream.cursor?.maxSpan === undefined ? stream : { ...stream, cursor: { ...stream.cursor, reach } },
  ),
});

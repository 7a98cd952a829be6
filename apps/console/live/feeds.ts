import type { ConsoleOptions } from '../options.js';
import { openFeed, type Feed } from './feed.js';

/** One feed for each console, whatever the number of its pages. */
const feeds = new WeakMap<ConsoleOptions, Feed>();

export function feedOf(doors: ConsoleOptions): Feed {
  let feed = feeds.get(doors);
  if (!feed) feeds.set(doors, (feed = openFeed(doors)));
  return feed;
}

/** Ends every page's stream, which would otherwise hold the server open until its deadline. */
export function closeFeed(doors: ConsoleOptions): void {
  feeds.get(doors)?.close();
  feeds.delete(doors);
}

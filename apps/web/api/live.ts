import { useEffect, useSyncExternalStore } from 'react';
import type { QueryClient } from '@tanstack/react-query';
import { API } from './call.js';
import { touchedBy } from './touched.js';

let live = false;
const listeners = new Set<() => void>();

function setLive(next: boolean): void {
  if (live === next) return;
  live = next;
  for (const one of listeners) one();
}

/** Whether the console tells this page what happens. */
export const useLive = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => live,
  );

/** Whatever happens within this time is asked for once: one poll of the console tells several things. */
const GATHER_MS = 100;

/**
 * Listens to the console's server-sent events and has what they touch asked again. A hidden page listens to nothing, so
 * that fifty tabs need no fifty connections: it asks when it is looked at again. After a break the browser connects by
 * itself, and everything is asked once.
 */
export function useEvents(client: QueryClient): void {
  useEffect(() => {
    const feed = listenTo(client);
    feed.follow();
    document.addEventListener('visibilitychange', feed.follow);
    return () => {
      document.removeEventListener('visibilitychange', feed.follow);
      feed.close();
    };
  }, [client]);
}

function listenTo(client: QueryClient): { readonly follow: () => void; readonly close: () => void } {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const touched = new Set<string>();
  const gather = (subjects: readonly string[]): void => {
    for (const subject of subjects) touched.add(subject);
    timer ??= setTimeout(() => {
      timer = undefined;
      const subjects = [...touched];
      touched.clear();
      void client.invalidateQueries({ predicate: ({ queryKey: [key] }) => touchedBy(String(key), subjects) });
    }, GATHER_MS);
  };
  const close = (): void => {
    source?.close();
    source = undefined;
    setLive(false);
  };
  const open = (): EventSource => {
    const opened = new EventSource(`${API}/events`);
    let before = false;
    opened.onopen = () => {
      setLive(true);
      // What happened while nobody listened is not told again.
      if (before) void client.invalidateQueries();
      before = true;
    };
    opened.onerror = () => setLive(false);
    opened.addEventListener('runs', () => gather(['runs']));
    opened.addEventListener('changed', (event: MessageEvent<string>) =>
      gather(JSON.parse(event.data) as string[]),
    );
    return opened;
  };
  let hidden = false;
  return {
    follow: () => {
      if (document.hidden) {
        hidden = true;
        return close();
      }
      if (hidden) void client.invalidateQueries();
      hidden = false;
      source ??= open();
    },
    close,
  };
}

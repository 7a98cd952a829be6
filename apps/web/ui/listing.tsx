import { useEffect, useState, type ReactNode } from 'react';
import type { ReplyOf, RouteName } from '../../console/api/types.js';
import type { Ask } from '../api/call.js';
import { useRead } from '../api/use.js';
import { Ready } from './states.js';

/** Routes that answer a page of items and the cursor of the next one. */
export type ListName = {
  [K in Extract<RouteName, `GET ${string}`>]: ReplyOf<K> extends { items: unknown[]; next: string | null }
    ? K
    : never;
}[Extract<RouteName, `GET ${string}`>];

export type Item<K extends ListName> = ReplyOf<K> extends { items: (infer T)[] } ? T : never;

/**
 * A list in pages by cursor, with all its faces: loading, in trouble, empty, there. Page 200 of 10,000 rows costs what the
 * first does, and only one page is ever drawn. It starts over when its filters change.
 */
export function Listing<K extends ListName>({
  from,
  ask,
  size = 50,
  everyMs,
  children,
}: {
  from: K;
  ask: Ask<K>;
  size?: number;
  everyMs?: number;
  children: (items: readonly Item<K>[]) => ReactNode;
}): ReactNode {
  const asked = JSON.stringify(ask);
  const [place, setPlace] = useState<{ of: string; cursors: readonly string[] }>({ of: asked, cursors: [] });
  const cursors = place.of === asked ? place.cursors : [];
  useEffect(() => setPlace((before) => (before.of === asked ? before : { of: asked, cursors: [] })), [asked]);
  const after = cursors.at(-1);
  const { params, query = {} } = ask as { params?: object; query?: object };
  const list = useRead(
    from,
    {
      ...(params ? { params } : {}),
      query: { ...query, limit: size, ...(after ? { after } : {}) },
    } as unknown as Ask<K>,
    everyMs ? { everyMs } : {},
  );
  const go = (next: readonly string[]): void => {
    setPlace({ of: asked, cursors: next });
    window.scrollTo({ top: 0 });
  };
  return (
    <Ready query={list}>
      {(data) => {
        const { items, next } = data as { items: Item<K>[]; next: string | null };
        return (
          <>
            {children(items)}
            {(next !== null || cursors.length > 0) && (
              <nav className="pager" aria-label="Pages of the list">
                <button
                  type="button"
                  disabled={cursors.length === 0}
                  onClick={() => go(cursors.slice(0, -1))}
                >
                  Previous
                </button>
                <span>Page {cursors.length + 1}</span>
                <button type="button" disabled={next === null} onClick={() => next && go([...cursors, next])}>
                  Next
                </button>
              </nav>
            )}
          </>
        );
      }}
    </Ready>
  );
}

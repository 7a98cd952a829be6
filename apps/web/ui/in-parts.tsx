import { useState, type ReactNode } from 'react';
import { count } from './format.js';

/** What came whole, drawn in parts: the first of it, and more when asked, so that ten thousand of them cost what fifty do. */
export function InParts<T>({
  of,
  size = 50,
  children,
}: {
  of: readonly T[];
  size?: number;
  children: (shown: readonly T[]) => ReactNode;
}): ReactNode {
  const [most, setMost] = useState(size);
  const left = of.length - most;
  return (
    <>
      {children(of.slice(0, most))}
      {left > 0 && (
        <nav className="pager" aria-label="Pages of the list">
          <span>
            {count(most)} of {count(of.length)}
          </span>
          <button type="button" onClick={() => setMost(most + size)}>
            Show {count(Math.min(size, left))} more
          </button>
        </nav>
      )}
    </>
  );
}

import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { Problem } from '../api/problem.js';

/** What stands in for a list or a page until it is there. */
export const Loading = ({ rows = 5 }: { rows?: number }): ReactNode => (
  <div className="skeleton" role="status">
    <span className="unseen">Loading …</span>
    {Array.from({ length: rows }, (_, i) => (
      <span key={i} aria-hidden="true" />
    ))}
  </div>
);

/** Nothing there, why that may be, and what to do about it. */
export const Empty = ({ title, children }: { title: string; children?: ReactNode }): ReactNode => (
  <div className="empty">
    <p className="strong">{title}</p>
    {children && <div className="quiet">{children}</div>}
  </div>
);

/** Filters leave nothing of a list: says so, and takes them away. `keeps` is what of the address stays, such as `?state=open`. */
export function NoneFits({ what, keeps = '' }: { what: string; keeps?: string }): ReactNode {
  const [path] = useLocation();
  return (
    <Empty title={`No ${what} fits`}>
      <Link href={`${path}${keeps}`}>Clear the filters</Link>
    </Empty>
  );
}

const NEXT: Readonly<Record<number, string>> = {
  0: 'Check that the console runs and that you reach it; this page asks again by itself.',
  403: 'Ask an admin for the role that this needs.',
  404: 'It may have been deleted, or it belongs to another workspace. Go back to the list.',
  429: 'Too much was asked at once. Wait a minute, then try again.',
  500: 'Look into the log of the console, then try again.',
  503: 'A store does not answer. This page asks again by itself.',
};

/** A reply that failed: what happened, in the console's own words, and what to do. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => void }): ReactNode {
  const problem = Problem.of(error);
  return (
    <div className="note" data-tone="bad" role="alert">
      <p className="strong">{problem.title}</p>
      <p>{problem.message}</p>
      {retry && problem.errors.map(({ field, message }) => <p key={field}>{`${field}: ${message}`}</p>)}
      <p>{NEXT[problem.status] ?? (retry && 'Change what is asked for in the address or the filters.')}</p>
      {retry && (
        <p>
          <button type="button" data-size="small" onClick={retry}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}

/** One query's three faces: loading, in trouble, there. What is there stays while it is asked again. */
export function Ready<T>({
  query,
  children,
  rows,
}: {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  children: (data: T) => ReactNode;
  rows?: number;
}): ReactNode {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Trouble error={query.error} retry={() => void query.refetch()} />;
  return <Loading {...(rows ? { rows } : {})} />;
}

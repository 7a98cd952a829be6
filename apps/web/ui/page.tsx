import { useEffect, useRef, type ReactNode } from 'react';
import { Link } from 'wouter';

interface PageProps {
  readonly title: string;
  readonly lead?: ReactNode;
  /** Where the page hangs: `[['Runs', '/runs']]`. */
  readonly crumbs?: readonly (readonly [string, string])[];
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

let shownBefore = false;

/** One page: its title in the window and as the heading, which takes the focus when the page was come to by a link. */
export function Page({ title, lead, crumbs, actions, children }: PageProps): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Stratus`;
  }, [title]);
  useEffect(() => {
    if (shownBefore) heading.current?.focus();
    shownBefore = true;
  }, []);
  return (
    <>
      <div className="head">
        <div>
          {crumbs && (
            <nav className="crumbs" aria-label="Where this page is">
              {crumbs.map(([name, to]) => (
                <span key={to}>
                  <Link href={to}>{name}</Link> ›{' '}
                </span>
              ))}
            </nav>
          )}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead && <p className="lead">{lead}</p>}
        </div>
        {actions && <div className="row">{actions}</div>}
      </div>
      <div className="stack wide">{children}</div>
    </>
  );
}

/** A part of a page under a heading of its own. */
export const Section = ({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}): ReactNode => (
  <section className="section" aria-label={title}>
    <div className="row apart">
      <h2>{title}</h2>
      {actions && <div className="row">{actions}</div>}
    </div>
    {children}
  </section>
);

/** Facts as pairs; what is null is left out. */
export const Facts = ({ of }: { of: readonly (readonly [string, ReactNode] | null)[] }): ReactNode => (
  <dl className="facts">
    {of.map(
      (pair) =>
        pair && (
          <div key={pair[0]}>
            <dt>{pair[0]}</dt>
            <dd>{pair[1]}</dd>
          </div>
        ),
    )}
  </dl>
);

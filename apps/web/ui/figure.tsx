import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Tone } from './mark.js';

/** One number that matters, with what it counts and, where there is more to see, a way there. */
export const Figure = ({
  name,
  value,
  more,
  tone,
  to,
}: {
  name: string;
  value: ReactNode;
  more?: ReactNode;
  tone?: Tone | undefined;
  to?: string;
}): ReactNode => (
  <div className="card figure" data-tone={tone}>
    <span className="small quiet">{to ? <Link href={to}>{name}</Link> : name}</span>
    <strong>{value}</strong>
    {more && <span className="small quiet">{more}</span>}
  </div>
);

import type { ReactNode } from 'react';
import { Link } from 'wouter';

/** Neighbouring views of one thing: `[name, address, whether it is this one]`. */
export const Tabs = ({
  label,
  tabs,
}: {
  label: string;
  tabs: readonly (readonly [string, string, boolean])[];
}): ReactNode => (
  <nav className="tabs" aria-label={label}>
    {tabs.map(([name, to, here]) => (
      <Link key={to} href={to} aria-current={here ? 'page' : undefined}>
        {name}
      </Link>
    ))}
  </nav>
);

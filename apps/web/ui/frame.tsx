import { useEffect, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { csrfField, type Me } from '../api/me.js';
import { useLive } from '../api/live.js';
import { useRead } from '../api/use.js';
import { Icon, type IconName } from './icons.js';
import icon from '../icon.svg';

interface Place {
  readonly name: string;
  readonly to: string;
  readonly icon: IconName;
  /** Shown to admins alone: everybody else would be refused there. */
  readonly admin?: true;
}

const PLACES: readonly (readonly [string, readonly Place[]])[] = [
  [
    'Watch',
    [
      { name: 'Overview', to: '/', icon: 'overview' },
      { name: 'Runs', to: '/runs', icon: 'runs' },
      { name: 'Backfills', to: '/backfills', icon: 'backfills' },
      { name: 'Error desk', to: '/errors', icon: 'errors' },
      { name: 'Queues', to: '/board', icon: 'queues' },
      { name: 'Quota', to: '/quota', icon: 'quota' },
      { name: 'Alerts', to: '/alerts', icon: 'alerts' },
    ],
  ],
  [
    'Data',
    [
      { name: 'Orders', to: '/orders', icon: 'orders' },
      { name: 'Tables', to: '/tables', icon: 'tables' },
    ],
  ],
  [
    'Set up',
    [
      { name: 'Connections', to: '/connections', icon: 'connections' },
      { name: 'Audit log', to: '/audit', icon: 'audit' },
      { name: 'Users and roles', to: '/users', icon: 'users', admin: true },
      { name: 'Settings', to: '/settings', icon: 'settings', admin: true },
    ],
  ],
];

const isHere = (location: string, to: string): boolean =>
  to === '/' ? location === '/' : location === to || location.startsWith(`${to}/`);

/** What is around every page: where one can go, who one is, and whether the page is live. */
export function Frame({ me, children }: { me: Me; children: ReactNode }): ReactNode {
  const [location] = useLocation();
  const [open, setOpen] = useState(false);
  const live = useLive();
  const overview = useRead('GET /overview', {});
  const failures = overview.data?.open.failures ?? 0;
  useEffect(() => setOpen(false), [location]);
  return (
    <div className="frame">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="side" data-open={open}>
        <Link className="brand" href="/">
          <img src={icon} alt="" />
          Stratus
        </Link>
        <button
          type="button"
          className="menu-button"
          aria-expanded={open}
          aria-controls="places"
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? 'close' : 'menu'} />
          Menu
        </button>
        <nav id="places" aria-label="Console">
          {PLACES.map(([title, places]) => (
            <div key={title} role="group" aria-label={title}>
              <h2>{title}</h2>
              <ul>
                {places
                  .filter((place) => !place.admin || me.role === 'admin')
                  .map((place) => (
                    <li key={place.to}>
                      <Link href={place.to} aria-current={isHere(location, place.to) ? 'page' : undefined}>
                        <Icon name={place.icon} />
                        {place.name}
                        {place.to === '/errors' && failures > 0 && (
                          <span className="tally">
                            {failures}
                            <span className="unseen"> open</span>
                          </span>
                        )}
                      </Link>
                    </li>
                  ))}
              </ul>
            </div>
          ))}
        </nav>
        <div className="whoami">
          <span
            className="live"
            data-on={live}
            title="The pages follow what happens without being loaded again"
          >
            {live ? 'Live' : 'Not live: connecting …'}
          </span>
          <div>
            <span>
              {me.name} <span className="quiet">({me.role})</span>
            </span>
            <Link href="/account">Account</Link>
          </div>
          <form method="post" action="/sign-out">
            <input type="hidden" name="csrf" value={csrfField(me)} />
            <button data-size="small">Sign out</button>
          </form>
        </div>
      </header>
      <main id="main">{children}</main>
    </div>
  );
}

import type { ReactNode } from 'react';

/** Drawn here, each a path in a square of 24: a closed network has no icon fonts. */
const PATHS = {
  overview: 'M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z',
  runs: 'M4 6h10M4 12h7M4 18h10M17 9l4 3-4 3z',
  errors: 'M12 4 2.8 20h18.4zM12 10v4.5M12 17.2v.1',
  queues: 'M4 5h16v4H4zM4 11h16v4H4zM4 17h10v3H4z',
  quota: 'M4 17a8.5 8.5 0 1 1 16 0M12 16l4-6',
  alerts: 'M6 17V11a6 6 0 1 1 12 0v6l1.5 2h-15zM10 21.5h4',
  orders: 'M5 8h14l-1 12H6zM9 8a3 3 0 0 1 6 0',
  tables: 'M4 5h16v15H4zM4 10h16M4 15h16M10 10v10',
  connections: 'M9 7H7a5 5 0 0 0 0 10h2M15 7h2a5 5 0 0 1 0 10h-2M8.5 12h7',
  audit: 'M6 3h9l4 4v14H6zM14 3v5h5M9.5 13h6M9.5 17h4',
  users:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5a6 6 0 0 1 3.5 5.5',
  settings:
    'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4M9 14.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4',
  backfills: 'M12 5a7 7 0 1 1-6.6 4.6M5 4v6h6M12 8.5V12l2.5 2',
  menu: 'M4 6h16M4 12h16M4 18h16',
  close: 'M6 6l12 12M18 6 6 18',
} as const;

export type IconName = keyof typeof PATHS;

export const Icon = ({ name }: { name: IconName }): ReactNode => (
  <svg
    width="1.25em"
    height="1.25em"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.8"
    strokeLinejoin="round"
    strokeLinecap="round"
    aria-hidden="true"
  >
    <path d={PATHS[name]} />
  </svg>
);

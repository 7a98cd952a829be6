/** The first words of the routes that each subject of an event shows in. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  runs: ['runs', 'overview', 'connections', 'backfills'],
  connections: ['connections', 'overview', 'quota'],
  streams: ['connections', 'overview'],
  failures: ['failures', 'overview'],
  quarantine: ['quarantine', 'failures', 'overview'],
  alerts: ['alerts', 'overview'],
  backfills: ['backfills', 'overview'],
  bulk: ['bulk', 'runs', 'quarantine'],
  workers: ['overview', 'quota', 'runs'],
};

/** Whether what a route answers may be another after something happened to these subjects. `GET /runs/{id}` shows runs. */
export function touchedBy(routeName: string, subjects: readonly string[]): boolean {
  const word = /^\w+ \/([\w-]+)/.exec(routeName)?.[1];
  return word !== undefined && subjects.some((subject) => SHOWN[subject]?.includes(word));
}

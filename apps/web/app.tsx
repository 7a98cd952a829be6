import { Component, lazy, Suspense, type ComponentType, type ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { Route, Switch, useLocation } from 'wouter';
import { useEvents } from './api/live.js';
import { signedInAs } from './api/me.js';
import { MeProvider, useAhead, useMe, useRead } from './api/use.js';
import { Overview } from './pages/overview.js';
import { Frame } from './ui/frame.js';
import { Page } from './ui/page.js';
import { Empty, Loading, Trouble } from './ui/states.js';

const page = (load: () => Promise<ComponentType>): ComponentType =>
  lazy(async () => ({ default: await load() }));

/** Each page is fetched when it is first gone to; the overview comes with the frame. The first that fits is shown. */
const PAGES: Readonly<Record<string, ComponentType>> = {
  '/': Overview,
  '/runs': page(async () => (await import('./pages/runs.js')).Runs),
  '/runs/:id': page(async () => (await import('./pages/run.js')).Run),
  '/backfills': page(async () => (await import('./pages/backfills.js')).Backfills),
  '/backfills/:id': page(async () => (await import('./pages/backfill.js')).Backfill),
  '/errors': page(async () => (await import('./pages/error-desk.js')).ErrorDesk),
  '/errors/:fingerprint': page(async () => (await import('./pages/failure.js')).Failure),
  '/quarantine': page(async () => (await import('./pages/quarantine.js')).Quarantine),
  '/quarantine/:id': page(async () => (await import('./pages/record.js')).QuarantinedRecord),
  '/board': page(async () => (await import('./pages/board.js')).Board),
  '/quota': page(async () => (await import('./pages/quota.js')).Quota),
  '/alerts': page(async () => (await import('./pages/alerts.js')).Alerts),
  '/orders': page(async () => (await import('./pages/orders.js')).Orders),
  '/orders/:connection/:sourceId': page(async () => (await import('./pages/order.js')).Order),
  '/tables': page(async () => (await import('./pages/tables.js')).Tables),
  '/tables/:name': page(async () => (await import('./pages/table.js')).TableRows),
  '/connections': page(async () => (await import('./pages/connections.js')).Connections),
  '/connections/new': page(async () => (await import('./pages/wizard.js')).Wizard),
  '/connections/:id': page(async () => (await import('./pages/connection.js')).Connection),
  '/connections/:id/edit': page(async () => (await import('./pages/connection-edit.js')).ConnectionEdit),
  '/account': page(async () => (await import('./pages/account.js')).Account),
  '/audit': page(async () => (await import('./pages/audit.js')).Audit),
  '/users': page(async () => (await import('./pages/users.js')).Users),
  '/settings': page(async () => (await import('./pages/settings.js')).Settings),
};

export function App(): ReactNode {
  const me = useRead('GET /auth/me', {});
  // The frame shows some of it on every page: it goes beside the question who one is, not after its answer.
  useAhead('GET /overview', {});
  if (me.data === undefined)
    return (
      <main>{me.error ? <Trouble error={me.error} retry={() => void me.refetch()} /> : <Loading />}</main>
    );
  signedInAs(me.data);
  return (
    <MeProvider value={me.data}>
      <Console />
    </MeProvider>
  );
}

function Console(): ReactNode {
  useEvents(useQueryClient());
  const [location] = useLocation();
  return (
    <Frame me={useMe()}>
      <Broken key={location}>
        <Suspense fallback={<Loading />}>
          <Switch>
            {Object.entries(PAGES).map(([path, Shown]) => (
              <Route key={path} path={path} component={Shown} />
            ))}
            <Route>
              <Page title="Not found">
                <Empty title="There is no page at this address">The navigation leads to all of them.</Empty>
              </Page>
            </Route>
          </Switch>
        </Suspense>
      </Broken>
    </Frame>
  );
}

/** A page that breaks says so and leaves the rest of the console standing. */
class Broken extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: undefined as unknown };
  static getDerivedStateFromError = (error: unknown): { error: unknown } => ({ error });
  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <Page title="This page broke">
        <Trouble error={this.state.error} retry={() => location.reload()} />
      </Page>
    );
  }
}

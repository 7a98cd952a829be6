import { formatDuration } from '#kernel';
import { html, type Fragment, type Html } from '../html.js';
import type { News, QueueNews, StreamNews } from '../news.js';
import type { SignedIn } from '../sessions.js';
import { layout, tokenField } from './layout.js';
import { table } from './table.js';
import { ago, count, stateMark, until } from './words.js';

interface Overview {
  readonly user: SignedIn;
  readonly mode: string;
  readonly mayRetry: boolean;
}

export const overviewPage = (news: News, { user, mode, mayRetry }: Overview): Html =>
  layout({
    title: 'Overview',
    user,
    mode,
    here: 'overview',
    live: true,
    body: html`<h1>Overview</h1>
      <div data-live>
        ${summary(news)}
        ${
          news.connections.length === 0
            ? empty()
            : [connections(news), streams(news), runs(news, user, mayRetry), rows(news)]
        }
        <p class="quiet">
          As of
          <time datetime="${news.at.toISOString()}"
            >${news.at.toISOString().slice(0, 19).replace('T', ' ')}</time
          >
          UTC.
        </p>
      </div>`,
  });

function summary(news: News): Html {
  const failing = news.streams.filter((one) => one.lastFailure !== null).length;
  const running = news.streams.filter((one) => one.runningSince !== null).length;
  return html`<ul class="figures">
    ${figure('State', news.operational ? 'operational' : 'degraded', news.operational ? 'well' : 'bad')}
    ${figure('Streams', count(news.streams.length))} ${figure('Running', count(running))}
    ${figure('Failing', count(failing), failing > 0 && 'bad')}
    ${figure('In quarantine', count(news.openQuarantine), news.openQuarantine > 0 && 'warn')}
    ${
      news.queues === null
        ? figure('Queue', 'not answering', 'bad')
        : figure('Waiting jobs', count(waiting(news.queues)))
    }
  </ul>`;
}

const figure = (label: string, value: string, tone: string | false = false): Html =>
  html`<li class="card ${tone}"><span class="quiet">${label}</span><strong>${value}</strong></li>`;

const waiting = (queues: readonly QueueNews[]): number =>
  queues
    .filter(({ name }) => name !== 'ticks')
    .reduce((sum, { counts }) => sum + (counts['waiting'] ?? 0) + (counts['prioritized'] ?? 0), 0);

const empty = (): Html =>
  html`<section class="card">
    <h2>Nothing is connected yet</h2>
    <p>A connection is one account on a platform. Add the first with:</p>
    <pre><code>npx stratus connections add shopify --name my-shop</code></pre>
    <p>Or see it at work on a made-up shop with <code>npm run up</code>.</p>
  </section>`;

/** Only what needs a person: an account whose credentials were refused, or one that was paused. */
function connections(news: News): Fragment {
  const stopped = news.connections.filter(({ status }) => status !== 'active');
  return stopped.map(
    ({ name, platform, status, statusReason }) =>
      html`<p class="alert" role="status">
        <strong>${name}</strong> (${platform}) is
        ${status === 'reconnect' ? 'stopped until it gets new credentials' : 'paused'}${
          statusReason && `: ${statusReason}`
        }
      </p>`,
  );
}

const streams = (news: News): Html =>
  html`<section>
    <h2>Streams</h2>
    ${table<StreamNews>({
      label: 'Streams',
      rows: news.streams,
      columns: [
        { head: 'Stream', cell: (one) => html`<strong>${one.stream}</strong>` },
        { head: 'Connection', cell: (one) => one.connection },
        { head: 'State', cell: (one) => stateMark(one.state) },
        {
          head: 'Last success',
          cell: (one) => [
            ago(one.lastSuccessAt, news.at),
            one.late && html` <span class="state warn">late</span>`,
          ],
        },
        { head: 'Read up to', cell: (one) => ago(one.checkpointAt, news.at, '–') },
        { head: 'Next', cell: (one) => until(one.nextAt, news.at) },
        { head: 'Quarantine', number: true, cell: (one) => count(one.openQuarantine) },
      ],
      note: (one) => one.lastFailure ?? one.notice,
    })}
  </section>`;

function runs(news: News, user: SignedIn, mayRetry: boolean): Html {
  if (news.runs.length === 0)
    return html`<section>
      <h2>Latest runs</h2>
      <p class="card">No run yet: the scheduler makes the first ones within a minute.</p>
    </section>`;
  return html`<section>
    <h2>Latest runs</h2>
    ${table<News['runs'][number]>({
      label: 'Latest runs',
      rows: news.runs,
      columns: [
        { head: 'Run', cell: (run) => html`<a href="/runs/${run.id}">${run.stream}</a>` },
        { head: 'Connection', cell: (run) => run.connection },
        { head: 'State', cell: (run) => stateMark(run.state) },
        { head: 'Queued', cell: (run) => ago(run.queuedAt, news.at) },
        { head: 'Took', cell: (run) => formatDuration(Number(run.busyMs)) },
        { head: 'Records', number: true, cell: (run) => count(run.records) },
        { head: 'New', number: true, cell: (run) => count(run.inserted) },
        { head: 'Changed', number: true, cell: (run) => count(run.changed) },
        { head: 'Same', number: true, cell: (run) => count(run.same) },
      ],
      note: (run) => {
        const why =
          run.state === 'failed'
            ? run.failure
            : run.state === 'succeeded'
              ? null
              : (run.why ?? run.reason ?? run.failure);
        return why && [why, mayRetry && run.state === 'failed' && html` ${retryForm(run, user)}`];
      },
    })}
    <p><a href="/queues">All jobs in the queues</a></p>
  </section>`;
}

export const retryForm = (run: { id: string; stream: string }, user: SignedIn): Html =>
  html`<form class="inline" method="post" action="/runs/${run.id}/retry">
    ${tokenField(user)}<button class="small" aria-label="Retry this run of ${run.stream}">Retry</button>
  </form>`;

function rows({ rows: { counts, estimated } }: News): Html {
  return html`<section>
    <h2>Rows</h2>
    <ul class="figures">
      ${Object.entries(counts).map(([name, n]) =>
        figure(name, estimated.includes(name) ? `about ${count(n)}` : count(n)),
      )}
    </ul>
  </section>`;
}

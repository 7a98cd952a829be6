import { formatDuration } from '#kernel';
import type { RunLogRow, RunRow } from '#warehouse';
import { html, type Fragment, type Html } from '../html.js';
import type { SignedIn } from '../sessions.js';
import { layout } from './layout.js';
import { retryForm } from './overview.js';
import { table } from './table.js';
import { ago, count, stateMark } from './words.js';

interface RunPage {
  readonly run: RunRow;
  readonly connection: string;
  /** Why it waits; null where it does not. */
  readonly why: string | null;
  readonly log: readonly RunLogRow[];
  readonly now: Date;
  readonly user: SignedIn;
  readonly mode: string;
  readonly mayRetry: boolean;
}

export const runPage = ({ run, connection, why, log, now, user, mode, mayRetry }: RunPage): Html =>
  layout({
    title: `Run of ${run.stream}`,
    user,
    mode,
    live: true,
    body: html`<h1>${run.stream} <span class="quiet">on ${connection}</span></h1>
      <div data-live>
        <section class="card">
          <p>
            ${stateMark(run.state)} ${why ?? run.reason}
            ${why !== null && run.reason !== null && !why.includes(run.reason) && html`<span class="quiet">(${run.reason})</span>`}
            ${mayRetry && (run.state === 'failed' || run.state === 'cancelled') && retryForm(run, user)}
          </p>
          ${
            run.failure &&
            html`<p class="alert">${run.state !== 'failed' && 'The attempt before: '}${run.failure}</p>`
          }
          <dl>
            ${facts(run, now).map(
              ([term, value]) =>
                html`<div>
                  <dt>${term}</dt>
                  <dd>${value}</dd>
                </div>`,
            )}
          </dl>
        </section>
        <section>
          <h2>Log</h2>
          ${
            log.length === 0
              ? html`<p class="quiet">Nothing to tell: no attempt failed or had to wait.</p>`
              : table<RunLogRow>({
                  label: 'Log',
                  rows: log,
                  columns: [
                    { head: 'When', cell: (line) => ago(line.at, now) },
                    { head: 'Level', cell: (line) => line.level },
                    { head: 'Message', cell: (line) => line.message },
                  ],
                })
          }
        </section>
      </div>`,
  });

function facts(run: RunRow, now: Date): readonly (readonly [string, Fragment])[] {
  return [
    ['Run', html`<code>${run.id}</code>`],
    [
      'Kind',
      `${run.kind}${run.dry ? ', dry' : ''}, ${run.trigger === 'schedule' ? 'by schedule' : 'by hand'}`,
    ],
    ['Queued', ago(run.queuedAt, now)],
    ['Started', ago(run.startedAt, now, 'not yet')],
    ['Finished', ago(run.finishedAt, now, 'not yet')],
    ['Took', formatDuration(Number(run.busyMs))],
    ['Attempt', count(run.attempt)],
    ['From', run.windowFrom?.toISOString() ?? 'the beginning'],
    ['To', run.windowTo?.toISOString() ?? 'its start'],
    ['Pages', count(run.pages)],
    ['Calls', count(run.calls)],
    ['Records', count(run.records)],
    ['New', count(run.inserted)],
    ['Changed', count(run.changed)],
    ['Same', count(run.same)],
    ['Gone', count(run.gone)],
    ['Quarantined', count(run.quarantined)],
  ];
}

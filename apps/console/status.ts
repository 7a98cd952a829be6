import type { RequestHandler } from 'express';
import type { RunRow } from '#warehouse';
import type { News } from './news.js';

/** `GET /api/system/status`: the news as JSON. `degraded` where the queue is lost or a stream's last attempt failed. */
export const status =
  (news: () => Promise<News>): RequestHandler =>
  async (_request, response) => {
    const found = await news();
    response.json({
      status: found.operational ? 'operational' : 'degraded',
      timestamp: found.at.toISOString(),
      data_counts: found.rows.counts,
      data_counts_estimated: found.rows.estimated,
      recent_activity: found.runs.map((run) => ({
        job_name: run.stream.replaceAll('.', '_'),
        stream: run.stream,
        connection: run.connection,
        status: run.state === 'succeeded' ? 'success' : run.state,
        started_at: run.startedAt?.toISOString() ?? null,
        duration: Number(run.busyMs) / 1000,
        records_processed: run.records,
        run_id: run.id,
        failure: run.failure,
        why: run.why,
      })),
      streams: found.streams.map((stream) => ({
        connection: stream.connection,
        stream: stream.stream,
        state: stream.state,
        late: stream.late,
        last_success_at: stream.lastSuccessAt?.toISOString() ?? null,
        age_seconds: ageSeconds(stream.lastSuccessAt, found.at),
        checkpoint_at: stream.checkpointAt?.toISOString() ?? null,
        running_since: stream.runningSince?.toISOString() ?? null,
        next_at: stream.nextAt?.toISOString() ?? null,
        failure: stream.lastFailure,
        quarantine_open: stream.openQuarantine,
        notice: stream.notice,
      })),
      connections: found.connections.map(({ name, platform, status, statusReason }) => ({
        connection: name,
        platform,
        status,
        reason: statusReason,
      })),
      queues: found.queues && Object.fromEntries(found.queues.map(({ name, counts }) => [name, counts])),
      quarantine_open: found.openQuarantine,
    });
  };

export const ageSeconds = (since: RunRow['finishedAt'], now: Date): number | null =>
  since === null ? null : Math.max(0, Math.round((now.getTime() - since.getTime()) / 1000));

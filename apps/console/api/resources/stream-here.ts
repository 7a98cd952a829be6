import { z } from 'zod';
import { days, earlier } from '#kernel';
import type { Stream } from '#sync';
import { freshness, lastRunsOf, lateArrivals, streamSettings, type ConnectionRow } from '#warehouse';
import { shortId } from '../fields.js';
import { connectionHere, streamOn } from '../within-workspace.js';
import { streamOut, type stream } from './stream-schemas.js';

export const streamParams = z.object({
  id: shortId('conn'),
  stream: z
    .string()
    .max(100)
    .regex(/^[a-z0-9_.-]+$/),
});

export type Here = Parameters<typeof connectionHere>[0];
const LATE_DAYS = 7;
const STRIP = 12;

/** Every stream of a connection, or one of them, as it stands. */
export async function streamsOf(
  here: Here,
  connection: ConnectionRow,
  only?: Stream,
): Promise<z.input<typeof stream>[]> {
  const { warehouse, platforms } = here.doors;
  const all = platforms.find(({ name }) => name === connection.platform)?.streams ?? [];
  const chosen = only ? [only] : all;
  const names = chosen.map(({ name }) => name);
  const [rows, settings, late, runs] = await Promise.all([
    freshness(warehouse, here.workspace, connection.id),
    streamSettings(warehouse, here.workspace, connection.id),
    lateArrivals(warehouse, earlier(here.now, days(LATE_DAYS))),
    lastRunsOf(warehouse, connection.id, names, STRIP),
  ]);
  return chosen.map((one) => {
    const mine = (row: { connectionId: string; stream: string }): boolean =>
      row.connectionId === connection.id && row.stream === one.name;
    return streamOut(here.doors, here.now, {
      connection,
      stream: one,
      row: rows.find(mine),
      set: settings.get(`${connection.id} ${one.name}`),
      late: late.find(mine),
      runs: runs.filter((run) => run.stream === one.name),
    });
  });
}

/** The stream that a path names, and its connection. */
export async function chosen(here: Here & { params: z.output<typeof streamParams> }) {
  const connection = await connectionHere(here, here.params.id);
  return { connection, one: streamOn(here, connection, here.params.stream) };
}

export const subjectOf = (connection: ConnectionRow, one: Stream): string =>
  `${one.name} on ${connection.name}`;

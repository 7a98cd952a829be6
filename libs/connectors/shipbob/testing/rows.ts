import { NO_PARENT, type Stream } from '#sync';
import { misfitOf } from '#warehouse/tables';

interface Read {
  readonly key: string;
  readonly cursor: Date | undefined;
  readonly row: Record<string, unknown>;
  readonly children: Record<string, readonly { key: string; row: Record<string, unknown> }[]>;
}

/** A page's body, and what stands beside it, through a stream: what the engine would store of it. */
export function rowsOf(stream: Stream, body: unknown, aside?: unknown): Read[] {
  const window = { from: null, to: new Date('2026-11-21T10:00:00Z') };
  const page = { window, parent: NO_PARENT, place: null, size: 250, headers: {} };
  const records = stream.records(stream.body.parse(body), page);
  const { beside } = stream;
  const whole = beside && aside !== undefined ? beside.merge(records, beside.body.parse(aside)) : records;
  return whole.map((wire) => {
    const record = stream.schema.parse(wire);
    return {
      key: stream.key(record),
      cursor: stream.cursor?.of(record),
      row: stream.map(record),
      children: Object.fromEntries(stream.children.map((child) => [child.into.name, child.rows(record)])),
    };
  });
}

/** Why Postgres would not take what was read; empty where it would. */
export const misfits = (stream: Stream, read: readonly Read[]): string[] =>
  read.flatMap(({ row, children }) => [
    ...[misfitOf(stream.into, row) ?? []].flat(),
    ...stream.children.flatMap(({ into }) =>
      (children[into.name] ?? []).flatMap((child) => misfitOf(into, child.row) ?? []),
    ),
  ]);

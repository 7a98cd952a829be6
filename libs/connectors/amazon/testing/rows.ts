import type { PageRead, Stream } from '#sync';

interface Read {
  readonly key: string;
  readonly cursor: Date | undefined;
  readonly row: Record<string, unknown>;
  readonly children: Record<string, readonly { key: string; row: Record<string, unknown> }[]>;
}

const WINDOW = { from: null, to: new Date('2026-11-21T10:00:00Z') };

/** A page of one parent, as the engine would have read it. */
export const pageOf = (parent: string): PageRead => ({
  window: WINDOW,
  parent: { id: parent },
  place: null,
  size: 50,
  headers: {},
});

/** A page's body through a stream: what the engine would store of it. */
export function rowsOf(stream: Stream, body: unknown, parent = 'A1F83G8C2ARO7P'): Read[] {
  return stream.records(stream.body.parse(body), pageOf(parent)).map((wire) => {
    const record = stream.schema.parse(wire);
    return {
      key: stream.key(record),
      cursor: stream.cursor?.of(record),
      row: stream.map(record),
      children: Object.fromEntries(stream.children.map((child) => [child.into.name, child.rows(record)])),
    };
  });
}

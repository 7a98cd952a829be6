import type { Stream } from '#sync';

interface Read {
  readonly key: string;
  readonly cursor: Date | undefined;
  readonly row: Record<string, unknown>;
  readonly children: Record<string, readonly { key: string; row: Record<string, unknown> }[]>;
}

/** A page's body through a stream: what the engine would store of it. */
export function rowsOf(stream: Stream, body: unknown): Read[] {
  return stream.records(stream.body.parse(body)).map((wire) => {
    const record = stream.schema.parse(wire);
    return {
      key: stream.key(record),
      cursor: stream.cursor?.of(record),
      row: stream.map(record),
      children: Object.fromEntries(stream.children.map((child) => [child.into.name, child.rows(record)])),
    };
  });
}

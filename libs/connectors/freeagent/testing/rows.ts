import { NO_PARENT, type Parent, type Stream } from '#sync';
import { misfitOf } from '#warehouse/tables';

interface Read {
  readonly key: string;
  readonly cursor: Date | undefined;
  readonly row: Record<string, unknown>;
  readonly children: Record<string, readonly { key: string; row: Record<string, unknown> }[]>;
}

const WINDOW = { from: null, to: new Date('2026-11-21T10:00:00Z') };

/** What the pages of bank rows and categories are read of; a fixture says which by its name. */
export function parentOf(stream: Stream, fixture: string): Parent {
  if (stream.name.includes('bank_transaction'))
    return { id: '1', url: 'https://api.freeagent.com/v2/bank_accounts/1', currency: 'GBP' };
  if (stream.name.endsWith('categories'))
    return { id: fixture.endsWith('sub-accounts') ? 'sub-accounts' : 'accounts' };
  return NO_PARENT;
}

/** A page's body through a stream: what the engine would store of it. */
export function rowsOf(stream: Stream, body: unknown, parent: Parent = NO_PARENT): Read[] {
  const page = { window: WINDOW, parent, place: null, size: 100, headers: {} };
  return stream.records(stream.body.parse(body), page).map((wire) => {
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

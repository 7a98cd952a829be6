import { formatDuration } from '#kernel';
import type { Stream } from '#sync';
import { snakeCase } from '#warehouse/tables';
import { platforms } from './platforms.js';

/** `docs/streams.md`: every stream, how often it runs, how it reads and what it fills. Generated, never edited. */
export function streamsDoc(): string {
  const sections = platforms.map(
    ({ title, streams }) => `## ${title}\n\n${table(HEAD, streams.map(lineOf))}\n`,
  );
  const tables = new Map(
    platforms.flatMap(({ streams }) => streams.flatMap(tablesOf)).map((each) => [each.name, each]),
  );
  return [
    '# Streams',
    '',
    'Generated from the catalog; `npm run verify` fails when it is stale.',
    '',
    ...sections,
    '## Tables',
    '',
    'Every table also has the engine’s columns and is keyed by `connection_id` and `source_id`.',
    '',
    ...[...tables.values()].map(columnsOf),
  ].join('\n');
}

const HEAD = ['stream', 'what', 'every', 'reads', 'fills'];

const lineOf = (stream: Stream): string[] => [
  `\`${stream.name}\``,
  stream.title,
  formatDuration(stream.every),
  readsBy(stream),
  tablesOf(stream)
    .map((each) => `\`${each.name}\``)
    .join(', '),
];

const tablesOf = (stream: Stream) => [stream.into, ...stream.children.map((child) => child.into)];

function readsBy({ cursor, listing }: Stream): string {
  const compared = listing ? '; ids compared every night' : '';
  if (!cursor) return `everything, every time${compared}`;
  const checkpoint = cursor.order === 'ascending' ? 'a checkpoint each page' : 'a checkpoint at the end';
  return `what changed; steps back ${formatDuration(cursor.lookback)}; ${checkpoint}${compared}`;
}

function columnsOf(each: Stream['into']): string {
  const rows = Object.entries(each.columns).map(([name, column]) => [
    `\`${snakeCase(name)}\``,
    column.sql,
    column.nullable ? 'or null' : '',
  ]);
  return `### \`${each.name}\`\n\n${table(['column', 'type', ''], rows)}\n`;
}

/** A Markdown table padded as the formatter pads it, which then leaves the page alone. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) =>
    Math.max(3, title.length, ...rows.map((row) => (row[i] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((w, i) => (cells[i] ?? '').padEnd(w)).join(' | ')} |`;
  return [line(head), `| ${widths.map((w) => '-'.repeat(w)).join(' | ')} |`, ...rows.map(line)].join('\n');
}

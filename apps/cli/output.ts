import { Failure } from '#kernel';
import { redactText } from '#telemetry';

/** What every command shares of its way to speak: JSON for programs, tables and progress for people. */
export interface Output {
  readonly json: boolean;
  /** One result line on standard output. */
  line(text: string): void;
  /** The command's result for programs: one JSON value as the last line. */
  result(value: unknown): void;
  table(columns: readonly string[], rows: readonly (readonly unknown[])[]): void;
  /** Replaces itself on a terminal; silent elsewhere. */
  progress(text: string): void;
  /** News for the person at the terminal, on standard error. */
  note(text: string): void;
}

export function createOutput(json: boolean): Output {
  const live = process.stderr.isTTY && !json;
  let shown = false;
  const clear = (): void => {
    if (shown) process.stderr.write('\r\u001b[2K');
    shown = false;
  };
  return {
    json,
    line(text) {
      clear();
      process.stdout.write(`${text}\n`);
    },
    result(value) {
      clear();
      process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    table(columns, rows) {
      clear();
      process.stdout.write(renderTable(columns, rows));
    },
    progress(text) {
      if (!live) return;
      process.stderr.write(`\r\u001b[2K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`);
      shown = true;
    },
    note(text) {
      clear();
      process.stderr.write(`${text}\n`);
    },
  };
}

/** A log line for a person at a terminal: time, level where it matters, what happened and to what. */
export function readableLog(line: string): string {
  const { time, level, msg, stream, schedule, connection, run } = JSON.parse(line) as Record<string, string>;
  const about = [stream ?? schedule, connection, run && `run ${run}`].filter(Boolean).join(' ');
  const severity = level === 'info' ? '' : `${level ?? ''}: `;
  return `${(time ?? '').slice(11, 19)} ${severity}${msg ?? ''}${about ? `  (${about})` : ''}`;
}

const isNumber = (text: string): boolean => /^-?[\d,.]+$/.test(text);

/** Plain columns, numbers to the right; readable without colour and by a screen reader line by line. */
function renderTable(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = rows.map((row) => row.map(show));
  const widths = columns.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const right = columns.map((_, i) => cells.length > 0 && cells.every((row) => !row[i] || isNumber(row[i])));
  const draw = (row: readonly string[]): string =>
    row
      .map((cell, i) => (right[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return (
    [draw(columns), draw(widths.map((width) => '─'.repeat(width))), ...cells.map(draw)].join('\n') + '\n'
  );
}

export function show(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString().replace(/\.000Z$/, 'Z');
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value as string | number | boolean | bigint);
}

/** One sentence on standard error, never a stack trace; the exit code says whose turn it is. */
export function reportFailure(thrown: unknown): number {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  process.stderr.write(`stratus: ${redactText(message)}\n`);
  if (process.env['STRATUS_DEBUG'] && thrown instanceof Error)
    process.stderr.write(`${redactText(thrown.stack ?? '')}\n`);
  return thrown instanceof Failure && thrown.kind === 'config' ? EXIT.usage : EXIT.failed;
}

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

import { compareIds } from './ids.js';

/*
 * The platform's search syntax: `field:value` terms with `> >= < <= : ` and quotes, joined by AND (also by a mere
 * space), OR, NOT or `-`, and parentheses. A field the list does not know is ignored, with a warning in the reply.
 */

export interface SearchField<T> {
  /**
   * `day`: instants that match by whole UTC days only. `id`: decimal text of any length. `words`: text compared
   * without case, commas mean "or".
   */
  readonly kind: 'time' | 'day' | 'number' | 'id' | 'words';
  readonly of: (record: T) => number | string | null | readonly string[] | undefined;
  /** The sort key whose order this field has, so that a range on it can be looked up instead of scanned. */
  readonly sortKey?: string;
}

export type SearchFields<T> = Readonly<Record<string, SearchField<T>>>;

export interface Warning {
  readonly field: string;
  readonly message: string;
  readonly code: string;
}

export interface Search<T> {
  readonly matches: (record: T) => boolean;
  /** Inclusive range every match lies in, by sort key. */
  readonly bounds: ReadonlyMap<string, { low: number; high: number }>;
  readonly warnings: readonly Warning[];
  readonly all: boolean;
}

type Comparator = '=' | '>' | '>=' | '<' | '<=';
type Token =
  | { kind: '(' | ')' | 'AND' | 'OR' | 'NOT' }
  | { kind: 'term'; field: string | null; text: string };
type Test<T> = (record: T) => boolean;

const DAY = 86_400_000;

function tokens(query: string): Token[] {
  const found: Token[] = [];
  const shape =
    /\s*(?:([()])|(-)(?=\S)|((?:[A-Za-z_][\w.]*)(?=:))?(:?\s*(?:>=|<=|>|<)?\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s()'"]+)))/y;
  while (shape.lastIndex < query.trimEnd().length) {
    const match = shape.exec(query);
    if (!match) break;
    const [, paren, minus, field, rest] = match;
    if (paren === '(' || paren === ')') found.push({ kind: paren });
    else if (minus) found.push({ kind: 'NOT' });
    else if (!field && rest !== undefined && /^(AND|OR|NOT)$/.test(rest.trim()))
      found.push({ kind: rest.trim() as 'AND' });
    else found.push({ kind: 'term', field: field ?? null, text: (rest ?? '').trim() });
  }
  return found;
}

function unquote(text: string): string {
  const quoted = /^(['"])(.*)\1$/s.exec(text);
  return quoted ? quoted[2]!.replace(/\\(.)/g, '$1') : text;
}

/** The instants a time text covers: a second for a full one, a day, month or year for a shorter one. */
function span(text: string, nowMs: number): { from: number; to: number } | undefined {
  if (text === 'now') return { from: nowMs, to: nowMs };
  const year = /^(\d{4})$/.exec(text);
  if (year) return { from: Date.UTC(Number(year[1]), 0), to: Date.UTC(Number(year[1]) + 1, 0) - 1000 };
  const from = Date.parse(/[zZ]|[+-]\d{2}:?\d{2}$|^\d{4}-\d{2}-\d{2}$/.test(text) ? text : `${text}Z`);
  if (Number.isNaN(from)) return undefined;
  return { from, to: /^\d{4}-\d{2}-\d{2}$/.test(text) ? from + DAY - 1000 : from };
}

class Compiler<T> {
  readonly warnings: Warning[] = [];
  readonly bounds = new Map<string, { low: number; high: number }>();
  private at = 0;

  constructor(
    private readonly list: readonly Token[],
    private readonly fields: SearchFields<T>,
    private readonly nowMs: number,
  ) {}

  /** `top`: whether a range found here holds for every match. */
  either(top: boolean): Test<T> | null {
    const sides = [this.both(top && !this.list.some((token) => token.kind === 'OR'))];
    while (this.list[this.at]?.kind === 'OR') {
      this.at++;
      sides.push(this.both(false));
    }
    const tests = sides.filter((test) => test !== null);
    if (tests.length < sides.length) return null;
    return tests.length === 1 ? tests[0]! : (record) => tests.some((test) => test(record));
  }

  private both(top: boolean): Test<T> | null {
    const tests: Test<T>[] = [];
    for (;;) {
      const token = this.list[this.at];
      if (!token || token.kind === ')' || token.kind === 'OR') break;
      if (token.kind === 'AND') {
        this.at++;
        continue;
      }
      const test = this.one(top);
      if (test) tests.push(test);
    }
    if (tests.length === 0) return null;
    return tests.length === 1 ? tests[0]! : (record) => tests.every((test) => test(record));
  }

  private one(top: boolean): Test<T> | null {
    const token = this.list[this.at++]!;
    if (token.kind === 'NOT') {
      const test = this.at < this.list.length ? this.one(false) : null;
      return test && ((record) => !test(record));
    }
    if (token.kind === '(') {
      const test = this.either(top);
      if (this.list[this.at]?.kind === ')') this.at++;
      return test;
    }
    return token.kind === 'term' ? this.term(token.field, token.text, top) : null;
  }

  private term(name: string | null, text: string, top: boolean): Test<T> | null {
    const field = name === null ? this.fields['default'] : this.fields[name];
    if (name === null && field) {
      const wanted = unquote(text).toLowerCase();
      return (record) => wordsOf(field.of(record)).some((word) => word.includes(wanted));
    }
    if (!field || name === 'default') {
      this.warn(name ?? 'default', 'Invalid search field for this query.', 'invalid_field');
      return null;
    }
    const [, comparator = '', raw = ''] = /^:?\s*(>=|<=|>|<)?\s*(.*)$/s.exec(text) ?? [];
    const value = unquote(raw);
    const compare = (comparator || '=') as Comparator;
    if (field.kind === 'words') return words(field, value);
    if (field.kind === 'id') return ids(field, compare, value);
    const range = this.range(field.kind, compare, value);
    if (!range) {
      this.warn(name!, `Input \`${value}\` is not an accepted value.`, 'invalid_value');
      return () => false;
    }
    if (top && field.sortKey) this.narrow(field.sortKey, range);
    return (record) => {
      const actual = field.of(record);
      return typeof actual === 'number' && actual >= range.low && actual <= range.high;
    };
  }

  private range(
    kind: 'time' | 'day' | 'number',
    compare: Comparator,
    value: string,
  ): { low: number; high: number } | null {
    let from: number;
    let to: number;
    let step = 1;
    if (kind === 'number') {
      const number = Number(value.startsWith('gid://') ? value.slice(value.lastIndexOf('/') + 1) : value);
      if (value === '' || Number.isNaN(number)) return null;
      from = to = number;
      step = Number.EPSILON * Math.max(1, Math.abs(number));
    } else {
      const covered = span(value, this.nowMs);
      if (!covered) return null;
      ({ from, to } = covered);
      if (kind === 'day') {
        from = Math.floor(from / DAY) * DAY;
        to = Math.floor(to / DAY) * DAY + DAY - 1000;
      }
    }
    switch (compare) {
      case '=':
        return { low: from, high: kind === 'time' && to === from ? to + 999 : to };
      case '>=':
        return { low: from, high: Infinity };
      case '>':
        return { low: to + step, high: Infinity };
      case '<=':
        return { low: -Infinity, high: to };
      case '<':
        return { low: -Infinity, high: from - step };
    }
  }

  private narrow(sortKey: string, range: { low: number; high: number }): void {
    const known = this.bounds.get(sortKey) ?? { low: -Infinity, high: Infinity };
    this.bounds.set(sortKey, { low: Math.max(known.low, range.low), high: Math.min(known.high, range.high) });
  }

  private warn(field: string, message: string, code: string): void {
    this.warnings.push({ field, message, code });
  }
}

function wordsOf(value: ReturnType<SearchField<unknown>['of']>): string[] {
  if (value === null || value === undefined) return [];
  return (Array.isArray(value) ? (value as readonly string[]) : [String(value)]).map((word) =>
    word.toLowerCase(),
  );
}

function words<T>(field: SearchField<T>, value: string): Test<T> {
  const wanted = value.split(',').map((word) => word.trim().toLowerCase());
  if (wanted.includes('*')) return (record) => wordsOf(field.of(record)).length > 0;
  return (record) => wordsOf(field.of(record)).some((word) => wanted.some((want) => alike(word, want)));
}

/** Exact for ids of any length: they are compared as text, never as numbers. */
function ids<T>(field: SearchField<T>, compare: Comparator, value: string): Test<T> {
  const wanted = value.split(',').map((id) => id.slice(id.lastIndexOf('/') + 1).trim());
  return (record) => {
    const id = field.of(record);
    if (typeof id !== 'string') return false;
    return wanted.some((want) => {
      const order = compareIds(id, want);
      if (compare === '=') return order === 0;
      return compare.startsWith('>')
        ? order > 0 || (compare === '>=' && order === 0)
        : order < 0 || (compare === '<=' && order === 0);
    });
  };
}

const alike = (word: string, want: string): boolean =>
  want.endsWith('*') ? word.startsWith(want.slice(0, -1)) : word === want;

export function compileSearch<T>(
  query: string | null | undefined,
  fields: SearchFields<T>,
  nowMs: number,
): Search<T> {
  const list = tokens(query ?? '');
  const compiler = new Compiler(list, fields, nowMs);
  const test = list.length === 0 ? null : compiler.either(true);
  return {
    matches: test ?? (() => true),
    bounds: compiler.bounds,
    warnings: compiler.warnings,
    all: test === null,
  };
}

import { BadValue } from './answer.js';

/** A call's query, read strictly where it is used. Names are as the platform spells them, in any case. */
export class Query {
  private readonly values: ReadonlyMap<string, string>;

  constructor(text: string) {
    this.values = new Map([...new URLSearchParams(text)].map(([name, value]) => [name.toLowerCase(), value]));
  }

  text(name: string): string | undefined {
    const value = this.values.get(name.toLowerCase());
    return value === '' ? undefined : value;
  }

  whole(name: string, { from, to, otherwise }: { from: number; to: number; otherwise: number }): number {
    const value = this.text(name);
    if (value === undefined) return otherwise;
    if (!/^\d{1,10}$/.test(value) || Number(value) < from || Number(value) > to)
      throw new BadValue(name, `The field ${name} must be between ${from} and ${to}.`);
    return Number(value);
  }

  /** Milliseconds; undefined where it was not asked for. */
  instant(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const ms = /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
    if (Number.isNaN(ms)) throw new BadValue(name, `The value '${value}' is not valid for ${name}.`);
    return ms;
  }

  /** A comma-separated list; undefined where it was not asked for. */
  list(name: string): ReadonlySet<string> | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : new Set(value.split(',').map((one) => one.trim()));
  }

  oneOf<T extends string>(name: string, among: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = among.find((one) => one.toLowerCase() === value.toLowerCase());
    if (!found) throw new BadValue(name, `The value '${value}' is not valid for ${name}.`);
    return found;
  }
}

/** Whether an instant lies in the span that two parameters name; what has none lies in no span. */
export function within(query: Query, from: string, to: string, ms: number | null): boolean {
  const [first, last] = [query.instant(from), query.instant(to)];
  if (first === undefined && last === undefined) return true;
  return ms !== null && ms >= (first ?? -Infinity) && ms <= (last ?? Infinity);
}

import type { Trade } from '#shop';
import { buildCompany } from './build.js';
import type { CompanyKnobs, StreamName } from './knobs.js';
import type { CompanyStore, Wire } from './store.js';
import { TokenBook, type CompanyAccess } from './tokens.js';
import { Meter } from './windows.js';

interface Corruption {
  readonly stream: StreamName;
  readonly ids: ReadonlySet<string>;
  readonly set: Wire;
}

/** One company: its records, its doors, and how its knobs stand. */
export class Company {
  readonly tokens: TokenBook;
  readonly meter = new Meter();
  /** Of the user who approved the app. */
  level = 8;
  private made: CompanyStore | undefined;
  private off: ReadonlySet<StreamName> = new Set();
  private corruption: Corruption | null = null;
  private lie: NonNullable<CompanyKnobs['lie']> | null = null;

  constructor(
    readonly name: string,
    private readonly trade: () => Trade,
    access: CompanyAccess,
    nowMs: number,
  ) {
    this.tokens = new TokenBook(name, access, nowMs);
  }

  /** Made when it is first asked for. */
  get store(): CompanyStore {
    return (this.made ??= buildCompany(this.trade()));
  }

  has(stream: StreamName): boolean {
    return !this.off.has(stream);
  }

  /** What lists and counts of a stream pretend. */
  lieOf(stream: StreamName): { readonly count: number; readonly empty: boolean } {
    return this.lie?.stream === stream ? this.lie : { count: 0, empty: false };
  }

  /** The record as it leaves: broken where the knob says so. */
  spoil(stream: StreamName, id: string, wire: Wire): Wire {
    const { corruption } = this;
    return corruption?.stream === stream && corruption.ids.has(id) ? { ...wire, ...corruption.set } : wire;
  }

  turn(knobs: CompanyKnobs): object {
    if (knobs.tokens === 'expire') this.tokens.expire();
    else if (knobs.tokens !== undefined) this.tokens.revoke(knobs.tokens === 'revoke');
    if (knobs.level !== undefined) this.level = knobs.level;
    if (knobs.off !== undefined) this.off = new Set(knobs.off);
    if (knobs.limits !== undefined) this.limit(knobs.limits);
    if (knobs.lie !== undefined) this.lie = knobs.lie;
    if (knobs.corrupt === null) this.corruption = null;
    else if (knobs.corrupt !== undefined) {
      const { stream, count, ids, set } = knobs.corrupt;
      this.corruption = { stream, set, ids: new Set(ids ?? this.idsOf(stream).slice(0, count)) };
    }
    return {
      level: this.level,
      off: [...this.off],
      limits: this.meter.limits,
      corrupted: [...(this.corruption?.ids ?? [])],
      lie: this.lie,
      refreshes: this.tokens.refreshes,
    };
  }

  private limit(limits: NonNullable<CompanyKnobs['limits']>): void {
    const { perMinute, perHour, refreshesPerMinute } = { ...this.meter.limits, ...limits };
    const known = this.meter.limits;
    this.meter.limits = {
      perMinute: perMinute ?? known.perMinute,
      perHour: perHour ?? known.perHour,
      refreshesPerMinute: refreshesPerMinute ?? known.refreshesPerMinute,
    };
  }

  idsOf(stream: StreamName): readonly string[] {
    return stream === 'categories'
      ? this.store.categories.map(({ wire }) => wire.nominal_code)
      : this.store.all(stream).map(({ id }) => id);
  }
}

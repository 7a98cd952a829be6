/** What every listed record has: an instant of change and a place among its kind. */
export interface Listed {
  readonly seq: number;
  readonly id: string;
  readonly legacyResourceId: string;
}

export type SortValue = number | string;

/**
 * The records of one list in the order of one sort key, ties by id. Sorted when first read after a change, so
 * that a burst of edits costs one sort.
 */
export class SortedList<T extends Listed> {
  private items: readonly T[] = [];
  private stale = true;

  constructor(
    private readonly source: () => Iterable<T>,
    readonly valueOf: (record: T) => SortValue,
  ) {}

  changed(): void {
    this.stale = true;
  }

  all(): readonly T[] {
    if (this.stale) {
      const keyed = Array.from(this.source(), (record) => ({ record, value: this.valueOf(record) }));
      keyed.sort((a, b) => compareValues(a.value, b.value) || a.record.seq - b.record.seq);
      this.items = keyed.map(({ record }) => record);
      this.stale = false;
    }
    return this.items;
  }

  /** Index of the first record at or after (value, seq). */
  lowerBound(value: SortValue, seq: number): number {
    const items = this.all();
    let low = 0;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const record = items[middle]!;
      if ((compareValues(this.valueOf(record), value) || record.seq - seq) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function compareValues(a: SortValue, b: SortValue): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

import { SortedList, type Listed } from './sorted.js';

/** What a shop that lies says of one stream. */
export interface Lie {
  readonly stream: string;
  /** Added to every count. */
  readonly count: number;
  /** Lists hold nothing. */
  readonly empty: boolean;
}

/** What a shop says instead of the truth: its store, and so the sandbox's truth, stay what they are. */
export class Lies {
  constructor(readonly told: Lie | null) {}

  listOf<T extends Listed>(field: string, list: SortedList<T>): SortedList<T> {
    return this.told?.empty && this.told.stream === field ? new SortedList<T>(() => [], list.valueOf) : list;
  }

  addedTo(field: string): number {
    return this.told && field === `${this.told.stream}Count` ? this.told.count : 0;
  }
}

export const HONEST = new Lies(null);

import { SortedList, type Listed } from './sorted.js';
import { Page, walk, type Walk } from './walk.js';

/** What a shop that lies says of one stream. */
export interface Lie {
  readonly stream: string;
  /** Added to every count. */
  readonly count: number;
  /** Lists hold nothing. */
  readonly empty: boolean;
  /** How its lists lead in circles; null where they do not. */
  readonly pages: PagesLie | null;
}

/**
 * `same`: every page after the first gives the cursor it was asked with. `cycle`: the third page leads back to the
 * second, for ever. `twice`: every page is served a second time, under a cursor that was never seen before. `doubled`: every
 * page holds its last record a second time.
 */
export const PAGES_LIES = ['same', 'cycle', 'twice', 'doubled'] as const;
export type PagesLie = (typeof PAGES_LIES)[number];

/** What a shop says instead of the truth: its store, and so the sandbox's truth, stay what they are. */
export class Lies {
  constructor(readonly told: Lie | null) {}

  /** A page of one of the shop's own lists. */
  page<T extends Listed>(field: string, asked: Walk<T>): Page<T> {
    if (this.told === null || this.told.stream !== field) return walk(asked);
    const { empty, pages } = this.told;
    const list = empty ? new SortedList<T>(() => [], asked.list.valueOf) : asked.list;
    return pages === null ? walk({ ...asked, list }) : CIRCLES[pages]({ ...asked, list });
  }

  addedTo(field: string): number {
    return this.told && field === `${this.told.stream}Count` ? this.told.count : 0;
  }
}

export const HONEST = new Lies(null);

/** A cursor of a liar: the true one of the page it leads to, and what the lie must remember until then. */
const MARK = '~';

const marked = (cursor: string, kept: string): string => `${MARK}${cursor}${MARK}${kept}`;

function readMark(cursor: string): { to: string; kept: string } | undefined {
  if (!cursor.startsWith(MARK)) return undefined;
  const [, to = '', kept = ''] = cursor.split(MARK);
  return { to, kept };
}

/** A page that says it goes on at a cursor of our choice; one without records has nowhere to say it. */
const leadingTo = <T>(page: Page<T>, cursor: string): Page<T> =>
  page.nodes.length === 0 ? page : new Page(page.nodes, true, page.hasPreviousPage, () => cursor);

const at = <T extends Listed>(asked: Walk<T>, after: string | null): Page<T> =>
  walk({ ...asked, args: { ...asked.args, after } });

const CIRCLES: Readonly<Record<PagesLie, <T extends Listed>(asked: Walk<T>) => Page<T>>> = {
  same(asked) {
    const { after = null } = asked.args;
    return after === null ? walk(asked) : leadingTo(walk(asked), after);
  },
  cycle(asked) {
    const { after = null } = asked.args;
    if (after === null) return walk(asked);
    const mark = readMark(after);
    if (mark) return leadingTo(at(asked, mark.to), mark.kept);
    const page = walk(asked);
    return leadingTo(page, marked(page.endCursor ?? after, after));
  },
  twice(asked) {
    const { after = null } = asked.args;
    const mark = after === null ? undefined : readMark(after);
    return mark ? at(asked, mark.to || null) : leadingTo(walk(asked), marked(after ?? '', 'again'));
  },
  doubled(asked) {
    const page = walk(asked);
    const { endCursor } = page;
    const last = page.nodes.at(-1);
    if (last === undefined || endCursor === null) return page;
    return new Page([...page.nodes, last], page.hasNextPage, page.hasPreviousPage, () => endCursor);
  },
};

import { readJson } from '#http';
import type { History } from './history.js';

/** A record's line and those of its children. */
interface Group {
  readonly root: unknown;
  readonly children: unknown[];
}

export interface Cut {
  readonly groups: readonly Group[];
  /** Lines of all of them. */
  readonly lines: number;
  /** Where the first record begins that may go on behind these bytes; all of them at the file's end. */
  readonly used: number;
}

/** The file is not built as its lines say of each other. */
export class Ungrouped extends Error {
  override readonly name = 'Ungrouped';
}

const NEWLINE = 10;

/**
 * Whole records of a part of a file that begins with a record. The last one is left out unless the file ends here: the
 * next part may hold more of its children. No group at all means that the part is too small. Throws where a line is no
 * JSON, or is the child of another record than the one before it.
 */
export function cutLines(
  bytes: Buffer,
  { line }: Pick<History, 'line'>,
  { isEnd, exact }: { readonly isEnd: boolean; readonly exact: boolean },
): Cut {
  const groups: Group[] = [];
  let family = new Set<string>();
  let [begins, lines, ownLines] = [0, 0, 0];
  for (let at = 0; at < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, at);
    // Without its end a line may be cut in the middle of a letter.
    if (newline === -1 && !isEnd) break;
    const end = newline === -1 ? bytes.length : newline;
    const text = bytes.toString('utf8', at, end);
    if (text.trim() !== '') {
      const { value } = readJson(text, exact);
      const { id, parent } = line(value);
      if (parent === null) {
        groups.push({ root: value, children: [] });
        family = new Set();
        begins = at;
        lines += ownLines;
        ownLines = 0;
      } else if (family.has(parent)) groups.at(-1)!.children.push(value);
      else throw new Ungrouped(`a line names ${parent.slice(0, 80)} as its parent, which it does not follow`);
      family.add(id);
      ownLines += 1;
    }
    at = end + 1;
  }
  if (isEnd) return { groups, lines: lines + ownLines, used: bytes.length };
  return { groups: groups.slice(0, -1), lines, used: begins };
}

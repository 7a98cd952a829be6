import type { BulkQuery, Nesting } from './bulk-query.js';
import type { LineFile } from './line-file.js';

type Wire = Readonly<Record<string, unknown>>;
interface List {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly edges: readonly { readonly node: Wire }[];
}

interface Written {
  readonly roots: number;
  readonly objects: number;
  /** Null after the list's last page. */
  readonly after: string | null;
}

/**
 * Writes one page of a list as lines. Grouped, a record's children follow it at once; else they stand behind all
 * records of the page, in an order of their own.
 */
export function writePage(file: LineFile, query: BulkQuery, data: Wire, grouped: boolean): Written {
  const { pageInfo, edges } = data[query.key] as List;
  const behind: string[] = [];
  let objects = 0;
  const write = (node: Wire, nested: readonly Nesting[], parent: string | null): void => {
    const own = Object.fromEntries(
      Object.entries(node).filter(([key]) => !nested.some((one) => one.key === key)),
    );
    const line = JSON.stringify(parent === null ? own : { ...own, __parentId: parent });
    if (parent === null || grouped) file.add(line);
    else behind.push(line);
    objects += 1;
    for (const { key, inside } of nested)
      for (const { node: child } of (node[key] as List).edges) write(child, inside, String(node['id']));
  };
  for (const { node } of edges) write(node, query.inside, null);
  for (const line of behind.reverse()) file.add(line);
  return { roots: edges.length, objects, after: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

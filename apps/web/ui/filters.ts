import { useSearchParams } from 'wouter';

/** Whether any of them is set. */
export const areSet = (filters: Readonly<Record<string, string>>): boolean =>
  Object.values(filters).some((value) => value !== '');

/**
 * Filters live in the address: a list can be bookmarked, sent to somebody, and is the same after going back.
 * Setting one starts the list at its first page.
 */
export function useFilters<const Names extends readonly string[]>(
  names: Names,
): [Readonly<Record<Names[number], string>>, (name: Names[number], value: string) => void] {
  const [search, setSearch] = useSearchParams();
  const values = Object.fromEntries(names.map((name) => [name, search.get(name) ?? ''])) as Record<
    Names[number],
    string
  >;
  const set = (name: Names[number], value: string): void =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  return [values, set];
}

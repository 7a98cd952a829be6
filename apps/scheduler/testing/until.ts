/** Looks until it is so; the test's own time limit is the only clock. */
export async function until<T>(look: () => Promise<T>, so: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (so(value)) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

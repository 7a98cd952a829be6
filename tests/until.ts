/** Often enough to miss nothing, seldom enough to leave the processors to what is looked for. */
const AGAIN_MS = 10;

/** Looks until it is so; the test's own time limit is the only clock. */
export async function until<T>(look: () => Promise<T>, so: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (so(value)) return value;
    await new Promise((again) => setTimeout(again, AGAIN_MS));
  }
}

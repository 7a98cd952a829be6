import type { Limiter } from '#http';
import type { Json } from '#kernel';
import { limitsOf, type Platform } from '#sync';
import { listConnections, type Warehouse } from '#warehouse';

/** Where every account's limits stand in this process, by connection: for others to read who cannot ask its limiter. */
export async function metersOf(
  doors: { readonly warehouse: Warehouse; readonly limiter: Limiter; readonly now: () => Date },
  platforms: readonly Platform[],
): Promise<Json> {
  const connections = await listConnections(doors.warehouse);
  const read = connections.flatMap(({ id, platform, settings }) => {
    const known = platforms.find((one) => one.name === platform);
    return known
      ? [
          doors.limiter
            .meters(id, limitsOf(known.limits, settings), doors.now())
            .then((meters) => [id, meters] as const),
        ]
      : [];
  });
  // Plain JSON: an instant goes as its text.
  return JSON.parse(JSON.stringify(Object.fromEntries(await Promise.all(read)))) as Json;
}

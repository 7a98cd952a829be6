import { days } from '#kernel';
import { scheduleId, type Cadence } from '#queue';
import type { Platform, Stream } from '#sync';
import type { ConnectionRow, StreamRow } from '#warehouse';

/** What `config/stratus.yaml` says of one stream. */
export interface StreamSetting {
  readonly enabled: boolean;
  readonly schedule?: Cadence;
  /** When both sides are compared by id; nightly where nothing is said. */
  readonly reconcile?: Cadence | 'off';
}

/** One schedule that should exist. */
export interface Declared {
  readonly id: string;
  readonly platform: string;
  readonly connectionId: string;
  readonly connection: string;
  readonly stream: string;
  readonly cadence: Cadence;
  /** The account does not have the stream: it is asked once a week whether it has it now. */
  readonly unavailable: boolean;
}

const WEEKLY: Cadence = { every: days(7) };

/** When the stream runs: as was set on the connection itself, else in the configuration file, else in the catalog. */
export function cadenceOf(
  stream: Pick<Stream, 'every'>,
  setting?: StreamSetting,
  override?: Pick<StreamRow, 'everyMs' | 'cron' | 'zone'>,
): Cadence {
  if (override?.cron) return { pattern: override.cron, ...(override.zone ? { zone: override.zone } : {}) };
  if (override?.everyMs) return { every: Number(override.everyMs) };
  return setting?.schedule ?? { every: stream.every };
}

/**
 * Every schedule that should exist: the catalog's defaults, then the configuration file, then what was set on the
 * connection itself. A connection that is paused or must be reconnected has none.
 */
export function declaredSchedules(
  connections: readonly ConnectionRow[],
  platforms: readonly Platform[],
  settings: ReadonlyMap<string, StreamSetting>,
  overrides: readonly StreamRow[],
): Declared[] {
  const overrideOf = new Map(overrides.map((row) => [scheduleId(row.connectionId, row.stream), row]));
  return connections
    .filter((connection) => connection.status === 'active')
    .flatMap((connection) => {
      const platform = platforms.find((one) => one.name === connection.platform);
      return (platform?.streams ?? []).flatMap((stream) => {
        const id = scheduleId(connection.id, stream.name);
        const override = overrideOf.get(id);
        const setting = settings.get(stream.name);
        if (!(override?.enabled ?? setting?.enabled ?? true)) return [];
        const cadence = cadenceOf(stream, setting, override);
        return [
          {
            id,
            platform: connection.platform,
            connectionId: connection.id,
            connection: connection.name,
            stream: stream.name,
            cadence: override?.unavailable ? WEEKLY : cadence,
            unavailable: Boolean(override?.unavailable),
          },
        ];
      });
    });
}

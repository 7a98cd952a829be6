import { findStreamState, type RunRow } from '#warehouse';
import type { Engine } from './engine.js';

/** The engine as this connection's stream wants it: what was set on the stream itself goes before all else. */
export async function withOverrides(
  engine: Engine,
  run: Pick<RunRow, 'connectionId' | 'stream'>,
): Promise<Engine> {
  const own = (await findStreamState(engine.warehouse, run.connectionId, run.stream))?.lookbackMs ?? null;
  if (own === null) return engine;
  return {
    ...engine,
    lookbackOf: (stream) => (stream === run.stream ? Number(own) : engine.lookbackOf(stream)),
  };
}

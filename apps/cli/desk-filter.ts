import { Option, type Command } from 'commander';
import { streamOf } from '#catalog';
import { OUTCOME } from '#kernel';
import { findConnection, findFailure, type DeskFilter, type Warehouse } from '#warehouse';
import { moment } from './arguments.js';

/** The options by which failed runs and quarantined records are chosen. */
export interface Chosen {
  readonly fingerprint?: string;
  readonly stream?: string;
  readonly connection?: string;
  readonly since?: Date;
  readonly kind?: DeskFilter['kind'];
  readonly preview?: boolean;
  readonly yes?: boolean;
}

export const choosing = (command: Command): Command =>
  command
    .option('--fingerprint <fingerprint>', 'of this failure (its first digits are enough)')
    .option('--stream <stream>', 'of this stream')
    .option('--connection <name>', 'of this connection')
    .option('--since <date>', 'that failed, or were seen last, since then', moment)
    .option('--preview', 'say how many that would be, and do nothing')
    .option('--yes', 'do not ask first');

export const kindOption = (): Option =>
  new Option('--kind <kind>', 'that failed in this way').choices(Object.keys(OUTCOME));

/** What was chosen, with names looked up. */
export async function filterOf(warehouse: Warehouse, chosen: Chosen): Promise<DeskFilter> {
  const { fingerprint, stream, connection, since, kind } = chosen;
  return {
    ...(fingerprint === undefined
      ? {}
      : { fingerprint: (await findFailure(warehouse, fingerprint)).fingerprint }),
    ...(stream === undefined ? {} : { stream: streamOf(stream).name }),
    ...(connection === undefined ? {} : { connectionId: (await findConnection(warehouse, connection)).id }),
    ...(since === undefined ? {} : { since }),
    ...(kind === undefined ? {} : { kind }),
  };
}

/** The filter as the audit log tells it. */
export const told = (filter: DeskFilter): string =>
  Object.entries(filter)
    .map(([name, value]) => `${name} ${value instanceof Date ? value.toISOString() : String(value)}`)
    .join(', ') || 'all';

import { Failure } from '#kernel';
import { beginReading, openWith } from '#warehouse';
import type { Closing } from './census.js';

const WORD = 'does not add up: ';

/** Why a record is kept out that parses and yet cannot be right, by its stream's `proof`. */
export const reasonOfUnproven = (why: string): string => WORD + why;

/** A record that does not add up makes the run red, however many others did; they have landed. */
export async function refuseUnproven({ engine, stream, connection, run }: Closing): Promise<void> {
  if (stream.proof === undefined) return;
  const { count, first } = await openWith(engine.warehouse, run, WORD);
  if (first === null) return;
  await beginReading(engine.warehouse, run, { reading: 'window' });
  throw new Failure(
    'bug',
    `${stream.name} on ${connection.name}: ${count} records do not add up, the first is ${first.key.slice(0, 80)} (${first.reason.slice(WORD.length)}); they are kept out, look at them with: npx stratus quarantine. The others have landed, and the next run tries these again`,
  );
}

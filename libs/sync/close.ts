import { days, earlier, Failure } from '#kernel';
import {
  beginReading,
  countSeen,
  countUnseen,
  forgetOldSeen,
  foundBefore,
  keptDocuments,
  logRun,
  markUnseen,
  noteFinding,
  type Reading,
} from '#warehouse';
import { scopeOf, spanOf, takeCensus, tellsGone, type Census, type Closing } from './census.js';
import { refuseEmpty, refuseShort } from './suspicion.js';
import { refuseUnproven } from './unproven.js';

/** How long a failed run's notes of what it was served wait for its retry. */
const KEPT = days(7);

export interface Closed {
  /** What must be read before the run may end; null where it may. */
  readonly next: Reading | null;
  /** Rows marked gone. */
  readonly gone: number;
}

/**
 * Called when a reading has come to its end, before the run may succeed: nothing may be missing by the platform's own
 * count, and nothing may be marked gone that merely was not served. Throws where the run must not succeed.
 */
export async function closeRun(closing: Closing & { readonly quarantined: number }): Promise<Closed> {
  const { stream, run, reading } = closing;
  if (run.dry) return { next: null, gone: 0 };
  const census = reading === 'window' || reading === 'again' ? await prove(closing) : null;
  await refuseUnkept(closing);
  await refuseUnproven(closing);
  return tellsGone(stream, run) ? settleGone(closing, census) : { next: null, gone: 0 };
}

/** A document that did not land whole makes the run red, however many others did; the next one tries it again. */
async function refuseUnkept({ engine, stream, connection, run, documents }: Closing): Promise<void> {
  if (documents === null) return;
  const kept = await keptDocuments(engine.warehouse, run, documents);
  const lacking = documents.filter((id) => !kept.has(id));
  if (lacking.length === 0) return;
  await beginReading(engine.warehouse, run, { reading: 'window' });
  throw new Failure(
    'bug',
    `${stream.name} on ${connection.name}: ${lacking.length} of ${documents.length} documents could not be used, the first is ${lacking[0]!.slice(0, 80)}; look at why with: npx stratus quarantine. The others have landed, and the next run tries these again`,
  );
}

async function prove(closing: Closing): Promise<Census | null> {
  const { engine, run, reading } = closing;
  // Documents that landed before are not read again: the list of them is what was served.
  const served =
    closing.documents?.length ??
    (reading === 'again' ? await countSeen(engine.warehouse, run.id, null) : closing.records);
  await refuseEmpty(closing, served);
  const census = await takeCensus(closing);
  if (!census) return null;
  if (census.says === 'differs') return refuse(closing, census);
  // What cannot be counted is believed; what was not counted this time is counted by the next run.
  const proof =
    census.says === 'unasked' || !movesCheckpoint(closing) ? 'open' : { provenTo: closing.window.to };
  await noteFinding(engine.warehouse, run, census.finding, proof);
  return census;
}

/** Once more after a pause, since a glitch passes; then for good, with the checkpoint back at what was proven. */
async function refuse(closing: Closing, census: Census & { says: 'differs' }): Promise<never> {
  const { engine, stream, connection, run, reading } = closing;
  const { finding } = census;
  const told = `${stream.name} on ${connection.name}: ${finding.reason ?? ''}`;
  const difference = (finding.sourceCount ?? 0) - (finding.ourCount ?? 0);
  if (
    reading === 'window' &&
    run.backfillId === null &&
    !(await foundBefore(engine.warehouse, run, difference))
  ) {
    await noteFinding(engine.warehouse, run, finding, 'open');
    await beginReading(engine.warehouse, run, { reading: 'again', window: census.window });
    throw new Failure('transient', `${told}; the window is read again`);
  }
  await noteFinding(engine.warehouse, run, finding, movesCheckpoint(closing) ? 'refuted' : 'open');
  throw new Failure(
    'bug',
    `${told}; ${movesCheckpoint(closing) ? 'the checkpoint stays at what was proven' : 'what was read stays'}: ${stream.listing ? `compare the ids with: npx stratus reconcile ${stream.name}` : `read everything with: npx stratus run ${stream.name} --full`} --connection ${connection.name}, try again with: npx stratus retry ${run.id}, or accept what is here with: npx stratus accept ${run.id}`,
  );
}

const movesCheckpoint = ({ run, stream }: Closing): boolean =>
  stream.cursor !== undefined && (run.kind === 'incremental' || run.kind === 'refresh');

/**
 * Rows that a run which read everything was not served are gone, unless they changed while it read. In a list sorted
 * by change those stand behind the window's end: what stands there is read first, to the list's end, and whatever
 * changes meanwhile moves on before the reader. A list without order may have skipped a row while it shifted: it is
 * read once more, unless the platform counts exactly what it served.
 */
async function settleGone(
  closing: Closing & { readonly quarantined: number },
  census: Census | null,
): Promise<Closed> {
  const { engine, stream, run, reading } = closing;
  const scope = scopeOf(closing, spanOf(stream, closing.window));
  let gone = 0;
  const hidden = census && census.says !== 'differs' ? census.hidden : null;
  // A record that could not be read, or is hidden from us, may be any of those that were not served.
  if (closing.quarantined === 0 && hidden === null) {
    const found = await countUnseen(engine.warehouse, run, scope);
    if (found.unseen > 0 && (reading === 'window' || reading === 'again')) {
      const counted = census?.finding.verdict === 'matched';
      if (!counted) await refuseShort(closing, found);
      if (stream.cursor?.order === 'ascending') return { next: 'tail', gone: 0 };
      if (!counted || stream.cursor) return { next: 'confirm', gone: 0 };
    }
    if (found.unseen > 0) {
      gone = await markUnseen(engine.warehouse, run, {
        ...scope,
        children: stream.children.map(({ into }) => into),
        countsGone: stream.census?.countsGone ?? false,
      });
      /* crash point: after-checkpoint. The marks are committed. What the run was served is known until its end is
         written: asked again which rows it was not served, it finds them marked, and takes no other for gone. */
      await logRun(
        engine.warehouse,
        run.id,
        'info',
        `${gone} rows that the platform no longer serves are marked gone`,
      );
    }
  }
  await forgetOldSeen(engine.warehouse, earlier(engine.now(), KEPT));
  return { next: null, gone };
}

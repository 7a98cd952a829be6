import { Failure } from '#kernel';
import type { Bad } from '#warehouse';
import { askInSize } from './ask.js';
import type { PageQuery, PageRead } from './call-spec.js';
import type { Door } from './door.js';
import type { Download } from './download.js';
import { LinkRefused, type File } from './fetch-file.js';
import { recordCause } from './fingerprint.js';
import { reasonOf, type RecordsAsk } from './map-records.js';
import { keptPayload } from './payload.js';

/** Links live for minutes: one that was refused is asked for once more at once. */
const LINKS = 2;

/** A document as the stream's `body` reads it, or what is kept of one that is none. */
export async function readDocument(
  door: Door,
  ask: RecordsAsk & PageQuery<unknown>,
  download: Download,
): Promise<{ body: unknown; headers: PageRead['headers'] } | { bad: Bad }> {
  const { text, headers } = await fetched(door, ask, download);
  await ask.alive();
  const { stream, parent } = ask;
  try {
    return { body: stream.body.parse(download.parse(text, parent)), headers };
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.outcome !== 'cancel') throw thrown;
    const cause = recordCause(stream, thrown);
    // The text is at the platform; replaying what is known of the document here would bring nothing.
    const { payload } = keptPayload(parent);
    return { bad: { key: parent.id, payload, whole: false, reason: reasonOf(thrown), cause, version: null } };
  }
}

async function fetched(door: Door, ask: RecordsAsk & PageQuery<unknown>, download: Download): Promise<File> {
  const { stream, window, parent, place, settings, signal } = ask;
  for (let link = 1; ; link++) {
    const request = stream.request({ window, parent, place, size: 1, settings });
    const { body } = await askInSize(door, ask, {
      size: 1,
      min: 1,
      body: download.reply,
      request: () => request,
      what: () => 'the address of a document',
    });
    try {
      return await door.file(
        download.address(body),
        { hosts: download.hosts, of: request.operation },
        signal,
      );
    } catch (thrown) {
      if (!(thrown instanceof LinkRefused) || link === LINKS) throw thrown;
    }
  }
}

import { Failure } from '#kernel';
import { isUtf8 } from 'node:buffer';
import { promisify, TextDecoder } from 'node:util';
import { gunzip } from 'node:zlib';
import { textOf } from './body.js';

const unpack = promisify(gunzip);

/** As received and as unpacked: reports of a large account have some tens. */
export const LARGEST_FILE = 64 * 1024 * 1024;

/** A downloaded file as text: unpacked where it is packed, in the charset its `content-type` names. */
export async function fileText(
  bytes: Buffer,
  about: { readonly from: string; readonly contentType: string; readonly gzip: boolean },
): Promise<string> {
  // What was packed for the way only is unpacked already.
  const isPacked = about.gzip && bytes[0] === 0x1f && bytes[1] === 0x8b;
  return decoded(isPacked ? await unpacked(bytes, about.from) : bytes, about.contentType);
}

async function unpacked(bytes: Buffer, from: string): Promise<Buffer> {
  try {
    return await unpack(bytes, { maxOutputLength: LARGEST_FILE });
  } catch (thrown) {
    const { code = 'no gzip' } = thrown as { code?: string };
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new Failure(
        'refused',
        `a file from ${from} unpacks to more than is read at once (${LARGEST_FILE / 1024 / 1024} MB)`,
      );
    throw new Failure(
      'transient',
      `a file from ${from} cannot be unpacked (${code}): it was cut off or changed on its way; it is tried again`,
    );
  }
}

/** Without a word of its charset what is no UTF-8 is Windows-1252, in which every byte is a character. */
function decoded(bytes: Buffer, contentType: string): string {
  const named = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1];
  const decoder = decoderOf(named ?? (isUtf8(bytes) ? 'utf-8' : 'windows-1252'));
  // A name that nobody knows says nothing.
  const charset = decoder?.encoding ?? (isUtf8(bytes) ? 'utf-8' : 'windows-1252');
  if (charset === 'utf-8') return textOf(bytes);
  return charset === 'windows-1252' || !decoder ? fromWindows1252(bytes) : decoder.decode(bytes);
}

function decoderOf(charset: string): TextDecoder | null {
  try {
    return new TextDecoder(charset);
  } catch {
    return null;
  }
}

/** 0x80 to 0x9F; what has no character there is left as it is. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Node 20 decodes Windows-1252 as Latin-1, which has no euro. */
const fromWindows1252 = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/[\x80-\x9f]/g, (c) => WINDOWS_1252[c.charCodeAt(0) - 0x80]!);

import { Failure } from '#kernel';
import { promisify } from 'node:util';
import {
  brotliDecompress,
  gunzip,
  inflate,
  inflateRaw,
  type BrotliOptions,
  type ZlibOptions,
} from 'node:zlib';

type Unpack = (bytes: Buffer, options: ZlibOptions & BrotliOptions) => Promise<Buffer>;

const whole = promisify(inflate) as Unpack;
const bare = promisify(inflateRaw) as Unpack;
const PACKED: Readonly<Record<string, Unpack>> = {
  gzip: promisify(gunzip) as Unpack,
  'x-gzip': promisify(gunzip) as Unpack,
  br: promisify(brotliDecompress) as Unpack,
  // With the header that the standard asks for, or without it, as some servers send it: 8 in its first four bits.
  deflate: (bytes, options) => (((bytes[0] ?? 0) & 0x0f) === 8 ? whole : bare)(bytes, options),
};

/** What we say we can unpack. */
export const PACKINGS = 'gzip, deflate, br';

/**
 * A body as it was before it was packed for the way: to its last byte, or a Failure. What breaks off in the middle reads
 * well up to there, and a text is cut in silence where nobody looks for its end.
 */
export async function unpacked(
  bytes: Buffer,
  about: { readonly from: string; readonly encoding: string | undefined; readonly largest: number },
): Promise<Buffer> {
  const encoding = about.encoding?.trim().toLowerCase() ?? '';
  if (bytes.length === 0 || encoding === '' || encoding === 'identity') return bytes;
  const unpack = PACKED[encoding];
  try {
    if (unpack) return await unpack(bytes, { maxOutputLength: about.largest });
  } catch (thrown) {
    const { code = 'unknown error' } = thrown as { code?: string };
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new Failure(
        'refused',
        `a body from ${about.from} is larger than what is read at once (${String(about.largest / 1024 / 1024)} MB): ask for fewer records at once`,
      );
    throw broken(about.from, code);
  }
  throw broken(about.from, `packed as ${encoding.slice(0, 40)}`);
}

const broken = (from: string, why: string): Failure =>
  new Failure(
    'transient',
    `${from} sent a reply that broke off or cannot be unpacked (${why}); it is tried again`,
  );

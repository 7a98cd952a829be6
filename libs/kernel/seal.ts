import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Failure } from './failure.js';

/**
 * Secrets at rest: AES-256-GCM, the key's id in clear beside the text, and the row's own name as additional
 * data, so that a sealed value copied into another row does not open.
 */
export interface KeyRing {
  /** Seals new values. */
  readonly current: string;
  readonly keys: ReadonlyMap<string, Buffer>;
}

/**
 * Reads `STRATUS_SECRET_KEY`: one or several base64 keys of 32 bytes, separated by commas, the first seals.
 * Throws a `config` Failure that says how to make one.
 */
export function readKeyRing(text: string | undefined): KeyRing {
  const HOW = 'make one with: node -p "crypto.randomBytes(32).toString(\'base64\')"';
  if (!text) throw new Failure('config', `STRATUS_SECRET_KEY is not set; ${HOW}`);
  const keys = new Map<string, Buffer>();
  let current = '';
  for (const part of text.split(',')) {
    const key = Buffer.from(part.trim(), 'base64');
    if (key.length !== 32)
      throw new Failure(
        'config',
        `STRATUS_SECRET_KEY holds a key of ${key.length} bytes where 32 are needed; ${HOW}`,
      );
    const id = createHash('sha256').update(key).digest('hex').slice(0, 8);
    current ||= id;
    keys.set(id, key);
  }
  return { current, keys };
}

/** Whole tags only: Node would also take a shorter one, which is easier to forge. */
const TAG = 16;

/** `plain` sealed for `row` (for example `connections/conn_1/credentials`). */
export function seal(ring: KeyRing, row: string, plain: string): string {
  const key = ring.keys.get(ring.current)!;
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: TAG });
  cipher.setAAD(Buffer.from(row));
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return ['v1', ring.current, Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')].join('.');
}

/** The id of the key that a sealed value needs. */
export const sealedWith = (sealed: string): string => sealed.split('.')[1] ?? '';

/** Opens what `seal` made for the same row; a `config` Failure where the key is gone or the row is another. */
export function unseal(ring: KeyRing, row: string, sealed: string): string {
  const [version, id = '', body = ''] = sealed.split('.');
  const key = ring.keys.get(id);
  if (version !== 'v1' || !key)
    throw new Failure(
      'config',
      `${row} is sealed with key ${id}, which STRATUS_SECRET_KEY does not hold; add that key after the current one`,
    );
  const bytes = Buffer.from(body, 'base64');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), {
      authTagLength: TAG,
    });
    decipher.setAAD(Buffer.from(row));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new Failure(
      'config',
      `${row} does not open: it was sealed for another row or changed; enter the credentials again`,
      { cause },
    );
  }
}

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'shared');

/**
 * The path of a vendor file kept beside the project, or undefined where it is absent.
 * The product never needs one; only tests that hold us against a vendor's own data do.
 */
export function sharedFile(path: string): string | undefined {
  const file = join(process.env['STRATUS_SHARED_DIR'] ?? ROOT, path);
  return existsSync(file) ? file : undefined;
}

/** `describe` where the file exists, `describe.skip` (reported as skipped) where it does not. */
export const describeWith = (path: string): jest.Describe => (sharedFile(path) ? describe : describe.skip);

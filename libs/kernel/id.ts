import { randomBytes, randomUUID } from 'node:crypto';

/** A random id for a row of ours (UUID v4 text). */
export const newId = (): string => randomUUID();

/** `conn_5f2c…`: a short readable id with its kind in front; letters, digits and `_` only, as BullMQ wants. */
export const newShortId = (kind: string): string => `${kind}_${randomBytes(6).toString('hex')}`;

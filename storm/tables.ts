import { streamOf } from '#catalog';

/** `shopify.orders` to the table that its records fill. */
export const tableOf = (stream: string): string => streamOf(stream).into.name;

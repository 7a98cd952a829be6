import { z } from 'zod';

/*
 * Orders as their records: each of a plain list inside an order is one, with its order beside it. What is not built as
 * expected stays as it came, so that the quarantine shows it.
 */

/** One of a list as the wire says it; several records of one carry the number of their part, from 2. */
export type Wire = Readonly<Record<string, unknown>>;
export type Split = (one: Wire) => readonly Wire[];

interface Unfolding {
  readonly field: string;
  readonly shown: { readonly first: number };
  readonly count?: string;
  readonly split?: Split;
}

/** `450789469`, and for its second part `450789469/2`. */
export const withPart = (id: string, part: number | undefined): string =>
  part === undefined ? id : `${id}/${part}`;

const GID = /^gid:\/\/shopify\/\w+\/\d+$/;

/** A record's id as the wire spells it, its part included; null where it has none: two that were spoilt alike are not one. */
export function wireKeyOf(record: unknown): string | null {
  if (!isWire(record) || typeof record['id'] !== 'string' || !GID.test(record['id'])) return null;
  return withPart(record['id'], typeof record['part'] === 'number' ? record['part'] : undefined);
}

export const isWire = (value: unknown): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const Counted = z.object({ count: z.int() });

/** An order's records. Where its list may be cut they are marked: `order.cut`. */
export function opened({ field, shown, count, split }: Unfolding, order: unknown): readonly unknown[] {
  if (!isWire(order)) return [order];
  const { [field]: held, ...rest } = order;
  if (!Array.isArray(held)) return [order];
  const there = count === undefined ? undefined : Counted.safeParse(rest[count]).data?.count;
  const isCut = held.length >= shown.first && (there === undefined || there > held.length);
  return recordsOf(held, isCut ? { ...rest, cut: true } : rest, split);
}

const recordsOf = (held: readonly unknown[], order: Wire, split: Split = (one) => [one]): unknown[] =>
  held.flatMap((one) => (isWire(one) ? split(one).map((part) => ({ ...part, order })) : [one]));

const cutOrderOf = (record: unknown): string | null => {
  const order = isWire(record) ? record['order'] : undefined;
  return isWire(order) && order['cut'] === true && typeof order['id'] === 'string' ? order['id'] : null;
};

/** The first orders whose list may be cut, as the wire spells their ids. */
export const cutOrders = (records: readonly unknown[], most: number): string[] =>
  [...new Set(records.flatMap((record) => cutOrderOf(record) ?? []))].slice(0, most);

/** How many orders are still to be asked for the whole of their list. */
export const leftCut = (records: readonly unknown[]): number => cutOrders(records, Infinity).length;

/**
 * The records with what was answered of the orders asked for, one for one: the whole list in the place of the cut one,
 * nothing where the order is there no more, and where no answer came what was there before. Each order asked for is
 * settled then.
 */
export function settled(
  spec: Unfolding,
  records: readonly unknown[],
  asked: readonly string[],
  answers: readonly unknown[],
): unknown[] {
  const answerTo = new Map(asked.map((id, i) => [id, answers[i]]));
  const first = new Set<string>();
  return records.flatMap((record) => {
    const id = cutOrderOf(record);
    if (id === null || !answerTo.has(id)) return [record];
    const answer = answerTo.get(id);
    if (answer === undefined) return [uncut(record as Wire)];
    if (answer === null || first.has(id)) return [];
    first.add(id);
    return whole(spec, answer);
  });
}

function uncut({ order, ...record }: Wire): Wire {
  const { cut: _, ...rest } = order as Wire;
  return { ...record, order: rest };
}

/** All of an order's records; a list that is shorter than its count has one more, which the quarantine will show. */
function whole(spec: Unfolding, answer: unknown): readonly unknown[] {
  const { field, count } = spec;
  const records = opened({ ...spec, shown: { first: Infinity } }, answer);
  if (count === undefined || !isWire(answer)) return records;
  const there = Counted.safeParse(answer[count]).data?.count ?? 0;
  const held = Array.isArray(answer[field]) ? answer[field].length : 0;
  const { [field]: _, ...order } = answer;
  return there > held ? [...records, { order, missing: `${there - held} of ${there} ${field}` }] : records;
}

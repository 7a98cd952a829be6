import { platformOf, streamOf } from '#catalog';
import { earlier, hours, minutes, type Json } from '#kernel';
import type { Platform, Stream } from '#sync';
import type { Table } from '#warehouse/tables';
import { DEMO_STATIC_CREDENTIALS, startSandbox } from '../apps/sandbox/index.js';
import { manyThings, type FakeShop, type Thing } from '../tests/fake-platform.js';
import type { Truth } from './compare.js';
import { drillPlatform } from './drill-platform.js';
import { rowsOfThings, type DrillShops } from './drill-shop.js';

/** One account for one drill, of a real platform's simulator or of the fake one. */
export interface Shop {
  readonly url: string;
  readonly credentials: Readonly<Record<string, string>>;
  /** Calls it has served and refused so far. */
  calls(): number;
  /** What a faithful copy of the stream's tables holds. */
  truth(): Truth;
  /** No record is older. */
  oldest(): Date;
  /** Changes so many records, now. */
  touch(count: number): void;
  /** Deletes so many others. */
  remove(count: number): void;
  /** Breaks so many records on the wire, until they are mended. */
  corrupt(count: number): void;
  mend(): void;
  /** A record as the wire holds it. */
  wire(key: string): Json;
  close(): Promise<void>;
}

export const platformOfStream = (name: string): Platform =>
  name.startsWith('fake.') ? drillPlatform : platformOf(name.slice(0, name.indexOf('.')));

export const streamNamed = (name: string): Stream =>
  drillPlatform.streams.find((one) => one.name === name) ?? streamOf(name);

/** The stream's table and those of its children. */
export const tablesOf = (stream: Stream): readonly Table[] => [
  stream.into,
  ...stream.children.map(({ into }) => into),
];

const only = (stream: Stream, rows: Truth): Truth =>
  Object.fromEntries(tablesOf(stream).map(({ name }) => [name, rows[name] ?? {}]));

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** A shop of the sandbox, whose history is always the same and ended at midnight. */
export async function openShopifyShop(stream: Stream, records: number): Promise<Shop> {
  const sandbox = await startSandbox({ seed: 11, orders: records });
  const simulator = sandbox.simulators.get('shopify')!;
  const kind = stream.name.slice('shopify.'.length);
  const truth = (): Truth => only(stream, simulator.rows!('demo'));
  const edit = (op: string, count: number): void => {
    // Not in the second in which a run begins: whether that is in its window is a matter of luck.
    const at = earlier(new Date(), minutes(1)).toISOString();
    const done = sandbox.edit({ op, stream: kind, count, at });
    if ('error' in done) throw new Error(`${op} of ${count} ${kind}: ${JSON.stringify(done)}`);
  };
  return {
    url: `${sandbox.url}/shopify/demo`,
    credentials: DEMO_STATIC_CREDENTIALS,
    calls: () => sum(Object.values(sandbox.ledger.read().accounts['shopify/demo']?.operations ?? {})),
    truth,
    oldest: () =>
      new Date(
        Math.min(
          ...Object.values(truth()[stream.into.name]!).map((row) =>
            Date.parse(row['source_updated_at'] as string),
          ),
        ),
      ),
    touch: (count) => edit('touch', count),
    remove: (count) => edit('delete', count),
    corrupt: (count) =>
      void sandbox.turn({ corrupt: { stream: kind, count, set: { updatedAt: 'yesterday' } } }),
    mend: () => void sandbox.turn({ corrupt: null }),
    wire: () => {
      throw new Error('the wire of a sandbox is read by calls only');
    },
    close: () => sandbox.close(),
  };
}

/** Things of the fake platform, six hours apart up to now, some of them with more parts than come at once. */
export function openFakeShop(
  shops: DrillShops,
  stream: Stream,
  name: string,
  records: number,
  replyMs = 0,
): Shop {
  const things = manyThings(records).map((one, i) => ({
    ...one,
    updatedAt: earlier(new Date(), hours(6) * (records - i)).toISOString(),
    ...(i % 9 === 4 ? { more: [`${one.id}/2`, `${one.id}/3`, `${one.id}/4`] } : {}),
  }));
  const shop: FakeShop = shops.open(name, things, replyMs);
  shop.sorted = stream.cursor?.order === 'ascending';
  const all = (): Thing[] => shop.things as Thing[];
  const spread = (count: number, offset: number): Thing[] => {
    const sorted = [...all()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return Array.from(
      { length: count },
      (_, i) => sorted[Math.floor(((i + offset) * sorted.length) / count)]!,
    );
  };
  let broken: Thing[] = [];
  return {
    url: `${shops.url}/${name}`,
    credentials: { token: shop.token },
    calls: () => shop.requests.length,
    truth: () => only(stream, rowsOfThings(shop, stream.cursor !== undefined)),
    oldest: () => new Date(Math.min(...all().map(({ updatedAt }) => Date.parse(updatedAt)))),
    touch(count) {
      const now = Date.now();
      spread(count, 0.3).forEach((one, i) =>
        Object.assign(one, { updatedAt: new Date(now - 60_000 + i).toISOString(), qty: one.qty + 1000 }),
      );
    },
    remove(count) {
      const gone = new Set(spread(count, 0.6));
      shop.things = all().filter((one) => !gone.has(one));
    },
    corrupt(count) {
      broken = spread(count, 0.5).filter(({ more }) => more === undefined);
      for (const one of broken) one.price = 'dear';
    },
    mend() {
      for (const one of broken) one.price = `${one.qty}.50`;
    },
    wire(key) {
      return { ...all().find(({ id }) => id === key)!, rest: null };
    },
    close: async () => undefined,
  };
}

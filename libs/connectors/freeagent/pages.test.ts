import { days, earlier } from '#kernel';
import { hasNext, nextInList, totalOf, unseenIn, upTo } from './pages.js';
import { freeagent } from './platform.js';
import { NOW, readAll, stage } from './testing/stage.js';

const streamOf = (name: string) => freeagent.streams.find((one) => one.name === `freeagent.${name}`)!;
const keys = (records: readonly unknown[]): string[] =>
  records.map((record) => (record as { url: string }).url).sort();
const distinct = (records: readonly unknown[]): string[] => [...new Set(keys(records))];

describe('the link to the next page', () => {
  it.each([
    [`<https://x/v2/contacts?page=2>; rel='next', <https://x/v2/contacts?page=9>; rel='last'`, true],
    [`<https://x/v2/contacts?page=1>; rel="prev", <https://x/v2/contacts?page=3>; rel="next"`, true],
    [`<https://x/v2/contacts?page=1>; rel='prev', <https://x/v2/contacts?page=1>; rel='first'`, false],
    ['', false],
  ])('is told in %j', (link, told) => {
    expect(hasNext({ link })).toBe(told);
  });

  it('is none where there is no header, and a count that is none is none', () => {
    expect(hasNext({})).toBe(false);
    expect([totalOf({}), totalOf({ 'x-total-count': 'many' }), totalOf({ 'x-total-count': '7' })]).toEqual([
      null,
      null,
      7,
    ]);
  });
});

describe('a list turned by page number', () => {
  const page = (n: number, total: number, more: boolean) => ({
    place: n === 1 ? null : { page: n, size: 10, total: 25, restarts: 0 },
    size: 10,
    headers: { link: more ? "<x>; rel='next'" : '', 'x-total-count': String(total) },
  });

  it('goes on with the size it was begun with, to its end', () => {
    expect(nextInList(page(1, 25, true), 10)).toEqual({ page: 2, size: 10, total: 25, restarts: 0 });
    expect(nextInList({ ...page(2, 25, true), size: 100 }, 10)).toMatchObject({ page: 3, size: 10 });
    expect(nextInList(page(3, 25, false), 5)).toBeNull();
  });

  it('is begun anew where it shrank, and given up where it does not stop', () => {
    expect(nextInList(page(2, 24, true), 10)).toEqual({ page: 1, size: 10, total: 24, restarts: 1 });
    const worn = { page: 2, size: 10, total: 25, restarts: 5 };
    expect(() => nextInList({ ...page(2, 24, true), place: worn }, 10)).toThrow(/shrinks as fast/);
  });

  it('is refused where it ends before its own count', () => {
    expect(() => nextInList(page(1, 60, false), 0)).toThrow(/counts 60 records in the list and gave 0/);
  });

  it('misses nothing though rows vanish while it is read', async () => {
    const at = stage(60);
    const list = streamOf('bank_accounts');
    for (let n = 0; n < 20; n++) at.simulator.edit('demo', { op: 'add', stream: 'bank_accounts' });
    const { records } = await readAll(at, list, {
      size: 5,
      between: (n) =>
        n === 2 && at.simulator.edit('demo', { op: 'delete', stream: 'bank_accounts', count: 2 }),
    });
    expect(distinct(records)).toEqual(
      expect.arrayContaining([...Array(21).keys()].map((i) => String(i + 3))),
    );
  });
});

describe('a list sorted by change', () => {
  it.each(['contacts', 'invoices'])('of %s is walked whole, each record once', async (name) => {
    const at = stage(60);
    const { records } = await readAll(at, streamOf(name), { size: 7 });
    expect(keys(records)).toEqual(distinct(records));
    expect(records).toHaveLength(at.simulator.truth('demo').streams[`freeagent.${name}`]!.records);
  });

  it('loses nothing while records at its front are edited and move to its end', async () => {
    const at = stage(60);
    const { records } = await readAll(at, streamOf('invoices'), {
      size: 7,
      to: new Date(NOW.getTime() + 60_000),
      between: (n) => {
        at.clock.now = new Date(NOW.getTime() + n * 1000);
        if (n <= 5) at.simulator.edit('demo', { op: 'touch', count: 6 });
      },
    });
    expect(distinct(records)).toHaveLength(at.simulator.truth('demo').streams['freeagent.invoices']!.records);
  });

  it('turns pages inside one instant that holds more than a page', async () => {
    const at = stage(60);
    at.simulator.edit('demo', { op: 'touch', count: 30 });
    const { records } = await readAll(at, streamOf('invoices'), { size: 7 });
    expect(distinct(records)).toHaveLength(at.simulator.truth('demo').streams['freeagent.invoices']!.records);
  });

  it('ends at what changed after the window, and begins where the window does', async () => {
    const at = stage(60);
    const from = earlier(NOW, days(14));
    const to = earlier(NOW, days(10));
    const all = (await readAll(at, streamOf('invoices'))).records as { url: string; updated_at: Date }[];
    const { records, calls } = await readAll(at, streamOf('invoices'), { from, to, size: 7 });
    const inside = all.filter(({ updated_at: on }) => on >= from && on <= to);
    expect(inside.length).toBeGreaterThan(10);
    expect(distinct(records)).toEqual(expect.arrayContaining(keys(inside)));
    expect(calls).toBeLessThan(Math.ceil(all.length / 7));
  });

  it('is not led past others by a record whose stamp is wrong, and keeps what it cannot read', async () => {
    const at = stage(60);
    at.simulator.knobs('demo', {
      corrupt: { stream: 'contacts', count: 2, set: { updated_at: '2099-01-01T00:00:00.000Z' } },
    });
    const { records } = await readAll(at, streamOf('contacts'), { size: 3 });
    expect(distinct(records)).toHaveLength(at.simulator.truth('demo').streams['freeagent.contacts']!.records);
    expect(unseenIn([{ url: 7 }, null], { since: null, page: 1, size: 1, seen: [] })).toHaveLength(2);
  });
});

describe('what changed after the window', () => {
  const rows = ['2026-11-20T00:00:00Z', '2026-11-22T00:00:00Z', 'never'].map((updated_at) => ({
    url: 'u',
    updated_at,
  }));

  it('is left to the next run, but kept by a read of everything', () => {
    expect(upTo({ from: new Date(0), to: NOW }, rows)).toEqual([rows[0], rows[2]]);
    expect(upTo({ from: null, to: NOW }, rows)).toEqual(rows);
  });
});

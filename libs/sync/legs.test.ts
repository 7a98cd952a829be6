import { days, later } from '#kernel';
import { bankStream, day } from '../../tests/fake-bank.js';
import type { Place } from './call-spec.js';
import { legsOf, spansOf, type Standing } from './legs.js';

const at = (n: number): Date => new Date(day(n));
const window = { from: at(0), to: at(25) };
const walk = (legs: ReturnType<typeof legsOf>): string[] => {
  const seen: string[] = [];
  let here: Standing | null = legs.open(null);
  while (here) {
    const { from, to } = here.window;
    const end = legs.spanEnd(here);
    seen.push(
      `${from!.toISOString().slice(5, 10)}..${to.toISOString().slice(5, 10)} ${here.parent.id}${end ? '.' : ''}`,
    );
    const next: Place | null = legs.after(here);
    here = next === null ? null : legs.open(next);
  }
  return seen;
};

describe('the spans of a window', () => {
  const stream = bankStream('fake.entries', { maxSpan: days(10), startAt: at(0), grain: days(1) });

  it('follow each other by one grain and end where the window does', () => {
    expect(spansOf(stream, window)).toEqual([
      { from: at(0), to: at(9) },
      { from: at(10), to: at(19) },
      { from: at(20), to: at(25) },
    ]);
  });

  it('are one more for the instant that is left over', () => {
    expect(spansOf(stream, { from: at(0), to: at(10) })).toEqual([
      { from: at(0), to: at(9) },
      { from: at(10), to: at(10) },
    ]);
    expect(spansOf(stream, { from: at(0), to: later(at(10), -1) })).toHaveLength(1);
  });

  it('are the window itself where the platform sets none, or it is short', () => {
    expect(spansOf(bankStream('fake.entries'), { from: null, to: at(1) })).toEqual([
      { from: null, to: at(1) },
    ]);
    expect(spansOf(stream, { from: at(3), to: at(3) })).toEqual([{ from: at(3), to: at(3) }]);
  });
});

describe('the legs of a reading', () => {
  const stream = bankStream('fake.entries', { maxSpan: days(15), startAt: at(0), grain: days(1) });
  const parents = [{ id: 'a' }, { id: 'b' }];

  it('are all parents of a span before the next one', () => {
    expect(walk(legsOf(stream, window, parents))).toEqual([
      '11-01..11-15 a',
      '11-01..11-15 b.',
      '11-16..11-26 a',
      '11-16..11-26 b.',
    ]);
  });

  it('leave out what is to be skipped, wherever it stands', () => {
    const without = (id: string) => legsOf(stream, window, parents, (one) => one.id === id);
    expect(walk(without('b'))).toEqual(['11-01..11-15 a.', '11-16..11-26 a.']);
    expect(walk(without('a'))).toEqual(['11-01..11-15 b.', '11-16..11-26 b.']);
    expect(legsOf(stream, window, []).open(null)).toBeNull();
    expect(legsOf(stream, window, parents, () => true).open(null)).toBeNull();
  });

  it('keep a place inside them, and forget it where its leg is skipped now', () => {
    const legs = legsOf(stream, window, parents);
    const place = legs.onward(legs.open(legs.after(legs.open(null)!))!, { page: 7 });
    expect(legs.open(place)).toMatchObject({ parent: { id: 'b' }, at: { page: 7 } });
    expect(legsOf(stream, window, parents, ({ id }) => id === 'b').open(place)).toMatchObject({
      parent: { id: 'a' },
      window: { from: at(15) },
      at: null,
    });
  });

  it('are one, with the stream’s own places, where it has neither parents nor spans', () => {
    const legs = legsOf(bankStream('fake.entries', {}, { each: undefined }), window, []);
    const here = legs.open({ after: 'x' })!;
    expect(here).toMatchObject({ window, at: { after: 'x' } });
    expect(legs.onward(here, { after: 'y' })).toEqual({ after: 'y' });
    expect(legs.after(here)).toBeNull();
  });
});

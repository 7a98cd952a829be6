import type { ConsoleOptions } from '../options.js';
import { forgetReads, sharedRead } from './shared-reads.js';

const AT = new Date('2026-11-21T10:00:00.000Z');
const later = (ms: number): Date => new Date(AT.getTime() + ms);

describe('reads that several pages ask for at once', () => {
  const options = {} as ConsoleOptions;
  let answers: ((body: string) => void)[];
  beforeEach(() => void (answers = []));
  const ask = (key: string, now = AT): Promise<string | null> =>
    sharedRead(options, { key, now }, () => new Promise((resolve) => answers.push(resolve)));

  it('are done once for those who ask for the same while it is read, and nothing is kept', async () => {
    const asked = [ask('a'), ask('a', later(49)), ask('b')];
    expect(answers).toHaveLength(2);
    answers[0]!('first');
    answers[1]!('other');
    expect(await Promise.all(asked)).toEqual(['first', 'first', 'other']);
    const next = ask('a');
    answers[2]!('second');
    expect(await next).toBe('second');
  });

  it('give nobody an answer that was begun before what the page was told of, or before a change', async () => {
    const old = ask('a');
    const told = ask('a', later(50));
    forgetReads(options);
    const changed = ask('a', later(50));
    answers.forEach((answer, i) => answer(`read ${i}`));
    expect(await Promise.all([old, told, changed])).toEqual(['read 0', 'read 1', 'read 2']);
  });

  it('fail together, and are tried again by whoever asks next', async () => {
    const lost = sharedRead(options, { key: 'a', now: AT }, () => Promise.reject(new Error('lost')));
    const beside = ask('a');
    await expect(lost).rejects.toThrow('lost');
    await expect(beside).rejects.toThrow('lost');
    const next = ask('a');
    answers[0]!('there');
    expect(await next).toBe('there');
  });
});

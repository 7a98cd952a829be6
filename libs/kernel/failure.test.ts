import { asFailure, Failure, OUTCOME, type FailureKind } from './failure.js';
import { newId, newShortId } from './id.js';

describe('a failure', () => {
  it.each<[FailureKind, string]>([
    ['throttled', 'snooze'],
    ['transient', 'retry'],
    ['credential', 'cancel'],
    ['refused', 'cancel'],
    ['config', 'cancel'],
    ['bug', 'cancel'],
  ])('of kind %s has the outcome %s', (kind, outcome) => {
    expect(new Failure(kind, 'x').outcome).toBe(outcome);
    expect(OUTCOME[kind]).toBe(outcome);
  });

  it('carries its cause, its instant and what was said', () => {
    const [cause, retryAt] = [new Error('below'), new Date(0)];
    const failure = new Failure('throttled', 'above', { cause, retryAt, detail: 'said' });
    expect(failure).toMatchObject({ name: 'Failure', message: 'above', cause, retryAt, detail: 'said' });
    expect('cause' in new Failure('bug', 'x')).toBe(false);
  });

  it('can be written down, whatever the platform said', () => {
    const failure = new Failure('bug', 'said a\0b', { detail: 'half \ud83d, whole 😀' });
    expect(failure).toMatchObject({ message: 'said a\uFFFDb', detail: 'half \uFFFD, whole 😀' });
  });
});

describe('anything thrown', () => {
  it('is a failure: itself where it is one, a bug of ours otherwise', () => {
    const failure = new Failure('refused', 'no');
    expect(asFailure(failure)).toBe(failure);
    const error = new TypeError('x is not a function');
    expect(asFailure(error)).toMatchObject({ kind: 'bug', message: 'x is not a function', cause: error });
    for (const thrown of ['text', 7, null, undefined, new Error('')])
      expect(asFailure(thrown)).toMatchObject({ kind: 'bug', message: expect.stringMatching(/./) as string });
  });
});

describe('recursion that went too deep', () => {
  it('is told as such', () => {
    const deeper = (n: number): number => deeper(n + 1) + 1;
    let thrown: unknown;
    try {
      deeper(0);
    } catch (error) {
      thrown = error;
    }
    expect(asFailure(thrown).message).toMatch(
      /^what was read nests deeper than can be followed \(Maximum call/,
    );
  });
});

describe('an id', () => {
  it('is new each time, and fit for a queue', () => {
    const ids = Array.from({ length: 1000 }, () => newShortId('conn'));
    expect(new Set(ids).size).toBe(1000);
    for (const id of ids) expect(id).toMatch(/^conn_[0-9a-f]{12}$/);
    expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(newId()).not.toBe(newId());
  });
});

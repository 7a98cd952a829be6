import { PER_ADDRESS, PER_NAME, signInLimit, WINDOW, type SignInLimit } from './sign-in-limit.js';

describe('the sign-in limit', () => {
  let now: Date;
  let limit: SignInLimit;

  beforeEach(() => {
    now = new Date('2026-01-01T00:00:00Z');
    limit = signInLimit(() => now);
  });

  const fill = (n: number, name: (i: number) => string, address: (i: number) => string): void => {
    for (let i = 0; i < n; i++) expect(limit.enter(name(i), address(i))).toBeNull();
  };

  it('refuses a name after its attempts, from any address, in any case', () => {
    fill(
      PER_NAME,
      (i) => (i % 2 ? 'ADA' : 'ada'),
      (i) => `10.0.0.${i}`,
    );
    expect(limit.enter('Ada', '10.0.1.1')).toEqual({ retryAfter: WINDOW / 1000 });
    expect(limit.enter('grace', '10.0.1.1')).toBeNull();
  });

  it('refuses an address after its attempts, for any name', () => {
    fill(
      PER_ADDRESS,
      (i) => `user ${i}`,
      () => '10.0.0.1',
    );
    expect(limit.enter('another', '10.0.0.1')).not.toBeNull();
    expect(limit.enter('another', '10.0.0.2')).toBeNull();
  });

  it('lets in again when the window has passed, and says when', () => {
    fill(
      PER_NAME,
      () => 'ada',
      () => '10.0.0.1',
    );
    now = new Date(now.getTime() + WINDOW - 1000);
    expect(limit.enter('ada', '10.0.0.1')).toEqual({ retryAfter: 1 });
    now = new Date(now.getTime() + 1000);
    expect(limit.enter('ada', '10.0.0.1')).toBeNull();
  });

  it('forgets the failures of a name that signed in', () => {
    fill(
      PER_NAME - 1,
      () => 'ada',
      () => '10.0.0.1',
    );
    limit.succeeded('ada', '10.0.0.1');
    fill(
      PER_NAME,
      () => 'ada',
      () => '10.0.0.1',
    );
  });
});

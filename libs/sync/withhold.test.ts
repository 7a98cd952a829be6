import { classify, type Reply } from '#http';
import { Failure } from '#kernel';
import { judgedWithout } from './withhold.js';

const NOW = new Date('2026-02-03T04:05:06Z');
const SECRETS = {
  accessToken: 'opaque/0123+"quoted"',
  app: { secret: 'opaque/0123' },
  short: 'id',
  spaced: 'a (wrong) one!',
  half: 'half of it \ud800',
};
const reply = (body: unknown, status = 400): Reply => ({ status, headers: {}, body, ms: 1, attempts: 1 });
const told = (body: unknown): string | undefined =>
  judgedWithout(reply(body), SECRETS, (one) => classify(one, NOW))?.detail;

describe('a refusal that says the credentials back', () => {
  it.each([
    ['as text', `token ${SECRETS.accessToken} is unknown`, 'token [redacted] is unknown'],
    ['in a field', { message: `no ${SECRETS.app.secret} here` }, '{"message":"no [redacted] here"}'],
    ['escaped', { message: `no ${SECRETS.accessToken}` }, '{"message":"no [redacted]"}'],
    ['in an address', `at ${encodeURIComponent(SECRETS.accessToken)}?id=1`, 'at [redacted]?id=1'],
    ['in a form', new URLSearchParams({ x: SECRETS.spaced, id: '1' }).toString(), 'x=[redacted]&id=1'],
    ['of half a character', `no ${SECRETS.half}`, 'no [redacted]'],
    ['as a name', { [SECRETS.app.secret]: 1 }, '{"[redacted]":1}'],
    ['not at all', { id: 'id' }, '{"id":"id"}'],
  ])('%s, is told without them', (_, body, said) => {
    expect(told(body)).toBe(said);
  });

  it('has no half of one left where its text is cut', () => {
    const said = told(`${'x'.repeat(490)} ${SECRETS.accessToken} is unknown`)!;
    expect(said.slice(491)).toBe('[redacted'.slice(0, 9));
  });

  it('is the same failure where its body nests too deep to be written', () => {
    let body: unknown = SECRETS.accessToken;
    for (let level = 0; level < 20_000; level++) body = [body];
    const failure = new Failure('refused', 'the platform says no');
    expect(judgedWithout(reply(body, 200), SECRETS, (one) => (one.body === body ? failure : null))).toBe(
      failure,
    );
  });

  it('is no refusal where the platform did not refuse', () => {
    expect(
      judgedWithout(reply({ id: SECRETS.app.secret }, 200), SECRETS, (one) => classify(one, NOW)),
    ).toBeUndefined();
  });
});

import fc from 'fast-check';
import { Failure } from '#kernel';
import { createLogger, redactText, type Logger } from './index.js';

const SHOPIFY = 'shpat_0123456789abcdef0123456789abcdef';
const SECRET = 's3cr3t-Va1ue.With_~Odd+Signs/=';

function recorded(): { logger: Logger; text: () => string; lines: () => Record<string, unknown>[] } {
  const lines: string[] = [];
  return {
    logger: createLogger({ level: 'debug', process: 'test', write: (line) => lines.push(line) }),
    text: () => lines.join(''),
    lines: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('redactText', () => {
  it.each([
    ['a Shopify token', `the token ${SHOPIFY} was refused`],
    ['a bearer header', `Authorization: Bearer ${SECRET}`],
    ['a basic header', `authorization: Basic dXNlcjpwYXNzd29yZA==`],
    ['a password in a URL', `cannot reach postgres://user:${SECRET.replaceAll('/', '')}@db:5432/shop`],
    ['a token in a query', `GET https://x.example/cb?access_token=${SECRET}&shop=demo`],
    ['a token in JSON', `{"access_token":"${SECRET}","expires_in":3600}`],
    ['a token in JSON inside JSON', JSON.stringify({ body: JSON.stringify({ refresh_token: SECRET }) })],
    ['a secret in JSON with spaces', `{ "client_secret" : "${SECRET}" }`],
    ['a token in camel case', `refreshToken: ${SECRET}`],
    ['a client secret in a form', `client_id=1&client_secret=${SECRET}&grant_type=x`],
    ['an API key', `api-key=${SECRET}`],
    ['a header of Shopify', `x-shopify-access-token: ${SECRET}`],
    [
      'a JSON web token',
      'token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U',
    ],
    ['our own key', `STRATUS_SECRET_KEY=${SECRET}`],
    ['a password', `password=${SECRET}`],
    ['a cookie', `set-cookie: sid=${SECRET}; HttpOnly`],
  ])('takes out %s', (_, text) => {
    const left = redactText(text);
    for (const secret of [
      SHOPIFY,
      SECRET,
      SECRET.replaceAll('/', ''),
      'dXNlcjpwYXNzd29yZA==',
      'dozjgNryP4J3jVmNHl0w5N',
    ])
      expect(left).not.toContain(secret);
    expect(left).toContain('[redacted]');
  });

  it.each([
    'the token was refused: connect the account again',
    'shopify.orders: 5 of 10 records of one page do not parse (qty: expected number)',
    'https://demo.myshopify.com/admin/api/2026-10/graphql.json',
    'run 3f0c answered in 12:30:45 with 200: 10 rows',
  ])('leaves %p alone', (text) => {
    expect(redactText(text)).toBe(text);
  });

  it('leaves nothing of a token wherever it stands', () => {
    const token = fc.stringMatching(/^shp(at|ca|rt)_[A-Za-z0-9]{24,40}$/);
    fc.assert(
      fc.property(fc.string(), token, fc.string(), (before, secret, after) => {
        expect(redactText(`${before} ${secret} ${after}`)).not.toContain(secret);
      }),
    );
  });

  it('takes time in proportion to the text', () => {
    const long = `${'a'.repeat(50_000)}:${'/'.repeat(50_000)}"access_token`.repeat(2);
    const started = performance.now();
    redactText(long);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('a log line', () => {
  const everywhere: readonly (readonly [string, (logger: Logger) => void])[] = [
    ['the message', (logger) => logger.info({}, `got ${SHOPIFY} and password=${SECRET}`)],
    [
      'a field by name',
      (logger) => logger.info({ token: SECRET, accessToken: SHOPIFY, credentials: { a: SECRET } }, 'x'),
    ],
    [
      'a field deep inside',
      (logger) =>
        logger.info({ a: { b: { c: { d: { refreshToken: SECRET, list: [{ password: SECRET }] } } } } }, 'x'),
    ],
    [
      'a header',
      (logger) =>
        logger.info(
          { headers: { Authorization: SECRET, 'X-Shopify-Access-Token': SHOPIFY, Cookie: SECRET } },
          'x',
        ),
    ],
    [
      'the text of a field',
      (logger) =>
        logger.info({ url: `https://x/?access_token=${SECRET}`, body: { note: `is ${SHOPIFY}` } }, 'x'),
    ],
    ['a list', (logger) => logger.info({ tried: [`Bearer ${SECRET}`, SHOPIFY] }, 'x')],
    ['an error', (logger) => logger.error({ error: new Error(`refused ${SHOPIFY}`) }, 'x')],
    [
      'an error under another name',
      (logger) => logger.error({ err: new Error(`Bearer ${SECRET}`), reason: new Error(SHOPIFY) }, 'x'),
    ],
    [
      'an error’s own fields',
      (logger) =>
        logger.error(
          { error: Object.assign(new Error('x'), { config: { headers: { authorization: SECRET } } }) },
          'x',
        ),
    ],
    [
      'an error’s cause',
      (logger) => logger.error({ error: new Failure('bug', 'x', { cause: new Error(SHOPIFY) }) }, 'x'),
    ],
    [
      'a child’s fields',
      (logger) => logger.child({ token: SECRET, note: SHOPIFY, deep: { password: SECRET } }).info({}, 'x'),
    ],
    ['a child’s message', (logger) => logger.child({ run: 1 }).warn({}, `Bearer ${SECRET}`)],
  ];

  it.each(everywhere)('holds no secret in %s', (_, write) => {
    const { logger, text } = recorded();
    write(logger);
    expect(text()).not.toBe('');
    for (const secret of [SHOPIFY, SECRET]) expect(text()).not.toContain(secret);
  });

  it('says the rest, and where it comes from', () => {
    const { logger, lines } = recorded();
    logger
      .child({ run: 'r1' })
      .info({ stream: 'shopify.orders', at: new Date(0), n: 3, none: null }, 'page committed');
    expect(lines()).toMatchObject([
      {
        level: 'info',
        process: 'test',
        pid: process.pid,
        run: 'r1',
        stream: 'shopify.orders',
        at: '1970-01-01T00:00:00.000Z',
        n: 3,
        none: null,
        msg: 'page committed',
      },
    ]);
  });

  it('names an error and its kind, without its stack', () => {
    const { logger, lines, text } = recorded();
    logger.error({ error: new Failure('transient', 'the platform failed inside') }, 'x');
    expect(lines()[0]?.['error']).toMatchObject({ name: 'Failure', message: 'the platform failed inside' });
    expect(text()).not.toContain('node_modules');
  });

  it('survives what refers to itself', () => {
    const { logger, lines } = recorded();
    const round: Record<string, unknown> = { a: 1 };
    round['self'] = round;
    logger.info({ round }, 'x');
    expect(lines()[0]).toMatchObject({ msg: 'x' });
  });

  it('is not written below its level', () => {
    const written: string[] = [];
    const logger = createLogger({ level: 'warn', process: 'test', write: (line) => written.push(line) });
    logger.info({}, 'no');
    logger.warn({}, 'yes');
    expect(written).toHaveLength(1);
  });
});

import { Failure } from '#kernel';
import { readEnv } from './env.js';
import { explain, VARIABLE_NAMES } from './variables.js';

const KEY = Buffer.alloc(32, 7).toString('base64');

function mistakes(env: Record<string, string>): string {
  try {
    readEnv(env);
  } catch (error) {
    expect(error).toBeInstanceOf(Failure);
    expect((error as Failure).kind).toBe('config');
    return (error as Failure).message;
  }
  throw new Error('no mistake was found');
}

describe('readEnv', () => {
  it('runs embedded on the defaults when nothing is set', () => {
    expect(readEnv({ PATH: '/bin', HOST: '' })).toMatchObject({
      mode: 'embedded',
      redisUrl: undefined,
      dataDir: '.stratus',
      configFile: 'config/stratus.yaml',
      host: '127.0.0.1',
      port: 8080,
      concurrency: 8,
      lockMs: 30_000,
      leaseMs: 60_000,
      reconcileMs: 30_000,
      sliceMs: 60_000,
      stopMs: 20_000,
      queuePrefix: '{stratus}',
      trustProxy: 0,
      secureCookies: false,
      logLevel: undefined,
    });
  });

  it('is a cluster when both stores are set', () => {
    const env = readEnv({
      REDIS_URL: 'rediss://user:pass@redis:6380/1',
      DATABASE_URL: 'postgresql://s:s@db/stratus',
      STRATUS_SECRET_KEY: `${KEY},${KEY}`,
      STRATUS_SECURE_COOKIES: 'true',
      LOG_LEVEL: 'WARNING',
    });
    expect(env).toMatchObject({ mode: 'cluster', secureCookies: true, logLevel: 'warn' });
  });

  it.each([
    ['REDIS_URL', 'redis://redis:6379', 'DATABASE_URL'],
    ['DATABASE_URL', 'postgres://db/stratus', 'REDIS_URL'],
  ])('refuses %s alone', (name, value, other) => {
    expect(mistakes({ [name]: value })).toContain(`${name} is set and ${other} is not`);
  });

  it.each([
    ['PORT', 'http', 'PORT is "http"; allowed: a whole number from 0 to 65535.'],
    ['PORT', '70000', 'PORT is "70000"; allowed: a whole number from 0 to 65535.'],
    ['STRATUS_LOCK_MS', '30s', 'STRATUS_LOCK_MS is "30s"; allowed: whole milliseconds from 1000 to 600000.'],
    ['STRATUS_CONCURRENCY', '0', 'STRATUS_CONCURRENCY is "0"; allowed: a whole number from 1 to 256.'],
    [
      'STRATUS_QUEUE_PREFIX',
      'a:b',
      'STRATUS_QUEUE_PREFIX is "a:b"; allowed: a word without colons or spaces.',
    ],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL is "loud"; allowed: trace, debug, info, warn, error, fatal, silent.'],
    ['STRATUS_SECURE_COOKIES', 'maybe', 'STRATUS_SECURE_COOKIES is "maybe"; allowed: true or false.'],
    ['SHOPIFY_SHOP', 'shop.example.com', 'allowed: a shop such as your-store or your-store.myshopify.com.'],
  ])('says what is wrong with %s=%s', (name, value, sentence) => {
    expect(mistakes({ [name]: value })).toContain(sentence);
  });

  it('never shows a secret', () => {
    const secrets = VARIABLE_NAMES.filter((name) => explain(name).secret);
    const said = mistakes(Object.fromEntries(secrets.map((name) => [name, 'hunter2'])));
    expect(said).not.toContain('hunter2');
    expect(said).toContain('DATABASE_URL holds a value that cannot be used (not shown: it is a secret)');
    expect(said).toContain('STRATUS_SECRET_KEY holds');
  });

  it('sends mail where a server is named, from somebody', () => {
    expect(readEnv({}).mail).toBeUndefined();
    expect(readEnv({ SMTP_HOST: 'smtp.example', SMTP_USER: 'me@shop.example' }).mail).toEqual({
      host: 'smtp.example',
      port: 587,
      user: 'me@shop.example',
      password: undefined,
      from: 'me@shop.example',
    });
    expect(mistakes({ SMTP_HOST: 'smtp.example' })).toContain('SMTP_FROM');
  });

  it('names every mistake at once', () => {
    const said = mistakes({ PORT: 'x', STRATUS_STOP_MS: '-1', REDIS_URL: 'redis://r' });
    expect(said).toMatch(/PORT.*\nSTRATUS_STOP_MS.*\nREDIS_URL is set/);
  });

  it('answers a misspelled name, and leaves the names of others alone', () => {
    expect(mistakes({ STRATUS_CONCURENCY: '8' })).toContain('did you mean STRATUS_CONCURRENCY?');
    expect(() => readEnv({ STRATUS_SHARED_DIR: '/x', SOMETHING_ELSE: '1' })).not.toThrow();
  });

  it('hands the platforms what is theirs and nothing else', () => {
    const { platforms, lookbacks } = readEnv({
      SHOPIFY_SHOP: 'a.myshopify.com',
      SHOPIFY_ACCESS_TOKEN: 'shpat_1',
      SHOPIFY_SYNC_LOOKBACK_HOURS: '24',
      SHIPBOB_TOKEN: 'sb',
      SHIPBOB_RETURNS_LOOKBACK_DAYS: '30',
      METRICS_TOKEN: 'm'.repeat(16),
    });
    expect(platforms).toMatchObject({ SHOPIFY_SHOP: 'a.myshopify.com', SHOPIFY_ACCESS_TOKEN: 'shpat_1' });
    expect(platforms).toMatchObject({ SHIPBOB_TOKEN: 'sb' });
    expect(
      Object.keys(platforms).filter((name) => !/^(?:SHOPIFY|FREEAGENT|SHIPBOB|AMZ)_/.test(name)),
    ).toEqual([]);
    expect(lookbacks).toMatchObject({ 'shopify.': 86_400_000, 'shipbob.returns': 30 * 86_400_000 });
    expect(lookbacks['shipbob.orders']).toBeUndefined();
  });
});

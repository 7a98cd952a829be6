import { readFileSync } from 'node:fs';
import { platforms } from '#catalog';
import type { Failure } from '#kernel';
import { readStratusFile, type StratusConfig } from './stratus-file.js';

const KNOWN = [
  { platform: 'shopify', streams: ['shopify.orders', 'shopify.customers'] },
  { platform: 'xero', streams: ['invoices'] },
];

const read = (text: string): StratusConfig => readStratusFile(text, 'stratus.yaml', KNOWN);

function mistakes(text: string): string {
  try {
    read(text);
  } catch (error) {
    expect((error as Failure).kind).toBe('config');
    return (error as Failure).message;
  }
  throw new Error('no mistake was found');
}

/** A file with one setting of one stream, on line 4. */
const orders = (setting: string): string => `integrations:\n  shopify:\n    orders:\n      ${setting}\n`;

describe('readStratusFile', () => {
  it('reads schedules, lookbacks and switches', () => {
    const config = read(`
global:
  timezone: UTC
  log_level: INFO
integrations:
  shopify:
    enabled: true
    orders:
      enabled: true
      schedule: "0 * * * *"  # every hour
      lookback_hours: 24
    customers:
      enabled: false
      every: 15m
      lookback_days: 2
  xero:
    invoices: { every: 1.5h, lookback: 30m }
`);
    expect(config.logLevel).toBe('info');
    expect(Object.fromEntries(config.streams)).toEqual({
      'shopify.orders': { enabled: true, schedule: { pattern: '0 * * * *' }, lookbackMs: 86_400_000 },
      'shopify.customers': { enabled: false, schedule: { every: 900_000 }, lookbackMs: 172_800_000 },
      'xero.invoices': { enabled: true, schedule: { every: 5_400_000 }, lookbackMs: 1_800_000 },
    });
  });

  it('turns streams off by the list of what the account has', () => {
    const { streams } = read(
      'integrations:\n  shopify:\n    features: { orders: false, customers: true }\n    orders: { every: 15m }\n',
    );
    expect(Object.fromEntries(streams)).toEqual({
      'shopify.orders': { enabled: false, schedule: { every: 900_000 } },
    });
    expect(mistakes('integrations:\n  shopify:\n    features: { oders: false }\n')).toMatch(
      /stratus\.yaml:3:\d+ integrations\.shopify\.features\.oders is not known; allowed: orders, customers; did you mean orders\?/,
    );
  });

  it('turns every stream of a platform off with the platform', () => {
    const { streams } = read(
      'integrations:\n  shopify:\n    enabled: false\n    orders: { enabled: true }\n',
    );
    expect(Object.fromEntries(streams)).toEqual({
      'shopify.orders': { enabled: false },
      'shopify.customers': { enabled: false },
    });
  });

  it.each(['', '# nothing\n', 'global: {}\n'])('leaves all to the catalog where it is silent: %j', (text) => {
    expect(read(text)).toEqual({ logLevel: undefined, streams: new Map() });
  });

  it.each([
    ['every: 15 minutes', 'every is "15 minutes"; allowed: a span such as 90s, 15m, 24h or 7d'],
    ['every: 15', 'every is 15; allowed: a span such as 90s, 15m, 24h or 7d'],
    ['every: 10ms', 'every is "10ms"; allowed: a span from 1s to 366d'],
    ['schedule: "99 * * * *"', 'schedule is "99 * * * *"; allowed: a cron pattern in UTC'],
    ['schedule: "* *"', 'schedule is "* *"; allowed: a cron pattern in UTC of five fields'],
    ['schedule: "0 0 31 2 *"', 'schedule is "0 0 31 2 *"; allowed: a cron pattern'],
    ['enabled: yes', 'enabled is "yes"; allowed: true or false'],
    ['lookback_hours: -1', 'lookback_hours is -1; allowed: from 0 to 8784'],
    ['lookback: soon', 'lookback is "soon"; allowed: a span such as'],
  ])('names the place and the allowed values for %s', (setting, sentence) => {
    expect(mistakes(orders(setting))).toContain(`stratus.yaml:4:7 integrations.shopify.orders.${sentence}`);
  });

  it.each([
    ['off', 'off'],
    ['false', 'off'],
    ['6h', { every: 21_600_000 }],
    ['"30 2 * * *"', { pattern: '30 2 * * *' }],
  ])('reads when ids are compared: %s', (text, reconcile) => {
    expect(read(orders(`reconcile: ${text}`)).streams.get('shopify.orders')).toEqual({
      enabled: true,
      reconcile,
    });
  });

  it.each(['nightly', 'on', '5', '1s', '400d', '"30 2 * *"', '[1h]'])(
    'says when ids may be compared where it reads %s',
    (text) => {
      expect(mistakes(orders(`reconcile: ${text}`))).toMatch(
        /stratus\.yaml:4:7 integrations\.shopify\.orders\.reconcile is .+; allowed: off, a cron pattern/,
      );
    },
  );

  it('refuses two answers to one question', () => {
    const said = mistakes(
      orders('every: 1h\n      schedule: "0 * * * *"\n      lookback: 1h\n      lookback_days: 1'),
    );
    expect(said).toContain('stratus.yaml:4:7 integrations.shopify.orders.every');
    expect(said).toContain('schedule or every, not both');
    expect(said).toContain(
      'stratus.yaml:7:7 integrations.shopify.orders.lookback_days is 1; allowed: lookback or lookback_days, not both',
    );
  });

  it.each([
    [
      'integrations:\n  shopify:\n    order: {}\n',
      '3:5 integrations.shopify.order is not known; allowed: enabled, features, orders, customers; did you mean orders?',
    ],
    ['integrations:\n  amazon: {}\n', '2:3 integrations.amazon is not known; allowed: shopify, xero'],
    [
      orders('evry: 1h'),
      '4:7 integrations.shopify.orders.evry is not known; allowed: enabled, schedule, every, lookback, reconcile, lookback_hours, lookback_days; did you mean every?',
    ],
    ['globl: {}\n', '1:1 globl is not known; allowed: global, integrations; did you mean global?'],
    [
      'integrations:\n  shopify: on\n',
      '2:3 integrations.shopify is "on"; allowed: a map of enabled, features, orders, customers',
    ],
    ['global:\n  timezone: Europe/London\n', '2:3 global.timezone is "Europe/London"; allowed: UTC'],
    ['global:\n  log_level: loud\n', '2:3 global.log_level is "loud"; allowed: trace, debug, info, warn'],
    ['- a\n- b\n', '1:1 the file is ["a","b"]; allowed: a map of global, integrations'],
    ['global: {}\nglobal: {}\n', '2:1 this key stands twice in its map'],
    ['global:\n\ttimezone: UTC\n', '2:1 the line is indented with a tab; allowed: spaces'],
    ['global: [\n', 'is not YAML'],
  ])('names the place of a mistake in %j', (text, sentence) => {
    expect(mistakes(text)).toContain(sentence);
    expect(mistakes(text)).toMatch(/^stratus\.yaml:\d+:\d+ /);
  });

  it('names every mistake of a file at once', () => {
    expect(
      mistakes('globl: {}\nintegrations:\n  shopify:\n    orders: { every: soon }\n').split('\n'),
    ).toHaveLength(2);
  });
});

describe('config/stratus.yaml', () => {
  it('names streams that the catalog has, and each with a schedule', () => {
    const known = platforms.map(({ name, streams }) => ({
      platform: name,
      streams: streams.map((stream) => stream.name),
    }));
    const file = new URL('./stratus.yaml', import.meta.url);
    const { streams } = readStratusFile(readFileSync(file, 'utf8'), 'config/stratus.yaml', known);
    expect([...streams].map(([name, { enabled, schedule }]) => [name, enabled, schedule])).toEqual([
      ['shopify.orders', true, { every: 900_000 }],
      ['shopify.customers', true, { every: 3_600_000 }],
      ['shopify.products', true, { every: 21_600_000 }],
      ['shopify.fulfillments', true, { every: 600_000 }],
      ['shopify.refunds', true, { every: 3_600_000 }],
      ['shopify.transactions', true, { every: 3_600_000 }],
      ['shopify.locations', true, { every: 86_400_000 }],
      ['shopify.inventory', true, { every: 7_200_000 }],
      ['shopify.payouts', true, { every: 21_600_000 }],
      ['freeagent.invoices', true, { pattern: '0 6 * * *' }],
      ['freeagent.contacts', true, { pattern: '0 5 * * *' }],
      ['freeagent.bills', true, { pattern: '15 6 * * *' }],
      ['freeagent.categories', true, { pattern: '30 4 * * *' }],
      ['freeagent.bank_accounts', true, { pattern: '45 6 * * *' }],
      ['freeagent.bank_transactions', true, { pattern: '0 7 * * *' }],
      ['freeagent.bank_transaction_explanations', true, { pattern: '15 7 * * *' }],
      ['freeagent.transactions', true, { pattern: '30 7 * * *' }],
      ['freeagent.users', true, { pattern: '45 4 * * *' }],
      ['amazon.orders', true, { every: 600_000 }],
      ['amazon.inventory', true, { every: 14_400_000 }],
      ['amazon.settlements', true, { every: 28_800_000 }],
      ['amazon.transactions', true, { every: 21_600_000 }],
      ['shipbob.inventory', true, { pattern: '0 */2 * * *' }],
      ['shipbob.orders', true, { pattern: '0 * * * *' }],
      ['shipbob.returns', true, { pattern: '0 4 * * *' }],
      ['shipbob.receiving', true, { pattern: '15 4 * * *' }],
      ['shipbob.products', true, { pattern: '30 3 * * *' }],
      ['shipbob.fulfillment_centers', true, { pattern: '45 3 * * *' }],
    ]);
  });
});

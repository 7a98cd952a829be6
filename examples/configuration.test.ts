import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { platforms } from '#catalog';
import { readStratusFile } from '#config';
import { createMetrics, silentLogger } from '#telemetry';
import { scrape } from '../apps/console/scrape.js';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

describe('busy-shop.yaml', () => {
  it('says what it claims', () => {
    const known = platforms.map(({ name, streams }) => ({
      platform: name,
      streams: streams.map((stream) => stream.name),
    }));
    const { streams, logLevel } = readStratusFile(read('busy-shop.yaml'), 'busy-shop.yaml', known);
    expect(logLevel).toBe('warn');
    expect(Object.fromEntries(streams)).toEqual({
      'shopify.orders': { enabled: true, schedule: { every: 120_000 }, lookbackMs: 86_400_000 },
      'shopify.customers': { enabled: true, schedule: { pattern: '30 2 * * *' } },
      'shopify.products': { enabled: false },
    });
  });
});

describe('prometheus-alerts.yaml', () => {
  interface Rules {
    readonly groups: readonly {
      readonly rules: readonly { readonly alert: string; readonly expr: string }[];
    }[];
  }
  const rules = (parse(read('prometheus-alerts.yaml')) as Rules).groups.flatMap((group) => group.rules);

  it.each(rules)('$alert asks for a metric that is there', ({ expr }) => {
    const metrics = createMetrics();
    // The gauges that a scrape fills are made with its handler; nothing is asked of the stores here.
    scrape({ metrics, logger: silentLogger } as Parameters<typeof scrape>[0]);
    const [name = ''] = /stratus_\w+/.exec(expr) ?? [];
    expect(metrics.registry.getSingleMetric(name)).toBeDefined();
    for (const [, label = ''] of expr.matchAll(/(\w+)!?="/g))
      expect(metrics.registry.getSingleMetric(name)).toMatchObject({
        labelNames: expect.arrayContaining([label]) as string[],
      });
  });
});

import { snakeCase } from '#warehouse/tables';
import { platformOf, platforms, streamOf, streamsDoc } from './index.js';

const streams = platforms.flatMap((platform) => platform.streams);

describe('the catalog', () => {
  it('finds every platform and stream by its own name', () => {
    for (const platform of platforms) expect(platformOf(platform.name)).toBe(platform);
    for (const stream of streams) expect(streamOf(stream.name)).toBe(stream);
  });

  it('holds each name once', () => {
    expect(new Set(platforms.map(({ name }) => name)).size).toBe(platforms.length);
    expect(new Set(streams.map(({ name }) => name)).size).toBe(streams.length);
  });

  it.each([
    ['shopify.order', 'shopify.orders'],
    ['orders', 'shopify.orders'],
    ['Shopify.Products', 'shopify.products'],
    ['shopfy.customers', 'shopify.customers'],
  ])('asks whether %s meant %s', (typed, meant) => {
    expect(() => streamOf(typed)).toThrow(`did you mean ${meant}?`);
  });

  it('lists what it knows, and guesses nothing where nothing is near', () => {
    expect(() => streamOf('zzz')).toThrow(/^unknown stream "zzz"; known: .*shopify\.orders[^?]*$/);
    expect(() => platformOf('zzz')).toThrow(/^unknown platform "zzz"; known: .*shopify/);
  });
});

describe('streams that share a table', () => {
  it('are parts of the one that fills it whole: a full read of theirs marks nothing gone', () => {
    for (const platform of platforms)
      for (const { into } of platform.streams) {
        const whole = platform.streams.filter((stream) => stream.into === into && !stream.part);
        expect(whole.map(({ name }) => name)).toHaveLength(1);
      }
  });
});

describe('the page of streams', () => {
  const page = streamsDoc();

  it('names every stream and every column it fills', () => {
    for (const stream of streams) {
      expect(page).toContain(`\`${stream.name}\``);
      for (const table of [stream.into, ...stream.children.map((child) => child.into)])
        for (const column of Object.keys(table.columns)) expect(page).toContain(`\`${snakeCase(column)}\``);
    }
  });

  it('describes a table once, however many streams fill it', () => {
    const titles = page.split('\n').filter((line) => line.startsWith('### '));
    expect(new Set(titles).size).toBe(titles.length);
  });
});

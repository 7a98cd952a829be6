import { readdirSync } from 'node:fs';
import { shopify } from './platform.js';
import { fixture } from './testing/fixture.js';
import { rowsOf } from './testing/rows.js';
import { misfits } from './testing/misfits.js';

const kept = readdirSync(new URL('./fixtures/', import.meta.url)).map((file) => file.replace(/\.json$/, ''));

describe.each(shopify.streams.map((stream) => [stream.name, stream] as const))('%s', (name, stream) => {
  const file = name.slice(name.indexOf('.') + 1).replaceAll('_', '-');
  const own = kept.filter((each) => each === file || each.startsWith(`${file}-`));

  it('has a kept reply', () => {
    expect(own).not.toEqual([]);
  });

  it.each(own)('reads %s into rows that fit its tables', (each) => {
    const records = rowsOf(stream, fixture(each));
    expect(records).not.toEqual([]);
    expect(new Set(records.map(({ key }) => key)).size).toBe(records.length);
    for (const { row, cursor, children } of records) {
      expect(misfits(stream.into, row)).toEqual([]);
      if (stream.cursor) expect(cursor).toBeInstanceOf(Date);
      for (const { into } of stream.children)
        for (const child of children[into.name] ?? []) expect(misfits(into, child.row)).toEqual([]);
    }
  });
});

import { readdirSync } from 'node:fs';
import { shipbob } from './platform.js';
import { fixture } from './testing/fixture.js';
import { misfits, rowsOf } from './testing/rows.js';

const kept = readdirSync(new URL('./fixtures/', import.meta.url)).map((file) => file.replace(/\.json$/, ''));

describe.each(shipbob.streams.map((stream) => [stream.name, stream] as const))('%s', (name, stream) => {
  const file = name.slice(name.indexOf('.') + 1).replaceAll('_', '-');
  const own = kept.filter((each) => each === file || each.startsWith(`${file}-`));

  it('has a kept reply', () => {
    expect(own).not.toEqual([]);
  });

  it.each(own)('reads %s into rows that fit its tables', (each) => {
    const records = rowsOf(stream, fixture(each));
    expect(records).not.toEqual([]);
    expect(new Set(records.map(({ key }) => key)).size).toBe(records.length);
    expect(misfits(stream, records)).toEqual([]);
    if (stream.cursor) for (const { cursor } of records) expect(cursor).toBeInstanceOf(Date);
  });
});

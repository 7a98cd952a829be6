import { readdirSync } from 'node:fs';
import { freeagent } from './platform.js';
import { fixture } from './testing/fixture.js';
import { misfits, parentOf, rowsOf } from './testing/rows.js';

const kept = readdirSync(new URL('./fixtures/', import.meta.url)).map((file) => file.replace(/\.json$/, ''));

/** Of `bank-transactions` and `bank-transaction-explanations` the longer name is the stream's own. */
const ownerOf = (file: string): string | undefined =>
  freeagent.streams
    .map(({ name }) => name)
    .filter((name) => {
      const list = name.slice(name.indexOf('.') + 1).replaceAll('_', '-');
      return file === list || file.startsWith(`${list}-`);
    })
    .sort((a, b) => b.length - a.length)[0];

describe.each(freeagent.streams.map((stream) => [stream.name, stream] as const))('%s', (name, stream) => {
  const own = kept.filter((file) => ownerOf(file) === name);

  it('has a kept reply', () => {
    expect(own).not.toEqual([]);
  });

  it.each(own)('reads %s into rows that fit its tables', (file) => {
    const records = rowsOf(stream, fixture(file), parentOf(stream, file));
    expect(records).not.toEqual([]);
    expect(misfits(stream, records)).toEqual([]);
    expect(new Set(records.map(({ key }) => key)).size).toBe(records.length);
    for (const { cursor } of records) if (stream.cursor) expect(cursor).toBeInstanceOf(Date);
  });
});

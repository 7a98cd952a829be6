import { readdirSync } from 'node:fs';
import { misfitOf } from '#warehouse/tables';
import { amazon } from './platform.js';
import { fixture, report } from './testing/fixture.js';
import { rowsOf } from './testing/rows.js';

const kept = readdirSync(new URL('./fixtures/', import.meta.url));

describe.each(amazon.streams.map((stream) => [stream.name, stream] as const))('%s', (name, stream) => {
  const list = name.slice('amazon.'.length);
  const own = stream.download
    ? kept.filter((file) => file.endsWith('.tsv') && file !== 'settlement-short.tsv')
    : kept.filter((file) => file === `${list}.json` || file.startsWith(`${list}-`));

  it('has a kept reply', () => {
    expect(own).not.toEqual([]);
  });

  it.each(own)('reads %s into rows that fit its tables', (file) => {
    const base = file.replace(/\.\w+$/, '');
    const body = stream.download
      ? stream.download.parse(report(base), { id: '1', createdAt: '2026-10-20T12:00:00Z' })
      : fixture(base);
    const records = rowsOf(stream, body);
    expect(records).not.toEqual([]);
    expect(new Set(records.map(({ key }) => key)).size).toBe(records.length);
    for (const { row, cursor, children } of records) {
      expect(misfitOf(stream.into, row)).toBeUndefined();
      expect(Object.keys(row).sort()).toEqual(Object.keys(stream.into.columns).sort());
      if (stream.cursor) expect(cursor).toBeInstanceOf(Date);
      for (const { into } of stream.children)
        for (const child of children[into.name] ?? []) {
          expect(misfitOf(into, child.row)).toBeUndefined();
          expect(Object.keys(child.row).sort()).toEqual(Object.keys(into.columns).sort());
        }
    }
  });
});

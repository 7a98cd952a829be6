import { NO_PARENT } from '#sync';
import { describeWith } from '../../../tests/shared.js';
import { freeagent } from './platform.js';
import {
  examplesOf,
  EXAMPLES,
  fieldsOf,
  read,
  REQUESTS,
  wrongInCall,
  wrongInRecords,
  type Described,
} from './testing/described.js';
import { exactly } from './testing/fixture.js';
import { misfits, parentOf, rowsOf } from './testing/rows.js';
import { ask, NOW, settings, stage } from './testing/stage.js';

/** Lists in the examples of one resource. */
const listsOf = (list: string): Record<string, unknown>[] =>
  examplesOf(list)
    .filter(({ request }) => request.startsWith('GET'))
    .map(({ payload }) => payload)
    .filter((payload) => Array.isArray(list === 'categories' ? payload['income_categories'] : payload[list]));

describeWith(EXAMPLES)('FreeAgent’s own examples', () => {
  it.each(freeagent.streams.map((stream) => [stream.name, stream] as const))(
    'of %s are read',
    (name, stream) => {
      const list = name.slice('freeagent.'.length);
      const bodies = listsOf(list);
      expect(bodies).not.toEqual([]);
      for (const payload of bodies) {
        const nested = { invoices: 'invoice_items', bills: 'bill_items' }[list];
        const whole = nested === undefined ? payload : withChildren(payload, list, nested);
        const rows = rowsOf(stream, exactly(whole), parentOf(stream, list));
        expect(rows).not.toEqual([]);
        expect(misfits(stream, rows)).toEqual([]);
      }
    },
  );

  it.each(freeagent.streams.map((stream) => [stream.name, stream] as const))(
    'hold every field that the sandbox serves of %s, of the same type',
    async (name, stream) => {
      const list = name.slice('freeagent.'.length);
      if (list === 'categories') return;
      const shown = listsOf(list).flatMap((payload) => payload[list] as Record<string, unknown>[]);
      const at = stage(20);
      const parent = stream.each ? { ...parentOf(stream, list), id: '1' } : NO_PARENT;
      const window = { from: new Date('2026-01-01T00:00:00Z'), to: NOW };
      const { body } = await ask(at, stream.request({ window, parent, place: null, size: 100, settings }));
      const served = (body as Record<string, Record<string, unknown>[]>)[list]!;
      expect(fieldsOf(served).size).toBeGreaterThan(5);
      expect(wrongInRecords(list, fieldsOf(shown), served)).toEqual([]);
      expect(wrongInRecords(list, fieldsOf(shown), [{ url: true, unheard_of: '1' }])).toEqual([
        `${list}.url: boolean`,
        `${list}.unheard_of: not described`,
      ]);
    },
  );
});

/** The list as it is with its lines asked for: without them records have none. */
const withChildren = (
  payload: Record<string, unknown>,
  list: string,
  nested: string,
): Record<string, unknown> => ({
  [list]: (payload[list] as Record<string, unknown>[]).map((one) => ({ [nested]: [], ...one })),
});

describeWith(REQUESTS)('every call that is made', () => {
  it('is of a path FreeAgent describes, with parameters that it has', () => {
    const described = read<Described>(REQUESTS);
    const window = { from: new Date('2026-01-01T00:00:00Z'), to: NOW };
    const calls = freeagent.streams.flatMap((stream) => [
      stream.request({ window, parent: parentOf(stream, 'sub-accounts'), place: null, size: 100, settings }),
      ...(stream.each?.list ? [stream.each.list.request({ window, place: null, settings })] : []),
    ]);
    for (const { path, query = {} } of [...calls, freeagent.probe.request(settings)])
      expect([path, wrongInCall(described, path, query)]).toEqual([path, []]);
    expect(wrongInCall(described, '/v2/contacts', { since: '2026' })).toEqual(['since: no parameter']);
  });
});

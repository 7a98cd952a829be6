import { readFileSync } from 'node:fs';
import { describeWith, sharedFile } from '../../../../tests/shared.js';
import { shipbob } from '../platform.js';
import { ask, NOW, stage } from '../testing/stage.js';
import { schemaOf, wrongIn, wrongInQuery, type OpenApi } from '../testing/openapi.js';
import { NO_PARENT, type CallSpec, type Stream } from '#sync';

const settings = { apiVersion: '2026-01', environment: 'production' as const };
const window = { from: new Date('2026-10-01T00:00:00Z'), to: NOW };

/** What a comparison by id asks: pages of ids, and records by theirs. */
const listed = ({ listing }: Stream, at: object): CallSpec[] =>
  listing
    ? [
        listing.request({ place: null, size: 250, settings: at }),
        listing.request({ place: 2, size: 250, settings: at }),
        listing.fetch.request({ ids: ['1', '22'], settings: at }),
      ]
    : [];

describe.each(['2026-01', '2025-07'])('the vendor’s description of %s', (apiVersion) => {
  const file = `specs/shipbob/openapi-${apiVersion}.json`;

  describeWith(file)('holds', () => {
    // Read when a test runs: what is skipped is gathered all the same.
    let spec: OpenApi;
    beforeAll(() => {
      spec = JSON.parse(readFileSync(sharedFile(file)!, 'utf8')) as OpenApi;
    });
    const calls = shipbob.streams.flatMap((stream) => [
      stream.request({ window, place: null, size: 250, settings: { ...settings, apiVersion } }),
      stream.request({
        window: { ...window, from: null },
        place: null,
        size: 250,
        settings: { ...settings, apiVersion },
      }),
      ...listed(stream, { ...settings, apiVersion }),
    ]);

    it.each(
      [...calls, shipbob.probe.request({ ...settings, apiVersion })].map(
        (spec) => [spec.path, spec] as const,
      ),
    )('a call of %s to what it describes, and its reply too', async (path, call) => {
      const operation = spec.paths[path]!.get!;
      expect(wrongInQuery(operation, call.query ?? {})).toEqual([]);
      const reply = await ask(stage({ sales: 40 }), call);
      expect(reply.status).toBe(200);
      expect(wrongIn(spec, schemaOf(operation), reply.body)).toEqual([]);
    });

    it('the centres of a page’s items too', async () => {
      const at = stage({ sales: 12 });
      const [inventory] = shipbob.streams;
      const page = {
        window,
        parent: NO_PARENT,
        place: null,
        size: 100,
        settings: { ...settings, apiVersion },
      };
      const { body } = await ask(at, inventory!.request(page));
      const { items } = body as { items: unknown[] };
      const call = inventory!.beside!.request({ records: items, place: null, settings: page.settings })!;
      expect(wrongInQuery(spec.paths[call.path]!.get!, call.query ?? {})).toEqual([]);
      const reply = await ask(at, call);
      expect(wrongIn(spec, schemaOf(spec.paths[call.path]!.get!), reply.body)).toEqual([]);
      expect((reply.body as { items: unknown[] }).items).toHaveLength(items.length);
    });
  });
});

import type { HttpRequest } from '#http';
import type { ConnectionRow } from '#warehouse';
import { NOW, openTestEngine, type TestEngine } from '../../tests/engine.js';
import { bankPlatform, day, FakeBank, statements } from '../../tests/fake-bank.js';
import { describeDb } from '../../tests/postgres.js';

describeDb('a stream of documents', () => {
  const bank = new FakeBank();
  const files = new Map<string, string>();
  let db: TestEngine;
  let connection: ConnectionRow;
  beforeAll(async () => {
    db = await openTestEngine(bankPlatform([statements]), bank);
  });
  afterAll(() => db.close());

  const serve = (request: HttpRequest) => {
    const { hostname, pathname } = new URL(request.url);
    if (pathname === '/address')
      return bank.reply(200, {
        url: `https://files.example/${request.query!['of']}?signature=secret`,
        packed: true,
      });
    if (hostname !== 'files.example') return undefined;
    return bank.reply(200, files.get(pathname.slice(1)));
  };
  beforeEach(async () => {
    connection = await db.connect();
    files.clear();
    for (const name of ['a', 'b', 'c']) put(name, 1);
    bank.accounts = ['a', 'b', 'c'];
    bank.requests.length = 0;
    bank.script = serve;
    db.clock.now = NOW;
  });

  const put = (name: string, n: number): void => {
    files.set(name, `id,at,amount\n${name}1,${day(n)},1.50\n${name}2,${day(n)},-2.25\n`);
  };
  const run = async (kind: 'incremental' | 'refresh' | 'backfill' = 'incremental') =>
    db.finish(await db.queue(connection, { kind, ...(kind === 'backfill' ? { windowTo: NOW } : {}) }));
  const downloads = () => bank.requests.filter(({ expect }) => expect === 'file');

  it('reads each once, whole, in one page', async () => {
    expect(await run()).toMatchObject({ state: 'succeeded', records: 6, inserted: 6, pages: 3, calls: 8 });
    bank.accounts = ['a', 'b', 'c', 'd'];
    put('d', 2);
    bank.requests.length = 0;
    expect(await run()).toMatchObject({ state: 'succeeded', records: 2, inserted: 2, pages: 1, calls: 4 });
    expect(bank.asked).toEqual(['accounts', 'accounts', 'address', 'd']);
    bank.requests.length = 0;
    expect(await run()).toMatchObject({ state: 'succeeded', records: 0, pages: 0, calls: 2 });
  });

  it('downloads without credentials, from its own hosts alone', async () => {
    await run();
    expect(downloads()).toHaveLength(3);
    for (const { headers, gzip } of downloads()) expect([headers, gzip]).toEqual([undefined, true]);
    bank.script = (request) =>
      new URL(request.url).pathname === '/address'
        ? bank.reply(200, { url: 'https://elsewhere.example/a?signature=secret', packed: false })
        : undefined;
    const refused = await run('refresh');
    expect(refused).toMatchObject({ state: 'failed', failureKind: 'config' });
    expect(refused.failure).toContain('elsewhere.example is not a host of this platform');
    expect(`${refused.failure}${db.logged.join()}`).not.toContain('signature');
  });

  it('goes on behind the document that landed, wherever it was stopped', async () => {
    const begun = await db.queue(connection);
    await db.attempt(begun, { engine: { sliceMs: 0 } });
    expect(await db.find(begun)).toMatchObject({ pages: 1, records: 2 });
    expect(await db.finish(begun)).toMatchObject({ state: 'succeeded', records: 6, inserted: 6 });
    expect(bank.asked.filter((one) => one === 'a')).toHaveLength(1);
  });

  it('asks for a new link where one is refused, and tells nothing of either', async () => {
    let refused = 0;
    bank.script = (request) =>
      request.expect === 'file' && refused++ === 0
        ? bank.reply(403, '<Error><Code>AccessDenied</Code><StringToSign>secret</StringToSign></Error>')
        : serve(request);
    expect(await run()).toMatchObject({ state: 'succeeded', records: 6, attempt: 1 });
    bank.script = (request) =>
      request.expect === 'file' ? bank.reply(403, '<Code>AccessDenied</Code><X>secret</X>') : serve(request);
    const begun = await db.queue(connection, { kind: 'refresh' });
    expect(await db.attempt(begun)).toMatchObject({ to: 'retry' });
    const { failure } = await db.find(begun);
    expect(failure).toContain('files.example refused the link to a document (403 AccessDenied)');
    expect(failure).not.toContain('secret');
  });

  it.each([
    ['is no such document', 'sorry', 'no statement'],
    [
      'holds a record that does not parse',
      `id,at,amount\nb1,${day(1)},1.50\nb2,${day(1)},much\n`,
      'not a decimal number',
    ],
  ])(
    'that %s makes the run red, and is tried again until it lands; the others land',
    async (_, text, why) => {
      files.set('b', text);
      const red = await run();
      expect(red).toMatchObject({ state: 'failed', failureKind: 'bug', quarantined: 1 });
      expect(red.failure).toContain('1 of 3 documents could not be used, the first is b');
      const kept = await db.engine.warehouse.query<{ reason: string; state: string }>(
        'select reason, state from quarantine where connection_id = $1',
        [connection.id],
      );
      expect(kept).toEqual([{ reason: expect.stringContaining(why) as string, state: 'open' }]);
      bank.requests.length = 0;
      expect(await run()).toMatchObject({ state: 'failed' });
      expect(bank.asked).toEqual(['accounts', 'accounts', 'address', 'b']);
      put('b', 1);
      expect(await run()).toMatchObject({ state: 'succeeded', quarantined: 0 });
      expect(
        await db.engine.warehouse.query(
          `select 1 from quarantine where connection_id = $1 and state = 'open'`,
          [connection.id],
        ),
      ).toEqual([]);
      expect(await run()).toMatchObject({ state: 'succeeded', pages: 0 });
    },
  );

  it('goes on with the red one where its run is tried again by hand', async () => {
    files.set('b', 'sorry');
    const red = await run();
    put('b', 1);
    bank.requests.length = 0;
    await db.engine.warehouse.query(
      `with back as (update runs set state = 'queued', attempt = 0, finished_at = null where id = $1 returning 1) select from back`,
      [red.id],
    );
    expect(await db.finish(red)).toMatchObject({ state: 'succeeded' });
    expect(bank.asked).toEqual(['address', 'b']);
  });

  it('leaves a document alone whose record a person has put aside', async () => {
    files.set('b', 'sorry');
    await run();
    await db.engine.warehouse.query(
      `with aside as (update quarantine set state = 'ignored' where connection_id = $1 returning 1) select from aside`,
      [connection.id],
    );
    expect(await run()).toMatchObject({ state: 'succeeded', quarantined: 1 });
    expect(await run()).toMatchObject({ state: 'succeeded', pages: 0 });
  });

  it('makes a refresh red by a document that had landed once, and every run until it lands again', async () => {
    await run();
    files.set('b', 'sorry');
    expect(await run('refresh')).toMatchObject({ state: 'failed', quarantined: 1, gone: 0 });
    expect(await run()).toMatchObject({ state: 'failed' });
    put('b', 1);
    expect(await run()).toMatchObject({ state: 'succeeded', pages: 1 });
  });

  it.each(['refresh', 'backfill'] as const)('reads all of them again for a %s', async (kind) => {
    await run();
    bank.requests.length = 0;
    expect(await run(kind)).toMatchObject({ state: 'succeeded', records: 6, inserted: 0, pages: 3 });
  });
});

import { NO_PARENT } from '#sync';
import { freeagent } from '../platform.js';
import { ask, credentials, NOW, settings, stage } from '../testing/stage.js';

const get = (path: string, query: Record<string, string | number> = {}) => ({
  path: `/v2/${path}`,
  query,
  operation: path,
});
const recordsIn = (body: unknown, list: string): Record<string, unknown>[] =>
  (body as Record<string, Record<string, unknown>[]>)[list]!;
const said = (body: unknown): string => JSON.stringify(body);
const refresh = (refreshToken: string) =>
  freeagent.auth.renew({ settings, credentials: { ...credentials, refreshToken } })!;
const grant = async (at: ReturnType<typeof stage>, refreshToken: string) => {
  const { status, body } = await ask(at, refresh(refreshToken), { signedBy: null });
  return { status, body: body as Record<string, string> };
};

describe('tokens', () => {
  it('live an hour, and are renewed by a refresh token that changes with its use', async () => {
    const at = stage(3);
    expect((await ask(at, get('contacts'))).status).toBe(200);
    at.clock.now = new Date(NOW.getTime() + 3_600_000);
    expect(await ask(at, get('contacts'))).toMatchObject({
      status: 401,
      body: { errors: { error: { message: 'Access token not recognised' } } },
    });
    const first = await grant(at, credentials.refreshToken);
    expect(first).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: '3600' } });
    const used = { status: 400, body: { error: 'invalid_grant' } };
    expect(await grant(at, credentials.refreshToken)).toMatchObject(used);
    const signedBy = { accessToken: first.body['access_token'] };
    expect((await ask(at, get('contacts'), { signedBy })).status).toBe(200);
    expect((await grant(at, first.body['refresh_token']!)).status).toBe(200);
    expect((await ask(at, get('contacts'), { signedBy })).status).toBe(401);
  });

  it('are refused to an app with a wrong secret, in plain words', async () => {
    const wrong = { ...credentials, clientSecret: 'other' };
    const spec = freeagent.auth.renew({ settings, credentials: wrong })!;
    expect(await ask(stage(1), spec, { signedBy: null })).toMatchObject({
      status: 401,
      body: 'HTTP Basic: Access denied.\n',
    });
  });

  it('are renewed fifteen times a minute at most', async () => {
    const at = stage(1);
    at.simulator.knobs('demo', { limits: { refreshesPerMinute: 15 } });
    let token = credentials.refreshToken;
    for (let n = 0; n < 15; n++) token = (await grant(at, token)).body['refresh_token']!;
    expect(await ask(at, refresh(token), { signedBy: null })).toMatchObject({
      status: 429,
      headers: { 'retry-after': '60' },
      body: 'You must not exceed 15 requests per 60 seconds',
    });
    at.clock.now = new Date(NOW.getTime() + 60_000);
    expect((await grant(at, token)).status).toBe(200);
  });

  it('come for a code, which is good once and for a quarter of an hour', async () => {
    const at = stage(1);
    const redirect = 'http://localhost:8000/callback';
    const approve = async (): Promise<URL> => {
      const query = {
        client_id: credentials.clientId,
        response_type: 'code',
        redirect_uri: redirect,
        state: 's1',
      };
      const { status, headers } = await ask(at, get('approve_app', query), { signedBy: null });
      expect(status).toBe(302);
      return new URL(headers['location']!);
    };
    const exchange = (code: string) =>
      ask(
        at,
        {
          ...refresh('none'),
          form: { grant_type: 'authorization_code', code, redirect_uri: redirect },
        },
        { signedBy: null },
      );
    const back = await approve();
    expect(back.searchParams.get('state')).toBe('s1');
    const code = back.searchParams.get('code')!;
    expect((await exchange(code)).status).toBe(200);
    expect((await exchange(code)).status).toBe(400);
    const late = (await approve()).searchParams.get('code')!;
    at.clock.now = new Date(NOW.getTime() + 900_000);
    expect((await exchange(late)).status).toBe(400);
  });
});

describe('limits', () => {
  it.each([
    [{ perMinute: 120 }, 120, 60_000, 'You must not exceed 120 requests per 60 seconds'],
    [{ perHour: 130 }, 130, 3_600_000, 'You must not exceed 130 requests per 3600 seconds'],
  ])('%j end with the window', async (limits, calls, windowMs, sentence) => {
    const at = stage(1);
    at.simulator.knobs('demo', { limits });
    for (let n = 0; n < calls; n++) expect((await ask(at, get('company'))).status).toBe(200);
    expect(await ask(at, get('company'))).toMatchObject({
      status: 429,
      headers: { 'retry-after': '60' },
      body: sentence,
    });
    at.clock.now = new Date(Math.ceil((NOW.getTime() + 1) / windowMs) * windowMs);
    at.simulator.knobs('demo', { tokens: 'restore' });
    const { body } = await grant(at, credentials.refreshToken);
    expect((await ask(at, get('company'), { signedBy: { accessToken: body['access_token'] } })).status).toBe(
      200,
    );
  });

  it('are five a minute where the caller asks to test them', async () => {
    const at = stage(1);
    const headers = { 'x-ratelimit-test': 'true' };
    for (let n = 0; n < 5; n++) expect((await ask(at, get('company'), { headers })).status).toBe(200);
    expect((await ask(at, get('company'), { headers })).status).toBe(429);
  });
});

describe('pages', () => {
  it('hold 25 records, 100 at most; links are quoted with a single quote, and there is none on a page alone', async () => {
    const at = stage(120);
    const first = await ask(at, get('invoices'));
    expect(recordsIn(first.body, 'invoices')).toHaveLength(25);
    expect(first.headers['x-total-count']).toBe('160');
    expect(first.headers['link']).toContain("page=2&per_page=25>; rel='next'");
    expect(recordsIn((await ask(at, get('invoices', { per_page: 1000 }))).body, 'invoices')).toHaveLength(
      100,
    );
    const last = await ask(at, get('invoices', { per_page: 100, page: 2 }));
    expect(recordsIn(last.body, 'invoices')).toHaveLength(60);
    expect(last.headers['link']).not.toContain('next');
    expect((await ask(at, get('users'))).headers['link']).toBe('');
  });
});

describe('lists', () => {
  const at = stage(60);

  it('of contacts leave out hidden ones unless they are asked for', async () => {
    at.simulator.edit('demo', { op: 'hide', stream: 'contacts', count: 1 });
    const count = async (view?: string) =>
      Number((await ask(at, get('contacts', view ? { view } : {}))).headers['x-total-count']);
    expect(await count('all')).toBe((await count()) + (await count('hidden')));
    expect(await count('hidden')).toBeGreaterThan(0);
  });

  it('of bank rows need an account, by address or id', async () => {
    for (const list of ['bank_transactions', 'bank_transaction_explanations']) {
      expect((await ask(at, get(list))).status).toBe(404);
      expect((await ask(at, get(list, { bank_account: 77 }))).status).toBe(404);
      const byId = await ask(at, get(list, { bank_account: 1 }));
      const byAddress = await ask(
        at,
        get(list, { bank_account: 'https://api.freeagent.com/v2/bank_accounts/1' }),
      );
      expect(byId.body).toEqual(byAddress.body);
      expect(recordsIn(byId.body, list).length).toBeGreaterThan(10);
    }
  });

  it('hold lines only where they are asked for', async () => {
    const [plain] = recordsIn((await ask(at, get('bills'))).body, 'bills');
    expect(plain).not.toHaveProperty('bill_items');
    const [whole] = recordsIn((await ask(at, get('bills', { nested_bill_items: 'true' }))).body, 'bills');
    expect(whole).toHaveProperty('bill_items');
  });

  it('of the ledger refuse more than twelve months', async () => {
    const status = async (from_date: string, to_date: string) =>
      (await ask(at, get('accounting/transactions', { from_date, to_date }))).status;
    expect(await status('2025-11-22', '2026-11-21')).toBe(200);
    expect(await status('2025-11-21', '2026-11-21')).toBe(422);
  });

  it('are asked for by their clock, and refuse what is none', async () => {
    const updated_since = new Date(NOW.getTime() - 9 * 86_400_000).toISOString();
    const some = recordsIn(
      (await ask(at, get('invoices', { updated_since, per_page: 100 }))).body,
      'invoices',
    );
    expect(some.length).toBeGreaterThan(2);
    for (const { updated_at } of some) expect(String(updated_at) > updated_since).toBe(true);
    expect((await ask(at, get('invoices', { updated_since: 'yesterday' }))).status).toBe(400);
  });

  it('tell an invoice overdue by the day it is asked, without moving its stamp', async () => {
    const late = stage(40);
    const statuses = async () => {
      const { body } = await ask(late, get('invoices', { per_page: 100 }));
      return recordsIn(body, 'invoices').map(
        ({ status, updated_at }) => `${String(status)} ${String(updated_at)}`,
      );
    };
    const before = await statuses();
    expect(before.some((one) => one.startsWith('Open'))).toBe(true);
    late.clock.now = new Date(NOW.getTime() + 40 * 86_400_000);
    const { body } = await grant(late, credentials.refreshToken);
    const signedBy = { accessToken: body['access_token'] };
    const after = recordsIn(
      (await ask(late, get('invoices', { per_page: 100 }), { signedBy })).body,
      'invoices',
    );
    expect(after.some(({ status }) => status === 'Open')).toBe(false);
    expect(after.map(({ updated_at }) => updated_at)).toEqual(before.map((one) => one.split(' ').at(-1)));
  });
});

describe('what an account may not see', () => {
  it('answers 403 by access level and 404 where the feature is off', async () => {
    const at = stage(3);
    at.simulator.knobs('demo', { level: 5, off: ['bills'] });
    const status = async (path: string) => (await ask(at, get(path))).status;
    expect(
      await Promise.all(['contacts', 'invoices', 'bills', 'bank_accounts', 'users'].map(status)),
    ).toEqual([200, 200, 404, 403, 403]);
    expect(said((await ask(at, freeagent.probe.request(settings))).body)).toContain('"permission_level":"5"');
  });

  it('answers 403 to a caller without a name', async () => {
    expect((await ask(stage(1), get('company'), { headers: { 'user-agent': '' } })).status).toBe(403);
  });
});

it('entries that were booked anew have other ids, and the ledger still adds up to nothing', async () => {
  const at = stage(9);
  const before = at.simulator.truth('demo').streams['freeagent.transactions'];
  const { ids } = at.simulator.edit('demo', { op: 'rebook', stream: 'transactions', count: 3 });
  expect(ids).toHaveLength(3);
  expect(at.simulator.truth('demo').streams['freeagent.transactions']).toEqual(before);
  expect((await ask(at, get('accounting/transactions/1'))).status).toBe(404);
});

it('a corrupted record leaves the truth alone', async () => {
  const at = stage(3);
  const before = at.simulator.truth('demo');
  at.simulator.knobs('demo', { corrupt: { stream: 'users', set: { updated_at: 'never' } } });
  const users = freeagent.streams.find(({ name }) => name === 'freeagent.users')!;
  const window = { from: null, to: NOW };
  const { body } = await ask(
    at,
    users.request({ window, parent: NO_PARENT, place: null, size: 100, settings }),
  );
  expect(recordsIn(body, 'users').map(({ updated_at }) => updated_at === 'never')).toEqual([true, false]);
  expect(at.simulator.truth('demo')).toEqual(before);
});

import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { days, hours, later, minutes, readKeyRing, seconds } from '#kernel';
import { createLogger } from '#telemetry';
import { describeDb } from '../../../tests/postgres.js';
import { keyUses, resealCredentials } from '#warehouse';
import { beginFactor, confirmFactor } from '../second-factor.js';
import { createUser } from '../users.js';
import { ApiClient } from '../testing/api-client.js';
import { consoleWorld, PASSWORD, type ConsoleWorld } from '../testing/console-world.js';
import { PER_NAME } from '../sign-in-limit.js';

const FRESH = 'another long passphrase';
/** Passwords that are tried; ten thousand take minutes. */
const SIGN_INS = Number(process.env['STRATUS_TEST_SIGN_INS'] ?? 300);

let world: ConsoleWorld;
const logged: string[] = [];

const signIn = (name: string, password = PASSWORD, workspace = 'default'): Promise<ApiClient> =>
  ApiClient.signIn(world.console.url, { name, password, workspace });
const someone = (): ApiClient => new ApiClient(world.visitor());
const digits = (secret: string, at = world.now): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at.getTime() });

describeDb('who calls the API', () => {
  beforeAll(async () => {
    const logger = createLogger({ level: 'debug', process: 'test', write: (line) => logged.push(line) });
    world = await consoleWorld({ logger });
  });
  afterAll(() => world?.close());

  it('is nobody without a session or a token, and told so as a problem', async () => {
    const { status, json, headers } = await someone().get('/auth/me');
    expect([status, headers.get('Content-Type')]).toEqual([401, expect.stringMatching(/problem\+json/)]);
    expect(json).toEqual({
      type: 'urn:stratus:problem:not-signed-in',
      title: expect.any(String),
      status: 401,
      detail: expect.stringContaining('sign in'),
    });
  });

  it('is a person who signed in, until the person signs out', async () => {
    const client = await signIn('operator');
    expect((await client.get('/auth/me')).json).toEqual({
      name: 'operator',
      role: 'operator',
      workspace: 'default',
      csrf: client.csrf,
      secondFactor: false,
      installation: true,
    });
    const cookie = client.visitor.cookie('stratus-session')!;
    expect((await client.post('/auth/logout')).status).toBe(204);
    const again = someone();
    again.visitor.setCookie('stratus-session', cookie);
    expect((await again.get('/auth/me')).status).toBe(401);
  });

  it('changes the password only with the present one, and ends the other sessions with it', async () => {
    await createUser(world.warehouse, { name: 'paula', password: PASSWORD, role: 'viewer' });
    const [here, elsewhere] = [await signIn('paula'), await signIn('paula')];
    const set = (current: string, fresh: string): Promise<{ status: number }> =>
      here.call('PUT', '/account/password', { body: { current, fresh } });
    const forged = { body: { current: PASSWORD, fresh: FRESH }, headers: { 'X-XSRF-TOKEN': 'wrong' } };
    expect((await here.call('PUT', '/account/password', forged)).status).toBe(403);
    expect((await set('wrong', FRESH)).status).toBe(403);
    expect((await set(PASSWORD, 'short')).status).toBe(400);
    expect((await set(PASSWORD, FRESH)).status).toBe(204);
    const told = (await world.audited()).filter((one) => one.action === 'password.set');
    expect(told.map(({ actor, outcome }) => [actor, outcome.slice(0, 7)])).toEqual([
      ['paula', 'refused'],
      ['paula', 'refused'],
      ['paula', 'done'],
    ]);
    expect((await here.get('/auth/me')).status).toBe(200);
    expect((await elsewhere.get('/auth/me')).status).toBe(401);
    await expect(signIn('paula')).rejects.toThrow('401');
    await signIn('paula', FRESH);
  });

  it('shows a second factor once it is on: each code once, and a recovery code once', async () => {
    await createUser(world.warehouse, { name: 'tom', password: PASSWORD, role: 'viewer' });
    const tom = await signIn('tom');
    const other = await signIn('tom');
    const { json: made } = await tom.post('/account/second-factor', { current: PASSWORD });
    expect(made.uri).toMatch(/^otpauth:\/\/totp\/Stratus:tom\?/);
    const wrong = digits(made.secret) === '000000' ? '000001' : '000000';
    expect((await tom.post('/account/second-factor/confirm', { code: wrong })).status).toBe(422);
    const on = await tom.post('/account/second-factor/confirm', { code: digits(made.secret) });
    expect(on.json.recoveryCodes).toHaveLength(10);
    expect((await other.get('/auth/me')).status).toBe(401);

    const login = (code?: string): ReturnType<ApiClient['post']> =>
      someone().post('/auth/login', { name: 'tom', password: PASSWORD, ...(code ? { code } : {}) });
    expect((await login()).json.type).toBe('urn:stratus:problem:needs-code');
    // The code that turned it on was seen once already.
    expect((await login(digits(made.secret))).status).toBe(401);
    world.now = later(world.now, seconds(30));
    const code = digits(made.secret);
    const twice = await Promise.all([login(code), login(code)]);
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await login(on.json.recoveryCodes[0])).status).toBe(200);
    expect((await login(on.json.recoveryCodes[0])).status).toBe(401);
    // Both the sealed secret and the codes as hashes: nothing of them is in the row.
    const [row] = await world.warehouse.query<{ row: string }>(
      `select u::text as row from users u where name = 'tom'`,
    );
    for (const secret of [made.secret, ...on.json.recoveryCodes]) expect(row!.row).not.toContain(secret);
    world.now = later(world.now, hours(1));
    const off = { current: PASSWORD, code: on.json.recoveryCodes[1] };
    const again = await ApiClient.signIn(world.console.url, {
      name: 'tom',
      password: PASSWORD,
      ...{ code: digits(made.secret) },
    });
    expect((await again.call('DELETE', '/account/second-factor', { body: off })).status).toBe(204);
    await signIn('tom');
  });

  it('keeps the second factor when the secret key is rotated', async () => {
    const { warehouse, options } = world;
    const { id, name } = await createUser(warehouse, { name: 'kay', password: PASSWORD, role: 'viewer' });
    const { secret } = await beginFactor(options, { id, name });
    const fresh = readKeyRing(randomBytes(32).toString('base64'));
    const both = { current: fresh.current, keys: new Map([...fresh.keys, ...options.ring.keys]) };
    await resealCredentials(warehouse, both);
    const uses = await keyUses(warehouse);
    expect(uses.find(({ key }) => key === fresh.current)?.connections).toContain('the second factor of kay');
    // The old key is gone, and the code is taken all the same.
    expect(await confirmFactor({ warehouse, ring: fresh }, id, digits(secret), world.now)).toHaveLength(10);
    await resealCredentials(warehouse, { current: options.ring.current, keys: both.keys });
  });

  it('comes by an invitation, once, with its role', async () => {
    const admin = await signIn('admin');
    const { json: invited } = await admin.post('/invitations', { role: 'operator' });
    const take = (name: string, invitation = invited.code): ReturnType<ApiClient['post']> =>
      someone().post('/auth/register', { invitation, name, password: PASSWORD });
    expect((await take('viewer')).status).toBe(409);
    expect((await take('newcomer', 'in_guessed')).status).toBe(404);
    const both = await Promise.all([take('ida'), take('ina')]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 404]);
    const taken = both[0].status === 201 ? 'ida' : 'ina';
    expect((await (await signIn(taken)).get('/auth/me')).json.role).toBe('operator');
    const { json: late } = await admin.post('/invitations', { role: 'admin' });
    world.now = later(world.now, days(7));
    expect((await take('too-late', late.code)).status).toBe(404);
  });

  it('is a script with a token of its own, that dies with its time, its owner’s role or its owner', async () => {
    await createUser(world.warehouse, { name: 'olga', password: PASSWORD, role: 'operator' });
    const olga = await signIn('olga');
    const make = async (body: object): Promise<ApiClient> => {
      const { json } = await olga.post('/tokens', { name: 'nightly', ...body });
      return new ApiClient(world.visitor(), json.token);
    };
    expect((await olga.post('/tokens', { name: 'more', role: 'admin' })).status).toBe(403);
    const token = await make({ role: 'operator', days: 2 });
    expect((await token.get('/auth/me')).json).toMatchObject({
      name: 'olga (token nightly)',
      role: 'operator',
      csrf: null,
    });
    const scoped = await make({ role: 'viewer', areas: ['runs'] });
    expect((await scoped.get('/auth/me')).status).toBe(403);
    // A token makes no other token, and changes nothing about people.
    expect((await token.post('/tokens', { name: 'child', role: 'viewer' })).status).toBe(403);
    expect((await token.call('PUT', '/account/password', { body: {} })).status).toBe(403);
    const { json: list } = await olga.get('/tokens');
    expect(list.items.map(({ name }: { name: string }) => name)).toEqual(['nightly', 'nightly']);
    expect(JSON.stringify(list)).not.toContain('st_');

    await world.warehouse.query(`update users set role = 'viewer' where name = 'olga'`);
    expect((await token.get('/auth/me')).json.role).toBe('viewer');
    world.now = later(world.now, days(2));
    expect((await token.get('/auth/me')).status).toBe(401);
    const last = await ApiClient.signIn(world.console.url, { name: 'olga', password: PASSWORD });
    const { json: made } = await last.post('/tokens', { name: 'last', role: 'viewer' });
    await world.warehouse.query(`delete from users where name = 'olga'`);
    expect((await new ApiClient(world.visitor(), made.token).get('/auth/me')).status).toBe(401);
  });

  it('is signed out by another role, and the last admin stays one', async () => {
    const admin = await signIn('admin');
    const { json: made } = await admin.post('/users', { name: 'rita', role: 'operator' });
    const rita = await signIn('rita', made.password);
    const change = (id: string, role: string): ReturnType<ApiClient['post']> =>
      admin.call('PATCH', `/users/${id}`, { body: { role } });
    expect((await change(made.id, 'viewer')).json.role).toBe('viewer');
    expect((await rita.get('/auth/me')).status).toBe(401);
    const [own] = (await admin.get('/users')).json.items.filter(
      ({ name }: { name: string }) => name === 'admin',
    );
    expect((await change(own.id, 'viewer')).status).toBe(409);
    expect((await admin.call('DELETE', `/users/${own.id}`)).status).toBe(409);
    expect((await admin.get('/auth/me')).status).toBe(200);
  });

  it('does what a key stood for once, whoever sends it how often', async () => {
    const admin = await signIn('admin');
    const key = { 'Idempotency-Key': 'make-vera' };
    const make = (name: string): ReturnType<ApiClient['post']> =>
      admin.post('/users', { name, role: 'viewer', password: FRESH }, key);
    const sent = await Promise.all([make('vera'), make('vera'), make('vera')]);
    const statuses = sent.map(({ status }) => status).sort();
    expect(statuses[0]).toBe(201);
    expect(statuses.slice(1).every((status) => status === 409)).toBe(true);
    // The reply of a call that shows a secret is not kept; that it was done is.
    expect((await make('vera')).json.detail).toContain('shown once');
    expect((await make('vanya')).status).toBe(422);
    const { json: me } = await admin.get('/users?limit=200');
    const vera = me.items.find(({ name }: { name: string }) => name === 'vera');
    const rename = (): ReturnType<ApiClient['post']> =>
      admin.call('PATCH', `/users/${vera.id}`, {
        body: { role: 'operator' },
        headers: { 'Idempotency-Key': 'lift-vera' },
      });
    const first = await rename();
    const again = await rename();
    expect(again.headers.get('Idempotency-Replayed')).toBe('true');
    expect(again.json).toEqual(first.json);
    const [lines] = await world.warehouse.query<{ n: number }>(
      `select count(*)::int as n from audit_log where action = 'user.role' and subject = 'vera'`,
    );
    expect(lines!.n).toBe(1);
  });

  it('leaves a line for every change: who, from where, before and after', async () => {
    const admin = await signIn('admin');
    const { json: made } = await admin.post('/users', { name: 'walt', role: 'viewer' });
    const reply = await admin.call('PATCH', `/users/${made.id}`, { body: { role: 'operator' } });
    const [line] = await world.warehouse.query(
      `select actor, via, action, route, subject, outcome, before, after, undo from audit_log where id = $1`,
      [reply.headers.get('X-Stratus-Deed')],
    );
    expect(line).toEqual({
      actor: 'admin',
      via: 'session',
      action: 'user.role',
      route: 'PATCH /users/{id}',
      subject: 'walt',
      outcome: 'done',
      before: { role: 'viewer' },
      after: { role: 'operator' },
      undo: null,
    });
    const viewer = await signIn('viewer');
    expect((await viewer.call('DELETE', `/users/${made.id}`)).status).toBe(403);
    const [refused] = await world.warehouse.query<{ actor: string; outcome: string }>(
      'select actor, action, outcome from audit_log order by id desc limit 1',
    );
    expect(refused).toEqual({
      actor: 'viewer',
      action: 'user.remove',
      outcome: expect.stringContaining('403'),
    });
  });

  it('takes back a pause within ten minutes, once, and not across workspaces', async () => {
    const operator = await signIn('operator');
    const pause = (): ReturnType<ApiClient['post']> => operator.post('/connections/conn_1/pause');
    const status = async (): Promise<string> =>
      (
        await world.warehouse.query<{ status: string }>(`select status from connections where id = 'conn_1'`)
      )[0]!.status;
    const paused = await pause();
    expect([paused.status, await status()]).toEqual([200, 'paused']);
    const id = paused.headers.get('X-Stratus-Undo');
    await world.warehouse.query(`insert into workspaces (id, name) values ('w2', 'Other')`);
    await createUser(world.warehouse, { name: 'admin', password: PASSWORD, role: 'admin', workspace: 'w2' });
    const stranger = await signIn('admin', PASSWORD, 'w2');
    expect((await stranger.post(`/undo/${id}`)).status).toBe(404);
    expect((await (await signIn('viewer')).post(`/undo/${id}`)).status).toBe(403);
    const undone = await Promise.all([operator.post(`/undo/${id}`), operator.post(`/undo/${id}`)]);
    expect(undone.map((one) => one.status).sort()).toEqual([204, 409]);
    expect(await status()).toBe('active');
    const late = (await pause()).headers.get('X-Stratus-Undo');
    world.now = later(world.now, minutes(10) + 1);
    expect((await operator.post(`/undo/${late}`)).status).toBe(410);
    expect(await status()).toBe('paused');
  });

  it(
    'gets nowhere by trying passwords, though the right one is among them',
    async () => {
      await createUser(world.warehouse, { name: 'target', password: PASSWORD, role: 'admin' });
      let through = 0;
      let looked = 0;
      const attempt = async (i: number): Promise<void> => {
        const password = i === PER_NAME + 20 ? PASSWORD : `guess number ${i}`;
        const { status } = await someone().post('/auth/login', { name: 'target', password });
        if (status === 200) through++;
        if (status === 401) looked++;
      };
      for (let i = 0; i < SIGN_INS; i += 10)
        await Promise.all(Array.from({ length: 10 }, (_, n) => attempt(i + n)));
      expect({ through, looked }).toEqual({ through: 0, looked: PER_NAME });
    },
    30_000 + SIGN_INS * 30,
  );

  it('leaves none of its secrets in any table or line of the log', async () => {
    const admin = await signIn('admin');
    const planted = [
      PASSWORD,
      FRESH,
      'guess number 1',
      admin.csrf!,
      admin.visitor.cookie('stratus-session')!,
    ];
    const made = await Promise.all([
      admin.post('/tokens', { name: 'planted', role: 'viewer' }),
      admin.post('/invitations', { role: 'viewer' }),
      admin.post('/users', { name: 'planted', role: 'viewer' }, { 'Idempotency-Key': 'planted' }),
      admin.post('/account/second-factor', { current: PASSWORD }),
    ]);
    planted.push(made[0].json.token, made[1].json.code, made[2].json.password, made[3].json.secret);
    expect(planted.every((one) => typeof one === 'string' && one.length >= 12)).toBe(true);
    const tables = await world.warehouse.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    expect(tables.length).toBeGreaterThan(40);
    const found: string[] = [];
    for (const { name } of tables)
      for (const secret of planted) {
        // What a session shows with every change is kept with it, and opens nothing without the cookie.
        if (secret === admin.csrf && name.endsWith('sessions')) continue;
        const [row] = await world.warehouse.query<{ n: number }>(
          `select count(*)::int as n from ${name} t where t::text like '%' || $1 || '%'`,
          [secret],
        );
        if (row!.n > 0) found.push(name);
      }
    expect(found).toEqual([]);
    const lines = logged.join('\n');
    expect(lines).toContain('/api/v1/auth/login');
    expect(planted.filter((secret) => lines.includes(secret))).toEqual([]);
  });
});

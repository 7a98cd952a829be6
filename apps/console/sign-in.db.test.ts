import { Secret, TOTP } from 'otpauth';
import { describeDb, testDatabase, type TestDatabase } from '../../tests/postgres.js';
import { hours } from '#kernel';
import { openWarehouse, type Warehouse } from '#warehouse';
import { createUser, setPassword } from './index.js';
import { beginFactor, confirmFactor } from './second-factor.js';
import { PER_NAME } from './sign-in-limit.js';
import { consoleWorld, PASSWORD, type ConsoleWorld } from './testing/console-world.js';
import { firstUser, verifyUser } from './users.js';

describeDb('the first user', () => {
  let database: TestDatabase;
  let warehouses: Warehouse[];

  beforeAll(async () => {
    database = await testDatabase();
    warehouses = await Promise.all(
      ['a', 'b', 'c'].map((name) => openWarehouse({ url: database.url, applicationName: name })),
    );
  });
  afterAll(async () => {
    for (const one of warehouses ?? []) await one.close();
    await database?.drop();
  });

  it('is made once, however many consoles start together, and its password works', async () => {
    const made = (await Promise.all(warehouses.map(firstUser))).filter((one) => one !== null);
    expect(made).toHaveLength(1);
    expect(made[0]!.name).toBe('admin');
    expect(made[0]!.password).toMatch(/^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/);
    const [warehouse] = warehouses;
    expect(await verifyUser(warehouse!, 'admin', made[0]!.password)).toMatchObject({ role: 'admin' });
    expect(await verifyUser(warehouse!, 'admin', `${made[0]!.password}x`)).toBeNull();
    expect(await warehouse!.query('select name from users')).toEqual([{ name: 'admin' }]);
  });

  it('is not made where there is a user', async () => {
    expect(await firstUser(warehouses[0]!)).toBeNull();
  });

  it('is kept as a slow hash alone', async () => {
    const [row] = await warehouses[0]!.query<{ hash: string }>('select password_hash as hash from users');
    expect(row!.hash).toMatch(/^\$argon2id\$/);
  });
});

describeDb('users', () => {
  let world: ConsoleWorld;
  beforeAll(async () => void (world = await consoleWorld()));
  afterAll(() => world?.close());

  it('cannot share a name, go without one, or have a short password', async () => {
    const make = (name: string, password = PASSWORD): Promise<unknown> =>
      createUser(world.warehouse, { name, password, role: 'viewer' });
    await expect(make('viewer')).rejects.toThrow(/there is a user viewer already/);
    await expect(make('  ')).rejects.toThrow(/1 to 64 characters/);
    await expect(make('ada', 'short')).rejects.toThrow(/at least 12 characters/);
    await expect(setPassword(world.warehouse, 'nobody', PASSWORD)).rejects.toThrow(/no user nobody/);
  });

  it('are signed out everywhere by a new password', async () => {
    const visitor = await world.as('viewer');
    await setPassword(world.warehouse, 'viewer', 'another long password');
    expect((await visitor.page('/')).status).toBe(303);
    await setPassword(world.warehouse, 'viewer', PASSWORD);
  });

  it('lose what a role allowed at the moment the role changes', async () => {
    const visitor = await world.as('admin');
    const run = await world.failedRun();
    const csrf = await visitor.token();
    await world.warehouse.query(`update users set role = 'viewer' where name = 'admin'`);
    const retry = { headers: { 'X-XSRF-TOKEN': csrf } };
    expect((await visitor.send('POST', `/api/v1/runs/${run.id}/retry`, retry)).status).toBe(403);
    await world.warehouse.query(`delete from users where name = 'admin'`);
    expect((await visitor.page('/')).status).toBe(303);
  });
});

describeDb('signing in', () => {
  let world: ConsoleWorld;
  beforeAll(async () => void (world = await consoleWorld()));
  afterAll(() => world?.close());

  it('leads from a page to the sign-in and back to the page', async () => {
    const visitor = world.visitor();
    const stopped = await visitor.page('/runs/x?y=1');
    expect(stopped.status).toBe(303);
    expect(stopped.headers.get('Location')).toBe('/sign-in?next=%2Fruns%2Fx%3Fy%3D1');
    const form = await visitor.page(stopped.headers.get('Location')!);
    expect(form.text).toContain('name="next" value="/runs/x?y=1"');
    const done = await visitor.signIn('viewer', PASSWORD, '/runs/x?y=1');
    expect([done.status, done.headers.get('Location')]).toEqual([303, '/runs/x?y=1']);
    expect((await visitor.page('/')).status).toBe(200);
    const again = await visitor.page('/sign-in?next=/queues');
    expect([again.status, again.headers.get('Location')]).toEqual([303, '/queues']);
  });

  it('goes to no other site', async () => {
    const { headers } = await world.visitor().signIn('viewer', PASSWORD, '//evil.example/');
    expect(headers.get('Location')).toBe('/');
  });

  it('gives a cookie that scripts cannot read and other sites do not send', async () => {
    const { setCookies } = await world.visitor().signIn('viewer', PASSWORD);
    expect(setCookies).toHaveLength(1);
    expect(setCookies[0]).toMatch(
      /^stratus-session=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
  });

  it('keeps only a hash of the cookie', async () => {
    const visitor = await world.as('viewer');
    const rows = await world.warehouse.query<object>('select * from sessions');
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(visitor.cookie('stratus-session'));
  });

  it('takes no session that the browser brought along, and ends the one before', async () => {
    const visitor = world.visitor();
    visitor.setCookie('stratus-session', 'planted-by-somebody-else');
    await visitor.signIn('viewer', PASSWORD);
    const first = visitor.cookie('stratus-session')!;
    expect(first).not.toBe('planted-by-somebody-else');
    await visitor.signIn('operator', PASSWORD);
    expect(visitor.cookie('stratus-session')).not.toBe(first);
    const old = world.visitor();
    old.setCookie('stratus-session', first);
    expect((await old.page('/')).status).toBe(303);
  });

  it('ends after twelve hours, used or not', async () => {
    const visitor = await world.as('viewer');
    const start = world.now;
    world.now = new Date(start.getTime() + hours(12) - 1000);
    expect((await visitor.page('/')).status).toBe(200);
    world.now = new Date(start.getTime() + hours(12));
    expect((await visitor.page('/')).status).toBe(303);
  });

  it('ends with the sign-out, which needs the token', async () => {
    const visitor = await world.as('viewer');
    const csrf = await visitor.token();
    const session = visitor.cookie('stratus-session')!;
    expect((await visitor.post('/sign-out', {})).status).toBe(403);
    const out = await visitor.post('/sign-out', { csrf });
    expect([out.status, out.headers.get('Location')]).toEqual([303, '/sign-in']);
    expect(visitor.cookie('stratus-session')).toBeUndefined();
    visitor.setCookie('stratus-session', session);
    expect((await visitor.page('/')).status).toBe(303);
  });

  it('answers programs with JSON instead of a page', async () => {
    for (const [path, headers] of [
      ['/api/anything', { Accept: 'text/html' }],
      ['/', { Accept: 'application/json' }],
    ] as const)
      expect(await world.visitor().get(path, headers)).toMatchObject({
        status: 401,
        json: { error: 'sign in first' },
      });
    expect((await world.visitor().send('POST', '/runs/x/retry', { form: {} })).status).toBe(401);
  });

  it('does not tell an unknown name from a wrong password', async () => {
    const [unknown, wrong] = await Promise.all([
      world.visitor().signIn('nobody', 'wrong password'),
      world.visitor().signIn('viewer', 'wrong password'),
    ]);
    expect([unknown.status, wrong.status]).toEqual([401, 401]);
    expect(unknown.text.replace('nobody', 'viewer')).toBe(wrong.text);
  });

  it('refuses a form of another site, and one too large or sent in parts that do not fit', async () => {
    const send = (
      headers: Record<string, string>,
      form: Record<string, string>,
    ): Promise<{ status: number }> => world.visitor().send('POST', '/sign-in', { headers, form });
    const right = { name: 'viewer', password: PASSWORD };
    expect((await send({ 'Sec-Fetch-Site': 'cross-site' }, right)).status).toBe(403);
    expect((await send({ 'Sec-Fetch-Site': 'same-site' }, right)).status).toBe(403);
    expect((await send({ 'Sec-Fetch-Site': 'same-origin' }, right)).status).toBe(303);
    expect((await send({}, { ...right, more: 'x'.repeat(5000) })).status).toBe(413);
    expect((await send({ 'Content-Type': 'application/json' }, right)).status).toBe(401);
  });

  it('writes down who tried, from where, and never the password', async () => {
    await world.visitor().signIn('mallory', 'a-guessed-password');
    const rows = await world.audited();
    expect(rows.at(-1)).toEqual({
      actor: 'mallory',
      action: 'sign-in',
      subject: expect.stringContaining('127.0.0.1'),
      outcome: 'refused',
    });
    expect(JSON.stringify(rows)).not.toContain('a-guessed-password');
  });

  it('asks for the second factor once the password was right, and for the workspace once there are two', async () => {
    const { warehouse, options } = world;
    const { id, name } = await createUser(warehouse, { name: 'tess', password: PASSWORD, role: 'viewer' });
    const { secret } = await beginFactor(options, { id, name });
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    const code = (): string => totp.generate({ timestamp: world.now.getTime() });
    const [recovery] = (await confirmFactor(options, id, code(), world.now))!;
    const form = { name, password: PASSWORD, next: '/' };
    expect((await world.visitor().page('/sign-in')).text).not.toMatch(/name="(code|workspace)"/);
    const asked = await world.visitor().post('/sign-in', form);
    expect([asked.status, /name="code"/.test(asked.text)]).toEqual([401, true]);
    expect((await world.visitor().post('/sign-in', { ...form, password: 'x', code: recovery! })).status).toBe(
      401,
    );
    expect((await world.visitor().post('/sign-in', { ...form, code: recovery! })).status).toBe(303);

    await warehouse.query(`insert into workspaces (id, name) values ('w2', 'Second')`);
    await createUser(warehouse, {
      name,
      password: 'of the other workspace',
      role: 'viewer',
      workspace: 'w2',
    });
    expect((await world.visitor().page('/sign-in')).text).toContain('name="workspace" value="default"');
    const there = { name, password: 'of the other workspace', next: '/' };
    expect((await world.visitor().post('/sign-in', there)).status).toBe(401);
    const visitor = world.visitor();
    expect((await visitor.post('/sign-in', { ...there, workspace: 'w2' })).status).toBe(303);
    // What all workspaces share is not for the second one's people.
    expect((await visitor.get('/queues')).status).toBe(403);
    expect((await visitor.get('/api/system/status')).status).toBe(401);
    expect((await (await world.as('viewer')).get('/queues')).status).toBe(403);
    expect((await (await world.as('admin')).page('/queues')).status).toBe(200);
  });

  it('makes a name wait after too many wrong passwords, also for the right one', async () => {
    for (let i = 0; i < PER_NAME; i++) await world.visitor().signIn('operator', 'wrong password');
    const stopped = await world.visitor().signIn('operator', PASSWORD);
    expect(stopped.status).toBe(429);
    expect(stopped.headers.get('Retry-After')).toBe('900');
    expect(stopped.text).toContain('Try again in 15 min');
    world.now = new Date(world.now.getTime() + hours(1));
    expect((await world.visitor().signIn('operator', PASSWORD)).status).toBe(303);
  });
});

describeDb('signing in over TLS', () => {
  it('gives a cookie for this host and TLS alone, and tells the browser to stay with TLS', async () => {
    const world = await consoleWorld({ options: { secureCookies: true } });
    try {
      const { setCookies, headers } = await world.visitor().signIn('viewer', PASSWORD);
      expect(setCookies[0]).toMatch(
        /^__Host-stratus-session=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; Secure;/,
      );
      expect(headers.get('Strict-Transport-Security')).toMatch(/max-age/);
    } finally {
      await world.close();
    }
  });
});

import { localLimiter } from '#http';
import type { Engine } from '#sync';
import type { Role } from '#warehouse';
import { describeDb } from '../../../tests/postgres.js';
import { RANK } from '../gate.js';
import { createUser } from '../users.js';
import { ApiClient, type ApiReply } from '../testing/api-client.js';
import { consoleWorld, PASSWORD, type ConsoleWorld } from '../testing/console-world.js';
import { bodies, operationsOf, pathOf, type Operation } from '../testing/operations.js';
import { makeThings, nothing, type Things } from '../testing/two-workspaces.js';
import { consoleApp } from '../app.js';
import { api, mountApi, openApiOf } from './index.js';

const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];
const OURS = 'ours-5d0e';
const THEIRS = 'theirs-7c1f';

const operations = operationsOf(openApiOf(api));

/** Where a right role is not all that is asked for. */
const ALSO: Readonly<Record<string, (role: Role) => number | null>> = {
  // It wants a code of a second factor, and that is not on.
  'DELETE /account/second-factor': () => 403,
  // Somebody else's token is an admin's to end.
  'DELETE /tokens/{id}': (role) => (role === 'admin' ? null : 404),
};

const NOT_FOUND = { status: 404, json: { type: 'urn:stratus:problem:not-found' } };

let world: ConsoleWorld;
let theirs: Things;
let ours: Things;
const people = new Map<Role, ApiClient>();
const scripts = new Map<Role, ApiClient>();
let stranger: ApiClient;
let before: unknown;
/** Replies in which somebody found what is not his. */
const leaks: string[] = [];

const idsOf = (things: Things): string[] => Object.values(things) as string[];

async function call(
  client: ApiClient,
  one: Operation,
  things: Things,
  more: { readonly query?: string; readonly forged?: boolean } = {},
): Promise<ApiReply> {
  const path = pathOf(one, things);
  const body = one.takesBody ? bodies[one.key]!(things) : undefined;
  if (one.streams) return stream(client, path);
  const reply = await client.call(one.method, path + (more.query ?? one.query(things)), {
    ...(body === undefined ? {} : { body }),
    ...(more.forged ? { forged: true } : {}),
  });
  const [mark, not] = client === stranger ? [OURS, ours] : [THEIRS, theirs];
  // What somebody asked for in vain stands in the audit log of his own workspace.
  const said = things === not || one.key === 'GET /audit' ? [] : idsOf(not);
  if (reply.text.includes(mark) || said.some((id) => id.length > 11 && reply.text.includes(id)))
    leaks.push(`${one.key}: ${reply.text.slice(0, 300)}`);
  return reply;
}

/** An engine that reaches no platform: what is tried with it stops at the credentials, which do not open. */
const offline = ({ warehouse, options }: ConsoleWorld): Engine =>
  ({
    warehouse,
    ring: options.ring,
    limiter: localLimiter({}),
    metrics: options.metrics,
    logger: options.logger,
    now: options.now,
  }) as unknown as Engine;

/** A reply without end: looked at, and left. */
async function stream(client: ApiClient, path: string): Promise<ApiReply> {
  const leaving = new AbortController();
  const { status, headers } = await client.open(path, leaving.signal);
  leaving.abort();
  return { status, headers, text: '', json: null };
}

const fresh = (): Promise<Things> =>
  makeThings(world.warehouse, { workspace: 'default', mark: OURS, now: world.now });

describeDb('who may call what', () => {
  beforeAll(async () => {
    world = await consoleWorld({ options: { engine: () => offline(world) } });
    await world.warehouse.query(`insert into workspaces (id, name) values ('w2', 'Second')`);
    await createUser(world.warehouse, { name: THEIRS, password: PASSWORD, role: 'admin', workspace: 'w2' });
    const { url } = world.console;
    stranger = await ApiClient.signIn(url, { name: THEIRS, password: PASSWORD, workspace: 'w2' });
    theirs = await makeThings(world.warehouse, { workspace: 'w2', mark: THEIRS, now: world.now });
    ours = await fresh();
    before = await digest('w2');
    for (const role of ROLES) {
      const person = await ApiClient.signIn(url, { name: role, password: PASSWORD });
      people.set(role, person);
      const { json } = await person.post('/tokens', { name: role, role });
      scripts.set(role, new ApiClient(world.visitor(), json.token));
    }
  });
  afterAll(() => world?.close());

  it('is known of every route: its things, and a body that fits', () => {
    expect(operations.length).toBeGreaterThan(60);
    expect(operations.flatMap((one) => one.unknown)).toEqual([]);
    expect(operations.filter((one) => one.takesBody && !(one.key in bodies)).map(({ key }) => key)).toEqual(
      [],
    );
    expect(Object.keys(bodies).filter((key) => !operations.some((one) => one.key === key))).toEqual([]);
    expect(operations.filter(({ may }) => may === 'anyone').map(({ key }) => key)).toEqual([
      'POST /auth/login',
      'POST /auth/register',
    ]);
  });

  const guarded = operations.filter(({ may }) => may !== 'anyone');

  it.each(guarded)('$key: nobody, and no role below $may', async (one) => {
    expect((await call(new ApiClient(world.visitor()), one, ours)).status).toBe(401);
    const lower = ROLES.filter((role) => RANK[role] < RANK[one.may as Role]);
    for (const role of lower)
      for (const client of [people.get(role)!, scripts.get(role)!]) {
        const { status, json } = await call(client, one, ours);
        expect([role, status, json?.type]).toEqual([role, 403, 'urn:stratus:problem:forbidden']);
      }
  });

  it.each(guarded.filter(({ key }) => key !== 'POST /auth/logout'))(
    '$key: every role from $may up, tokens of scripts where they may',
    async (one) => {
      for (const role of ROLES.filter((other) => RANK[other] >= RANK[one.may as Role])) {
        const things = one.method === 'GET' ? ours : await fresh();
        const { status, text } = await call(people.get(role)!, one, things);
        const also = ALSO[one.key]?.(role) ?? null;
        if (also !== null) expect([role, status]).toEqual([role, also]);
        else expect(`${role} ${status} ${text}`).toMatch(/^\w+ (2\d\d|303|409|410|422|502|503) /);
        const script = await call(scripts.get(role)!, one, one.method === 'GET' ? ours : await fresh());
        if (one.people) expect([role, script.status]).toEqual([role, 403]);
        else
          expect(`${role} ${script.status} ${script.text}`).toMatch(/^\w+ (2\d\d|303|409|410|422|502|503) /);
      }
    },
  );

  it.each(guarded.filter(({ owned }) => owned))(
    '$key: another workspace’s, nobody’s and impossible ids are all not found, whatever the role',
    async (one) => {
      const impossible = Object.fromEntries(
        Object.keys(ours).map((key) => [key, `1' or '1'='1`]),
      ) as unknown as Things;
      for (const things of [nothing(), impossible])
        expect(await call(people.get('admin')!, one, things)).toMatchObject(NOT_FOUND);
      for (const role of ROLES) {
        const found = await call(people.get(role)!, one, theirs);
        const seen = RANK[role] < RANK[one.may as Role] ? { status: 403 } : NOT_FOUND;
        expect({ role, ...found }).toMatchObject({ role, ...seen });
        const script = await call(scripts.get(role)!, one, theirs);
        expect([role, script.status]).toEqual([role, one.people ? 403 : seen.status]);
      }
      expect((await call(stranger, one, ours)).status).toBe(404);
    },
  );

  const lists = guarded.filter(({ method, idFilters }) => method === 'GET' && idFilters.length > 0);

  it.each(lists)('$key: another workspace’s ids filter nothing in', async (one) => {
    for (const filter of one.idFilters) {
      const query = `?${new URLSearchParams({ [filter.name]: theirs[filter.thing] }).toString()}`;
      const { status } = await call(people.get('admin')!, one, ours, { query });
      expect([200, 404]).toContain(status);
    }
  });

  it.each(guarded.filter(({ method }) => method === 'GET'))(
    '$key: another workspace’s admin finds none of ours',
    async (one) => {
      const { status } = await call(stranger, one, theirs);
      expect(`${status}`).toMatch(/^(2\d\d|303|403|404|409|422|503)$/);
    },
  );

  const changing = operations.filter(({ method, may }) => method !== 'GET' && may !== 'anyone');

  it.each(changing)('$key: not from another site, nor without the session’s own token', async (one) => {
    const admin = people.get('admin')!;
    const other = await ApiClient.signIn(world.console.url, { name: 'viewer', password: PASSWORD });
    const body = one.takesBody ? bodies[one.key]!(ours) : undefined;
    const path = pathOf(one, ours) + one.query(ours);
    const send = (headers: Record<string, string>, forged = true): Promise<ApiReply> =>
      admin.call(one.method, path, { ...(body === undefined ? {} : { body }), headers, forged });
    const replies = [
      await send({}),
      await send({ 'X-XSRF-TOKEN': 'guessed' }),
      await send({ 'X-XSRF-TOKEN': other.csrf! }),
      await send({ 'Sec-Fetch-Site': 'cross-site' }, false),
      await send({ 'Sec-Fetch-Site': 'same-site' }, false),
    ];
    expect(replies.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    const form = await admin.visitor.send(one.method, `/api/v1${path}`, {
      form: { csrf: admin.csrf!, ...(body as object) },
      headers: { 'X-XSRF-TOKEN': admin.csrf! },
    });
    expect([form.status, one.key]).toEqual([415, one.key]);
  });

  it('is asked of the test mail too, though it stands beside the others', async () => {
    const send = (client: ApiClient, forged = false): Promise<{ status: number }> =>
      client.visitor.send('POST', '/api/test/email', {
        text: JSON.stringify({ email: 'ops@shop.example' }),
        headers: {
          'Content-Type': 'application/json',
          ...(client.csrf === null || forged ? {} : { 'X-XSRF-TOKEN': client.csrf }),
        },
      });
    const admin = people.get('admin')!;
    expect((await send(new ApiClient(world.visitor()))).status).toBe(401);
    expect((await send(people.get('operator')!)).status).toBe(403);
    expect((await send(admin, true)).status).toBe(403);
    // No mail server is set.
    expect((await send(admin)).status).toBe(422);
  });

  it('keeps each workspace’s things to itself, whatever was asked', async () => {
    expect(leaks).toEqual([]);
    expect(await digest('w2')).toEqual(before);
  });

  it('is declared for every address that answers: an unlisted one fails here', () => {
    const listed = new Set(operations.map(({ path }) => path.replace(/\{(\w+)\}/g, ':$1')));
    expect(new Set(addressesOf(mountApi(world.options, api)))).toEqual(listed);
    const app = new Set(addressesOf(consoleApp(world.options).router));
    expect(app).toEqual(new Set([...listed, ...BESIDE]));
  });
});

/** What stands beside the API, besides pages and assets; `app.ts` says of each who may. */
const BESIDE = [
  '/api/queues/:queueName/:jobId/retry',
  '/api/queues/:queueName/retry/failed',
  '/api/system/health',
  '/api/system/status',
  '/api/test/email',
  '/docs',
  '/metrics',
  '/oauth/callback',
  '/sign-in',
  '/sign-out',
];

interface Mounted {
  readonly stack: readonly {
    readonly route?: { readonly path: string | RegExp };
    readonly handle: { readonly stack?: Mounted['stack'] };
  }[];
}

/** Every address under a router, those of routers within it too; pages of the app, which are one file, and assets left out. */
function addressesOf(router: unknown): string[] {
  return (router as Mounted).stack.flatMap(({ route, handle }) => {
    if (!route) return handle.stack ? addressesOf(handle) : [];
    return typeof route.path === 'string' && !route.path.startsWith('/assets/') ? [route.path] : [];
  });
}

/** Every row of a workspace, in one number per table. */
async function digest(workspace: string): Promise<unknown> {
  const ofConnection = ['runs', 'backfills', 'quarantine', 'checkpoints', 'orders', 'streams'];
  const ofWorkspace = [
    'connections',
    'failures',
    'bulk_actions',
    'users',
    'api_tokens',
    'invitations',
    'alerts',
  ];
  const one = async (table: string, where: string): Promise<unknown> =>
    (
      await world.warehouse.query(
        `select '${table}' as table, md5(coalesce(string_agg(t::text, '' order by t::text), '')) as rows
         from ${table} t where ${where}`,
        [workspace],
      )
    )[0];
  return Promise.all([
    ...ofConnection.map((table) =>
      one(table, 'connection_id in (select id from connections where workspace_id = $1)'),
    ),
    ...ofWorkspace.map((table) => one(table, 'workspace_id = $1')),
  ]);
}

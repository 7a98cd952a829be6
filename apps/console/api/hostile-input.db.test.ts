import { describeDb } from '../../../tests/postgres.js';
import { ApiClient } from '../testing/api-client.js';
import { consoleWorld, PASSWORD, type ConsoleWorld } from '../testing/console-world.js';
import { HOSTILE } from '../testing/hostile-texts.js';
import { bodies, operationsOf, pathOf, type Operation } from '../testing/operations.js';
import { makeThings, type Things } from '../testing/two-workspaces.js';
import { api, openApiOf } from './index.js';

const operations = operationsOf(openApiOf(api)).filter(({ streams }) => !streams);

/** Every text in every field takes minutes: by default a part of them, another part for every field. */
const PART = Number(process.env['STRATUS_TEST_HOSTILE_PART'] ?? 32);

let world: ConsoleWorld;
let things: Things;
let admin: ApiClient;
let mayAsk = 0;

/** The texts for the n-th field of all. */
const textsFor = (n: number): string[] => HOSTILE.filter((_, i) => (i + n) % PART === 0);

/** A body with the text in one of its fields, however deep, for each of them. */
function* spoilt(value: unknown, text: string): Generator<unknown> {
  if (typeof value !== 'object' || value === null) return yield text;
  if (Array.isArray(value)) return yield [text];
  for (const [name, one] of Object.entries(value))
    for (const put of spoilt(one, text)) yield { ...value, [name]: put };
  yield { ...value, [text]: text };
}

const encoded = (text: string): string => {
  try {
    return encodeURIComponent(text);
  } catch {
    return '%ED%A0%80';
  }
};

/** One call; where it went wrong, what was sent. */
async function tried(one: Operation, path: string, body: unknown): Promise<string[]> {
  mayAsk++;
  const { status, text } = await admin.call(one.method, path, body === undefined ? {} : { body });
  const wrong = status >= 500 && status !== 502 && status !== 503;
  return wrong ? [`${one.key} ${path.slice(0, 200)} ${JSON.stringify(body)?.slice(0, 200)}: ${text}`] : [];
}

async function inPath(one: Operation, n: number): Promise<string[]> {
  const found: string[] = [];
  const names = [...one.path.matchAll(/\{\w+\}/g)];
  for (const [i] of names.entries())
    for (const text of textsFor(n + i)) {
      let at = -1;
      const path = one.path.replace(/\{\w+\}/g, (part) =>
        ++at === i ? encoded(text) || '%20' : pathPart(one, part),
      );
      found.push(...(await tried(one, path, one.takesBody ? bodies[one.key]!(things) : undefined)));
    }
  return found;
}

const pathPart = (one: Operation, part: string): string => {
  const segment = one.path.split('/').indexOf(part);
  return pathOf(one, things).split('/')[segment]!;
};

async function inQuery(one: Operation, n: number): Promise<string[]> {
  const found: string[] = [];
  const named = one.parameters.filter((parameter) => parameter.in === 'query');
  for (const [i, { name }] of named.entries())
    for (const text of textsFor(n + i))
      found.push(...(await tried(one, `${pathOf(one, things)}?${name}=${encoded(text)}`, undefined)));
  return found;
}

async function inBody(one: Operation, n: number): Promise<string[]> {
  if (!one.takesBody) return [];
  const found: string[] = [];
  for (const text of textsFor(n))
    for (const body of spoilt(bodies[one.key]!(things), text))
      found.push(...(await tried(one, pathOf(one, things) + one.query(things), body)));
  return found;
}

describeDb('texts that mean harm', () => {
  beforeAll(async () => {
    world = await consoleWorld();
    things = await makeThings(world.warehouse, { workspace: 'default', mark: 'demo', now: world.now });
    const { url } = world.console;
    admin = await ApiClient.signIn(url, { name: 'admin', password: PASSWORD });
  });
  afterAll(() => world?.close());

  it('are 400 and more', () => {
    expect(HOSTILE.length).toBeGreaterThanOrEqual(400);
  });

  const safe = operations.filter(({ key }) => key !== 'POST /auth/logout');

  it.each(safe.map((one, n) => ({ key: one.key, one, n })))(
    '$key: are refused or kept as they are, in the path, the query and the body',
    async ({ one, n }) => {
      const found = [
        ...(await inPath(one, n)),
        ...(one.method === 'GET' ? await inQuery(one, n) : []),
        ...(await inBody(one, n)),
      ];
      expect(found).toEqual([]);
      // Whatever it was, nobody was signed out by it and every table is there.
      if ((await admin.get('/auth/me')).status !== 200)
        admin = await ApiClient.signIn(world.console.url, { name: 'admin', password: PASSWORD });
    },
    Math.max(120_000, 3_600_000 / PART),
  );

  it('changed nothing that they were not to change', async () => {
    expect(mayAsk).toBeGreaterThan(1000);
    const [row] = await world.warehouse.query<{ people: number; tables: number }>(
      `select (select count(*)::int from users
           where workspace_id = 'default' and name = role and password_hash like '$argon2id$%') as people,
         (select count(*)::int from information_schema.tables where table_name in ('users', 'runs', 'connections')) as tables`,
    );
    expect(row).toEqual({ people: 3, tables: 3 });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

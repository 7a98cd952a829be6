import { randomBytes } from 'node:crypto';
import { createSender, localLimiter, type Limiter, type Sender } from '#http';
import { later, minutes, readKeyRing } from '#kernel';
import { DEMO_ACCESS as SHIPBOB_ACCESS } from '#simulators/shipbob';
import type { Engine } from '#sync';
import { openCredentials } from '#warehouse';
import { describeDb } from '../../tests/postgres.js';
import { demoConnections, startSandbox, type Sandbox } from '../sandbox/index.js';
import { ApiClient, type ApiReply } from './testing/api-client.js';
import { consoleWorld, PASSWORD, type ConsoleWorld } from './testing/console-world.js';
import type { Visitor } from './testing/visitor.js';

const NOW = new Date('2026-11-21T10:00:00Z');

let world: ConsoleWorld;
let sandbox: Sandbox;
let sender: Sender;
let limiter: Limiter;
let admin: ApiClient;
const ring = readKeyRing(randomBytes(32).toString('base64'));

interface Entered {
  readonly platform: string;
  readonly name: string;
  readonly settings: unknown;
  readonly app: { readonly clientId: string; readonly clientSecret: string };
  readonly baseUrl: string;
  readonly sandbox: true;
}

/** What an operator would enter to connect the sandbox's account, by its own app there. */
function entered(platform: string, more: Partial<Entered['app']> = {}): Entered {
  const demo = demoConnections(sandbox.url).find((one) => one.platform === platform)!;
  // The demo's connection to ShipBob goes by a token; its app there is another way in.
  const known = platform === 'shipbob' ? SHIPBOB_ACCESS : demo.credentials;
  const { clientId, clientSecret } = known as unknown as Entered['app'];
  return {
    platform,
    name: `by-consent-${platform}`,
    settings: demo.settings,
    app: { clientId, clientSecret, ...more },
    baseUrl: demo.baseUrl,
    sandbox: true,
  };
}

/** What a browser does: to the platform's page, and with what that gives back to the console. */
async function dance(url: string): Promise<string> {
  const page = await fetch(url, { redirect: 'manual' });
  const location = page.headers.get('Location');
  if (location) return new URL(location).search;
  const html = await page.text();
  const fields = [...html.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(
    ([, name, value]): [string, string] => [name!, value!],
  );
  const action = /action="([^"]+)"/.exec(html)![1]!;
  // As a browser would post it from another site: without any cookie.
  const posted = await fetch(action, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(fields),
    headers: { 'Sec-Fetch-Site': 'cross-site' },
  });
  expect(posted.status).toBe(303);
  return new URL(posted.headers.get('Location')!, action).search;
}

const back = (client: ApiClient, search: string): ReturnType<Visitor['get']> =>
  client.visitor.get(`/api/v1/oauth/callback${search}`);

const begin = (what: object): Promise<ApiReply> => admin.post('/oauth/begin', what);

describeDb('connecting through a platform’s own page', () => {
  beforeAll(async () => {
    sandbox = await startSandbox({ orders: 5, now: () => NOW.getTime() });
    sender = createSender({});
    limiter = localLimiter({});
    const doors = (): Partial<Engine> => ({
      warehouse: world.warehouse,
      ring,
      sender,
      limiter,
      metrics: world.options.metrics,
      logger: world.options.logger,
      now: () => world.now,
    });
    world = await consoleWorld({ options: { ring, engine: () => doors() as Engine } });
    world.now = NOW;
    // The stand-in that `up` connects: from then on this workspace may call it.
    await world.warehouse.query(
      `insert into connections (id, workspace_id, platform, name, base_url, sandbox, credentials)
       values ('conn_up', 'default', 'shopify', 'up', $1, true, 'sealed')`,
      [`${sandbox.url}/shopify/demo`],
    );
    admin = await ApiClient.signIn(world.console.url, { name: 'admin', password: PASSWORD });
  });
  afterAll(async () => {
    await world?.close();
    await limiter?.close();
    sender?.close();
    await sandbox?.close();
  });

  it.each(['shopify', 'freeagent', 'shipbob'])(
    '%s: there and back, with a connection that works',
    async (name) => {
      const { json } = await begin(entered(name));
      const url = new URL(json.url);
      expect(url.searchParams.get('redirect_uri')).toBe(`${world.console.url}/oauth/callback`);
      expect(url.searchParams.get('state')).toMatch(/^[\w-]{43}$/);
      expect(json.url).not.toContain(entered(name).app.clientSecret);
      const done = await back(admin, await dance(json.url));
      expect([done.status, done.headers.get('Location')]).toEqual([
        303,
        expect.stringMatching(/^\/connections\/conn_\w+\?oauth=done$/),
      ]);
      const [row] = await world.warehouse.query<{ id: string; credentials: string; settings: object }>(
        'select id, credentials, settings from connections where name = $1',
        [`by-consent-${name}`],
      );
      expect(openCredentials(ring, row!)).toMatchObject({
        clientId: entered(name).app.clientId,
        accessToken: expect.any(String),
        refreshToken: expect.any(String),
      });
      const proof = await admin.post(`/connections/${row!.id}/test`);
      expect(proof.json).toMatchObject({ ok: true });
      const again = await admin.post(`/connections/${row!.id}/authenticate`);
      expect([again.status, again.json]).toEqual([200, { renewed: true }]);
      expect(await world.warehouse.query('select 1 from oauth_dances')).toEqual([]);
    },
  );

  it('takes each way back once, from the session that set out, and in time', async () => {
    const search = await dance((await begin(entered('shopify'))).json.url);
    const unknown = '/connections?oauth=unknown';
    const other = await ApiClient.signIn(world.console.url, { name: 'admin', password: PASSWORD });
    expect((await back(other, search)).headers.get('Location')).toBe(unknown);
    expect((await back(new ApiClient(world.visitor()), search)).status).toBe(401);
    expect((await back(admin, search.replace(/state=./, 'state=x'))).headers.get('Location')).toBe(unknown);
    const both = await Promise.all([back(admin, search), back(admin, search)]);
    expect(both.map(({ headers }) => headers.get('Location')).sort()).toEqual([
      expect.stringContaining('oauth=done'),
      unknown,
    ]);
    const late = await dance((await begin(entered('freeagent'))).json.url);
    world.now = later(NOW, minutes(15));
    expect((await back(admin, late)).headers.get('Location')).toBe(unknown);
    world.now = NOW;
  });

  it('exchanges nothing that Shopify did not sign, that is old, or of another shop', async () => {
    const forged = async (change: (query: URLSearchParams) => void): Promise<string | null> => {
      const query = new URLSearchParams(await dance((await begin(entered('shopify'))).json.url));
      change(query);
      return (await back(admin, `?${query.toString()}`)).headers.get('Location');
    };
    expect(await forged((query) => query.set('code', 'another'))).toContain('oauth=forged');
    expect(await forged((query) => query.set('hmac', ''))).toContain('oauth=forged');
    expect(await forged((query) => query.set('shop', 'other.myshopify.com'))).toContain('oauth=forged');
    const search = await dance((await begin(entered('shopify'))).json.url);
    world.now = later(NOW, minutes(2));
    expect((await back(admin, search)).headers.get('Location')).toContain('oauth=forged');
    world.now = NOW;
  });

  it('wants PKCE’s own verifier where the platform looks at it', async () => {
    const first = new URL((await begin(entered('shipbob'))).json.url);
    const second = new URL((await begin(entered('shipbob'))).json.url);
    expect(first.searchParams.get('code_challenge')).not.toBe(second.searchParams.get('code_challenge'));
    // A code that was got for somebody else's challenge, with a state of ours.
    const code = new URLSearchParams(await dance(second.href)).get('code')!;
    const query = new URLSearchParams({ code, state: first.searchParams.get('state')! });
    expect((await back(admin, `?${query.toString()}`)).headers.get('Location')).toContain('oauth=refused');
  });

  it('says that it was refused at the platform, or that the secret is wrong, and keeps no secret', async () => {
    const state = new URL((await begin(entered('freeagent'))).json.url).searchParams.get('state')!;
    expect((await back(admin, `?error=access_denied&state=${state}`)).headers.get('Location')).toContain(
      'oauth=denied',
    );
    const wrong = await begin(entered('freeagent', { clientSecret: 'planted-wrong-secret' }));
    const done = await back(admin, await dance(wrong.json.url));
    expect(done.headers.get('Location')).toContain('oauth=refused');
    const kept = await world.warehouse.query<{ text: string }>(
      `select a::text as text from audit_log a union all select d::text from oauth_dances d`,
    );
    expect(kept.some(({ text }) => text.includes('planted-wrong-secret'))).toBe(false);
  });

  it('goes to no address but the platform’s, or a stand-in that this workspace calls already', async () => {
    for (const [baseUrl, standIn] of [
      ['http://127.0.0.1:9/shopify/demo', true],
      ['http://169.254.169.254/latest', true],
      [sandbox.url, false],
      ['https://10.0.0.7/', false],
    ] as const) {
      const { status, json } = await begin({ ...entered('shopify'), baseUrl, sandbox: standIn });
      expect([baseUrl, status, json.errors?.[0]?.field]).toEqual([baseUrl, 400, 'body.baseUrl']);
    }
    const settings = { environment: 'production', tokenUrl: 'http://169.254.169.254/' };
    const tokens = await begin({ ...entered('shipbob'), settings });
    expect([tokens.status, tokens.json.errors?.[0]?.field]).toEqual([400, 'body.settings.tokenUrl']);
    const own = await begin({ ...entered('shopify'), baseUrl: null, sandbox: false });
    expect(new URL(own.json.url).host).toBe('demo.myshopify.com');
  });
});
